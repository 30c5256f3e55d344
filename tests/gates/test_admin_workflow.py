"""Workflows in the admin: what they say, what they changed, what they lead to."""

import pytest
from django.urls import reverse

from gates.graph import Action, End
from gates.models import Workflow
from tests.admins import signed_in
from tests.factories import gate
from tests.reviews.runs.shop import graph, publish
from tests.reviews.views.visiting import text_of, where

pytestmark = pytest.mark.django_db
LIST = reverse("admin:gates_workflow_changelist")
VERSIONS = reverse("admin:gates_workflowversion_changelist")


def page(row):
    return reverse(f"admin:gates_{row._meta.model_name}_change", args=[row.pk])


def reader():
    return signed_in("ada", "gates.view_workflow", "gates.view_workflowversion", "gates.view_gate")


@pytest.fixture
def refund():
    return gate()


@pytest.fixture
def workflow(refund):
    return publish(graph()).workflow


def test_only_who_may_see_workflows_sees_them(workflow):
    for there in (LIST, VERSIONS, page(workflow), page(workflow.version)):
        assert reader().get(there).status_code == 200
        assert signed_in("ann").get(there).status_code == 403


def test_a_workflow_leads_to_its_graph_its_runs_and_its_gates(workflow, refund):
    text = text_of(reader().get(page(workflow)))
    runs = f"{reverse('admin:reviews_run_changelist')}?workflow={workflow.pk}"
    for there in (f"/workflows/{workflow.slug}/", runs, page(refund), page(workflow.version)):
        assert f'href="{there}"' in text


def test_a_gate_leads_to_the_workflows_that_pass_it_now(workflow, refund):
    assert f'href="{page(workflow)}"' in text_of(reader().get(page(refund)))
    publish(graph(End("done")))
    assert f'href="{page(workflow)}"' not in text_of(reader().get(page(refund)))


def test_a_version_shows_the_file_that_would_publish_it(workflow):
    text = text_of(reader().get(page(workflow.version)))
    assert "analyse: {action: analyse_ticket, next: propose}" in text
    assert "It is the first." in text


def test_a_version_shows_what_it_changed(workflow):
    second = publish(graph(Action("analyse", "analyse_twice", "done"), End("done")))
    text = text_of(reader().get(page(second)))
    assert "<ins>+ analyse: {action: analyse_twice, next: done}" in text
    assert "<del>- analyse: {action: analyse_ticket, next: propose}" in text


def test_versions_are_narrowed_to_one_workflow(workflow):
    other = publish(graph(End("done"), slug="other"))
    client = reader()

    def ids(value):
        shown = client.get(VERSIONS, {"workflow": value})
        return [row.pk for row in shown.context["cl"].result_list]

    assert ids(other.workflow_id) == [other.pk]
    assert ids("nonsense") == []
    assert len(ids("")) == 2


def test_nothing_is_changed_here(workflow):
    for there in (page(workflow), page(workflow.version)):
        assert reader().post(there, {}).status_code == 403


def test_its_history_is_its_events(workflow):
    for row in (workflow, workflow.version):
        there = reverse(f"admin:gates_{row._meta.model_name}_history", args=[row.pk])
        to = f"/admin/gates/event/?subject_type=workflow&subject_id={workflow.pk}"
        assert where(reader().get(there)) == (302, to)


def test_one_that_was_never_published_has_a_page():
    bare = Workflow.objects.create(slug="bare")
    assert reader().get(page(bare)).status_code == 200
    assert reader().get(LIST).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_statements_for_three_as_for_one(
    refund, count, django_assert_num_queries
):
    for at in range(count):
        publish(graph(slug=f"flow{at}"))
    client = reader()
    client.get(LIST)
    with django_assert_num_queries(7):
        assert len(client.get(LIST).context["cl"].result_list) == count
