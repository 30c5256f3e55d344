"""Runs in the admin: the list, one run, and what is done to them."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from gates.graph import Action, End
from gates.performers import Refused
from reviews.models import Run
from tests.admins import signed_in
from tests.factories import desk
from tests.reviews.runs.shop import go_on, now, path, shop
from tests.reviews.views.visiting import text_of, where

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

LIST = reverse("admin:reviews_run_changelist")
MOVE = reverse("admin:reviews_run_move")
QUERIES = 8
STEPS = (Action("pay", "tick", "done", compensate="reverse_refund"), End("done"))


def address(run):
    return reverse("admin:reviews_run_change", args=[run.pk])


def boss():
    return signed_in("boss", "reviews.view_run", "reviews.manage_run")


def auditor():
    return signed_in("ada", "reviews.view_run")


def refuse(call):
    raise Refused("The bank said no.")


def stuck(it, **fields):
    it.does["tick"] = refuse
    return go_on(it.start(**fields))


def ids(client, **query):
    return [run.pk for run in client.get(LIST, query).context["cl"].result_list]


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def send(client, move, *runs, **fields):
    body = {"move": move, "run": [run.pk for run in runs], **fields}
    return client.post(MOVE, body)


# --- the list


def test_only_who_may_see_runs_sees_the_list():
    assert auditor().get(LIST).status_code == 200
    assert signed_in("ann").get(LIST).status_code == 403


def test_the_list_is_narrowed_by_state_and_workflow():
    with shop(*STEPS) as it:
        going = it.start()
        ended = go_on(it.start())
        failed = stuck(it)
        client = auditor()
        assert ids(client) == [failed.pk, ended.pk, going.pk]
        assert ids(client, status="running") == [going.pk]
        assert ids(client, status="stuck") == [failed.pk]
        assert ids(client, status="ended") == [ended.pk]
        assert ids(client, workflow=str(going.workflow_id)) == [failed.pk, ended.pk, going.pk]
        assert ids(client, workflow="0", status="nonsense") == [failed.pk, ended.pk, going.pk]


def test_a_run_is_found_by_its_id_and_its_external_id():
    with shop(*STEPS) as it:
        run = it.start(external_id="order-17")
        it.start()
        client = auditor()
        for term in (str(run.pk), run.pk.hex, "order-17", " order-17 "):
            assert ids(client, q=term) == [run.pk]
        assert ids(client, q="order") == []


def test_the_list_says_where_each_run_is():
    with shop(*STEPS) as it:
        stuck(it, external_id="order-17")
        text = text_of(auditor().get(LIST))
    for said in ("pay", "stuck", "refunds", "order-17"):
        assert said in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_statements_for_three_as_for_one(count, django_assert_num_queries):
    with shop(*STEPS) as it:
        for _ in range(count):
            it.start()
        client = auditor()
        with django_assert_num_queries(QUERIES):
            assert len(ids(client)) == count


# --- one run


def test_its_page_shows_its_steps_events_and_deliveries():
    with shop(*STEPS) as it:
        run = go_on(it.start(callback_url="https://shop.example.com/hooks"))
        response = auditor().get(address(run))
    text = text_of(response)
    assert [event.verb for event in response.context["trail"].events] == [
        *("ended", "done", "done", "acting", "started")
    ]
    assert "https://shop.example.com/hooks" in text
    assert "run.finished" in text
    for step in run.steps.all():
        assert f'id="step-{step.pk}"' in text


def test_admin_and_workspace_lead_to_each_other():
    with shop(*STEPS) as it:
        run = it.start()
        client = auditor()
        assert f'href="/runs/{run.pk}/"' in text_of(client.get(address(run)))
        assert f'href="{address(run)}"' in text_of(client.get(f"/runs/{run.pk}/"))


def test_a_run_and_what_undoes_it_lead_to_each_other():
    with shop(*STEPS) as it:
        run = stuck(it)
        client = boss()
        send(client, "cancel", run, confirmed="yes", undo="yes")
        undoing = go_on(Run.objects.get(compensates=run))
        assert address(undoing) in text_of(client.get(address(run)))
        assert address(run) in text_of(client.get(address(undoing)))


def test_a_review_in_the_admin_leads_to_its_run():
    with shop() as it:
        run = go_on(it.start())
        there = reverse("admin:reviews_review_change", args=[it.review(run).pk])
        all_reviews = "reviews.view_all_reviews"
        assert f'"{address(run)}#step-' in text_of(
            signed_in("ada", all_reviews, "reviews.view_run").get(there)
        )
        assert f'"/runs/{run.pk}/#step-' in text_of(signed_in("ida", all_reviews).get(there))


@pytest.mark.parametrize("last", ["nonsense", "0190d9a4-0000-7000-8000-000000000000"])
def test_a_run_that_there_is_not_is_not_found(last):
    there = reverse("admin:reviews_run_change", args=[last])
    assert auditor().get(there).status_code == 404
    assert signed_in("ann").get(there).status_code == 403


def test_its_history_is_its_events():
    with shop(*STEPS) as it:
        run = it.start()
        there = reverse("admin:reviews_run_history", args=[run.pk])
        status, to = where(signed_in("ada", "reviews.view_run", "gates.view_event").get(there))
        shown = signed_in("eve", "gates.view_event").get(to)
    assert status == 302
    assert f"run {run.pk}" in text_of(shown)
    assert address(run) in text_of(shown)


# --- what is done to it


def test_only_who_manages_runs_is_offered_the_moves():
    with shop(*STEPS) as it:
        run = stuck(it)
        offered = [move.name for move in boss().get(address(run)).context["moves"]]
        assert offered == ["retry", "skip", "cancel"]
        assert auditor().get(address(run)).context["moves"] == []
        assert "retry" not in text_of(auditor().get(LIST))
        assert send(auditor(), "retry", run, confirmed="yes").status_code == 403
        assert send(auditor(), "retry", run).status_code == 403
    assert now(run).status == "stuck"


def test_only_what_may_succeed_is_offered():
    with shop(*STEPS) as it:
        going, ended = it.start(), go_on(it.start())
        client = boss()
        assert [move.name for move in client.get(address(going)).context["moves"]] == ["cancel"]
        assert client.get(address(ended)).context["moves"] == []


@pytest.mark.parametrize("move", ["retry", "skip", "cancel"])
def test_a_move_asks_first(move):
    with shop(*STEPS) as it:
        run = stuck(it)
        client = boss()
        asked = send(client, move, run)
        chosen = client.post(LIST, {"action": move, "_selected_action": [run.pk], "index": "0"})
    for response in (asked, chosen):
        assert response.status_code == 200
        assert f'value="{run.pk}"' in text_of(response)
    assert now(run).status == "stuck"


def test_it_is_tried_again():
    with shop(*STEPS) as it:
        run = stuck(it)
        it.does["tick"] = lambda call: None
        response = send(boss(), "retry", run, confirmed="yes")
        assert where(response) == (302, address(run))
        assert told(response) == ["Tried again: 1"]
        assert go_on(run).outcome == "done"


def test_it_is_skipped():
    with shop(*STEPS) as it:
        run = stuck(it)
        send(boss(), "skip", run, confirmed="yes")
        go_on(run)
    assert path(run) == [("pay", "skipped"), ("done", "done")]


@pytest.mark.parametrize(("undo", "undone"), [("yes", 1), ("no", 0)])
def test_it_is_cancelled_and_undone_if_that_is_wanted(undo, undone):
    with shop(*STEPS) as it:
        run = stuck(it)
        send(boss(), "cancel", run, confirmed="yes", undo=undo)
    assert (now(run).outcome, Run.objects.filter(compensates=run).count()) == ("cancelled", undone)


def test_without_an_answer_nothing_is_cancelled():
    with shop(*STEPS) as it:
        run = stuck(it)
        response = send(boss(), "cancel", run, confirmed="yes")
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["undo"])
    assert now(run).status == "stuck"


def test_of_many_each_is_answered_for():
    with shop(*STEPS) as it:
        going = it.start()
        run = stuck(it)
        client = boss()
        asked = send(client, "retry", going, run)
        assert [sentence for _run, _step, sentence in asked.context["rows"]] == [
            "Nothing: nothing has failed.",
            "pay is tried again",
        ]
        response = send(client, "retry", going, run, confirmed="yes")
    assert where(response) == (302, LIST)
    assert told(response) == [
        "Tried again: 1",
        f"{going.pk}: Nothing has failed: there is nothing to retry or skip.",
    ]


def test_a_refusal_of_all_is_shown_where_it_was_asked():
    with shop(*STEPS) as it:
        ended = go_on(it.start())
        response = send(boss(), "cancel", ended, confirmed="yes", undo="no")
    assert response.status_code == 409
    assert response.context["refusals"] == [f"{ended.pk}: This run has ended already."]
    assert response.context["rows"][0][2] == "Nothing: it has ended."


def test_what_is_no_action_is_not_skipped():
    with shop() as it:
        it.does["propose_refund"] = lambda call: {"nothing": "proposed"}
        run = go_on(it.start())
        client = boss()
        asked = send(client, "skip", run)
        assert [sentence for *_, sentence in asked.context["rows"]] == [
            "Nothing: only an action can be skipped."
        ]
        assert [one.name for one in client.get(address(run)).context["moves"]] == [
            *("retry", "cancel")
        ]


def test_too_many_at_once_are_refused(monkeypatch):
    monkeypatch.setattr("reviews.admin.run.RunAdmin.limit", 1)
    with shop(*STEPS) as it:
        both = [it.start().pk, it.start().pk]
        response = boss().post(LIST, {"action": "cancel", "_selected_action": both, "index": "0"})
    assert told(response) == ["At most 1 runs at once: narrow the list."]


def test_the_address_of_moves_does_nothing_by_itself():
    desk()
    client = boss()
    assert where(client.get(MOVE)) == (302, LIST)
    assert send(client, "retry").status_code == 404
    with shop(*STEPS) as it:
        assert send(client, "nonsense", it.start()).status_code == 404
