"""Deliveries and conditions of runs in the admin, beside those of reviews."""

import pytest
from django.urls import reverse

from gates.graph import End
from reviews.models import Condition, Delivery
from tests.admins import signed_in
from tests.reviews.runs.shop import NODES, confirming, go_on, shop
from tests.reviews.views.visiting import text_of, where

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

BOTH = (Condition, Delivery)
VIEWS = ("reviews.view_delivery", "reviews.view_condition")
ASKED = confirming("ask", on=dict.fromkeys(("met", "denied", "expired"), "done"), confirms="api")
HOOK = "https://shop.example.com/hooks"
QUERIES = 8


def address(model, page, *args):
    return reverse(f"admin:reviews_{model._meta.model_name}_{page}", args=args)


def ids(client, model, **query):
    return [
        row.pk for row in client.get(address(model, "changelist"), query).context["cl"].result_list
    ]


@pytest.fixture
def asking():
    """A shop whose runs ask somebody outside, and tell of it."""
    with shop(ASKED, End("done")) as it:
        yield it


def started(it):
    return go_on(it.start(callback_url=HOOK))


def auditor():
    return signed_in("ada", "reviews.view_run", *VIEWS)


@pytest.mark.parametrize("model", BOTH)
def test_what_a_run_has_is_listed_opened_and_leads_to_the_run(asking, model):
    run = started(asking)
    part = model.objects.get()
    there = f'href="{reverse("admin:reviews_run_change", args=[run.pk])}"'
    assert ids(auditor(), model) == [part.pk]
    assert there in text_of(auditor().get(address(model, "changelist")))
    assert there in text_of(auditor().get(address(model, "change", part.pk)))


@pytest.mark.parametrize("model", BOTH)
def test_what_a_run_has_is_hidden_from_who_may_not_see_the_run(asking, model):
    started(asking)
    stranger = signed_in("sid", *VIEWS)
    assert ids(stranger, model) == []
    assert stranger.get(address(model, "changelist")).context["cl"].result_count == 0
    page = address(model, "change", model.objects.get().pk)
    assert where(stranger.get(page))[0] == 302


def test_who_sees_a_run_by_his_team_is_led_to_the_workspace():
    with shop(*NODES) as it:
        run = go_on(it.start(callback_url=HOOK))
        it.decide(run)
        of_run = Delivery.objects.get(run=run)
        member = signed_in(it.desk.reviewer.username, *VIEWS)
        found = member.get(address(Delivery, "changelist"))
    assert of_run.pk in [row.pk for row in found.context["cl"].result_list]
    assert f'href="/runs/{run.pk}/"' in text_of(found)
    assert f'href="/runs/{run.pk}/"' in text_of(member.get(address(Delivery, "change", of_run.pk)))


@pytest.mark.parametrize("model", BOTH)
def test_it_is_found_by_the_id_of_its_run(asking, model):
    wanted, other = started(asking), started(asking)
    part = model.objects.order_by("pk").first()
    for client in (
        auditor(),
        signed_in("eve", "reviews.view_all_reviews", "reviews.view_run", *VIEWS),
    ):
        assert ids(client, model, q=str(wanted.pk)) == [part.pk]
        assert ids(client, model, q=str(part.pk)) == [part.pk]
        assert ids(client, model, q="nonsense") == []
        assert part.pk not in ids(client, model, q=str(other.pk))


@pytest.mark.parametrize("model", BOTH)
def test_its_history_is_that_of_its_run(asking, model):
    run = started(asking)
    response = auditor().get(address(model, "history", model.objects.get().pk))
    assert response.url.endswith(f"?subject_type=run&subject_id={run.pk}")


def test_rows_of_reviews_and_of_runs_come_newest_first_page_by_page(monkeypatch):
    monkeypatch.setattr("reviews.admin.sides.DeliveryAdmin.list_per_page", 2)
    with shop(*NODES) as it:
        for _ in range(2):
            it.decide(go_on(it.start(callback_url=HOOK)))
            it.desk.submit(callback_url=HOOK)
        member = signed_in(it.desk.reviewer.username, *VIEWS)
        pages = [ids(member, Delivery, p=page) for page in (1, 2)]
    newest = list(Delivery.objects.order_by("-pk"))
    assert [row.run_id is None for row in newest] == [True, False, True, False]
    assert pages == [[row.pk for row in newest[:2]], [row.pk for row in newest[2:]]]


@pytest.mark.parametrize("model", BOTH)
@pytest.mark.parametrize("count", [1, 3])
def test_a_list_takes_as_many_statements_for_three_runs_as_for_one(
    asking, model, count, django_assert_num_queries
):
    for _ in range(count):
        started(asking)
    client = auditor()
    with django_assert_num_queries(QUERIES):
        assert len(ids(client, model)) == count
