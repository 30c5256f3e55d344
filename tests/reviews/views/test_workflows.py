"""The page of a workflow: who sees it, what stands where, its runs, and at what price."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gates.drawing import Box
from gates.graph import Action, End
from gates.models import Workflow
from gates.performers import Refused
from reviews.models import Run
from reviews.queries import desks, run_pages
from reviews.queries.run_pages import Standing
from reviews.views.workflows import badges_on
from tests.factories import permit, user
from tests.reviews.runs.shop import go_on, graph, publish, shop
from tests.reviews.views.test_page_counts import statements
from tests.reviews.views.visiting import browser, text_of, where

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

PAGE = "/workflows/refunds/"
LOOP = (Action("tick", "tick", "done"), End("done"))


def auditor():
    return permit(user("ada"), "reviews.view_run")


def refused(call):
    raise Refused("No.")


def shown(client, **query) -> Any:
    return client.get(PAGE, query).context


def ids(context):
    return [run.pk for run, _step in context["runs"]]


# --- who sees it


@pytest.mark.parametrize(
    ("permission", "status"),
    [("reviews.view_run", 200), ("gates.view_workflow", 200), ("reviews.view_review", 404)],
)
def test_who_may_see_workflows_or_runs_sees_it(permission, status):
    with shop():
        assert browser(permit(user("ada"), permission)).get(PAGE).status_code == status


def test_signed_out_one_signs_in_first():
    with shop():
        assert where(Client().get(PAGE)) == (302, "/login/?next=/workflows/refunds/")
        assert browser(auditor()).post(PAGE).status_code == 405


def test_a_workflow_that_there_is_not_is_not_found():
    assert browser(auditor()).get("/workflows/nothing/").status_code == 404


def test_who_sees_the_workflow_alone_sees_the_runs_of_his_teams_only():
    with shop() as it:
        run = go_on(it.start())
        author = permit(user("pat"), "gates.view_workflow")
        assert ids(shown(browser(author))) == []
        permit(it.desk.reviewer, "gates.view_workflow")
        assert ids(shown(browser(it.desk.reviewer))) == [run.pk]


# --- what stands where


def test_runs_are_counted_where_they_stand():
    with shop() as it:
        it.start()
        for _ in range(2):
            go_on(it.start())
        it.does["analyse_ticket"] = refused
        go_on(it.start())
        context = shown(browser(auditor()))
    assert context["standing"] == [Standing("analyse", 1, 0, 1), Standing("gate", 0, 2, 0)]


def test_what_has_ended_stands_nowhere():
    with shop(*LOOP) as it:
        go_on(it.start())
        assert shown(browser(auditor()))["standing"] == []


def test_undoing_stands_at_no_node():
    with shop(*LOOP) as it:
        it.does["tick"] = refused
        run = go_on(it.start())
        stepping = run.steps.get()
        other = Run.objects.get(pk=it.start().pk)
        other.steps.update(undoes=stepping)
        found = run_pages.standing(run.workflow, graph(*LOOP))
    assert found == [Standing("tick", 0, 0, 1), Standing("done", 0, 0, 0)]


def test_counts_stop(monkeypatch):
    monkeypatch.setattr(desks, "MOST", 2)
    with shop() as it:
        for _ in range(4):
            it.start()
        [row] = shown(browser(auditor()))["standing"]
    assert row == Standing("analyse", 3, 0, 0)


@pytest.mark.parametrize("size", [3, 30])
def test_a_large_graph_costs_no_more_statements(size, django_assert_num_queries):
    names = [f"n{at}" for at in range(size)]
    ways = zip(names, [*names[1:], "done"], strict=True)
    nodes = [Action(name, "tick", to) for name, to in ways]
    with shop(*nodes, End("done")):
        wanted = graph(*nodes, End("done"))
        workflow = Workflow.objects.get(slug="refunds")
        with django_assert_num_queries(1):
            assert len(run_pages.standing(workflow, wanted)) == size + 1


def test_badges_lie_side_by_side_on_the_lower_edge():
    box = Box("gate", "human_gate", ("gate",), x=100, y=50, w=200, h=44)
    found = badges_on(box, Standing("gate", 1, 0, 2000))
    assert [(one.way, one.text) for one in found] == [("failed", "1,000+"), ("running", "1")]
    right, left = found
    assert (right.x + right.w, right.y) == (290, 86)
    assert left.x + left.w == right.x - 4
    assert badges_on(box, Standing("gate", 0, 0, 0)) == []


# --- its runs, its versions, its gates


def test_runs_come_newest_first_a_page_at_a_time(monkeypatch):
    monkeypatch.setattr(run_pages.page_of_runs, "__kwdefaults__", {"size": 2})
    with shop() as it:
        first, second, third = (it.start().pk for _ in range(3))
        client = browser(auditor())
        page = client.get(PAGE)
        assert ids(page.context) == [third, second]
        assert f'href="?before={second}"' in text_of(page)
        assert ids(shown(client, before=second)) == [first]
        assert ids(shown(client, before="nonsense")) == [third, second]


def test_what_is_stuck_can_be_seen_alone():
    with shop() as it:
        it.start()
        it.does["analyse_ticket"] = refused
        run = go_on(it.start())
        context = shown(browser(auditor()), stuck="")
    assert [(row.pk, step.node) for row, step in context["runs"]] == [(run.pk, "analyse")]


def test_a_run_that_waits_is_said_to_wait():
    with shop() as it:
        run = it.start()
        assert "> running" in listed(run)
        assert "> waiting" in listed(go_on(run))
        it.decide(run)
        assert "> ended: done" in listed(go_on(run))


def listed(run) -> str:
    """The row of the run, up to its state, with the icon's end before the word."""
    row = text_of(browser(auditor()).get(PAGE)).partition(f'href="/runs/{run.pk}/"')[2]
    return row.partition("</tr>")[0].replace("</svg>", "> ")


def test_nothing_stuck_and_nothing_run_say_so():
    with shop():
        client = browser(auditor())
        assert "It has not run yet." in text_of(client.get(PAGE))
        assert "Nothing is stuck." in text_of(client.get(PAGE, {"stuck": ""}))
        assert "Nothing is on its way." in text_of(client.get(PAGE))


def test_it_names_its_gates_its_versions_and_what_it_is_for():
    with shop() as it:
        publish(graph())
        page = browser(auditor()).get(PAGE)
    assert list(page.context["gates"]) == [it.desk.gate]
    assert [version.number for version in page.context["versions"]] == [2, 1]
    assert "version 2, published" in text_of(page)


def test_one_that_was_never_published_has_a_page():
    Workflow.objects.create(slug="refunds")
    assert "No version of it is published." in text_of(browser(auditor()).get(PAGE))


# --- at what price


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_as_many_statements_for_three_runs_as_for_one(count):
    """Session, person, preferences, permissions (2); the workflow, what stands where, its gates,
    versions, runs, where each is; the desks beside it.
    """
    with shop() as it:
        for _ in range(count):
            go_on(it.start())
        assert statements(auditor(), PAGE) == 12


@pytest.mark.parametrize("rounds", [1, 3])
def test_a_run_takes_as_many_statements_for_three_rounds_as_for_one(rounds):
    with shop() as it:
        run = go_on(it.start())
        for _ in range(rounds - 1):
            it.decide(run, "reject")
        assert statements(it.desk.reviewer, f"/runs/{run.pk}/") == 16
