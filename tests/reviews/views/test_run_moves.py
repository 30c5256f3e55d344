"""What a person may do with a run on its page: retry, skip, cancel."""

import pytest
from django.test import Client

from gates.graph import Action, End
from reviews.models import Run
from tests.reviews.runs.shop import go_on, now, path, shop
from tests.reviews.views.test_runs import auditor, course, failing, halfway, manager, stuck, url
from tests.reviews.views.visiting import browser, text_of, where

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

MANY = (
    Action("analyse", "analyse_ticket", "execute"),
    Action("execute", "issue_refund", "audit", compensate="reverse_refund"),
    Action("audit", "tick", "done"),
    End("done"),
)

# --- a dead end


def test_a_dead_end_says_what_failed_why_and_how_often_it_was_tried():
    with shop() as it:
        text = text_of(browser(manager()).get(url(stuck(it))))
    assert "It stopped at execute and does not go on by itself" in text
    assert "The bank said no." in text
    assert "Tried once." in text


def test_only_who_manages_runs_gets_the_buttons():
    with shop() as it:
        run = stuck(it)
        mine, theirs = (text_of(browser(who).get(url(run))) for who in (manager(), auditor()))
    for last in ("retry/", "skip/", "cancel/"):
        assert f'"{url(run, last)}"' in mine
        assert f'"{url(run, last)}"' not in theirs


def test_only_an_action_can_be_skipped():
    with shop() as it:
        it.does["propose_refund"] = lambda call: {"nothing": "proposed"}
        run = go_on(it.start())
        text = text_of(browser(manager()).get(url(run)))
        response = browser(manager()).post(url(run, "skip/"))
    assert path(run)[-1] == ("gate", "failed")
    assert f'"{url(run, "skip/")}"' not in text
    assert (response.status_code, response.context["refusal"].code) == (409, "wrong_state")
    assert "Only an action can be skipped" in text_of(response)


def test_retry_tries_again():
    with shop() as it:
        run = stuck(it)
        it.does["issue_refund"] = lambda call: {"refunded": 1}
        assert where(browser(manager()).post(url(run, "retry/"))) == (302, url(run))
        assert go_on(run).outcome == "done"


def test_skip_goes_on():
    with shop() as it:
        run = stuck(it)
        assert where(browser(manager()).post(url(run, "skip/"))) == (302, url(run))
        go_on(run)
    assert path(run)[-2:] == [("execute", "skipped"), ("done", "done")]


@pytest.mark.parametrize("name", ["retry", "skip"])
def test_a_move_without_the_permission_is_refused_in_place(name):
    with shop() as it:
        run = stuck(it)
        response = browser(auditor()).post(url(run, f"{name}/"))
    assert (response.status_code, response.context["refusal"].code) == (403, "not_allowed")
    assert "You lack the permission for this." in text_of(response)
    assert now(run).status == "stuck"


@pytest.mark.parametrize("name", ["retry", "skip"])
def test_what_has_not_failed_is_neither_retried_nor_skipped(name):
    with shop() as it:
        run = go_on(it.start())
        response = browser(manager()).post(url(run, f"{name}/"))
    assert (response.status_code, response.context["refusal"].code) == (409, "wrong_state")
    assert "That cannot be done as things stand." in text_of(response)
    assert "Nothing has failed: there is nothing to retry or skip." in text_of(response)


def test_a_move_is_no_get_and_no_other_word():
    with shop() as it:
        run = stuck(it)
        client = browser(manager())
        found = [client.get(url(run, "retry/")), client.post(url(run, "nonsense/"))]
        assert [response.status_code for response in found] == [405, 404]
        assert client.post(url(run)).status_code == 405
        assert browser(it.desk.stranger).post(url(run, "retry/")).status_code == 404
        assert where(Client().post(url(run, "retry/")))[0] == 302
    assert now(run).status == "stuck"


def test_a_move_needs_the_token_of_the_form():
    with shop() as it:
        run = stuck(it)
        client = Client(enforce_csrf_checks=True)
        client.force_login(manager())
        assert client.post(url(run, "retry/")).status_code == 403
    assert now(run).status == "stuck"


# --- to cancel


def test_before_a_cancellation_one_sees_what_can_be_undone_and_what_cannot():
    with shop(*MANY) as it:
        run = halfway(it)
        response = browser(manager()).get(url(run, "cancel/"))
    deeds = response.context["course"].deeds
    assert [(step.node, action) for step, action in deeds.undone] == [("execute", "reverse_refund")]
    assert [step.node for step in deeds.kept] == ["audit", "analyse"]
    assert now(run).status == "stuck"


def test_what_was_skipped_was_not_done():
    with shop(*MANY) as it:
        failing(it)
        run = go_on(it.start())
        browser(manager()).post(url(run, "skip/"))
        failing(it, "tick")
        go_on(run)
        deeds = course(browser(manager()), run).deeds
    assert ([step.node for step, _ in deeds.undone], [s.node for s in deeds.kept]) == (
        [],
        ["audit", "analyse"],
    )


@pytest.mark.parametrize(("undo", "undone"), [("yes", ["reverse_refund"]), ("no", [])])
def test_a_cancellation_undoes_if_that_is_wanted(undo, undone):
    with shop(*MANY) as it:
        run = halfway(it)
        answer = browser(manager()).post(url(run, "cancel/"), {"undo": undo})
        assert where(answer) == (302, url(run))
        for undoing in Run.objects.filter(compensates=run):
            go_on(undoing)
    assert (now(run).status, now(run).outcome) == ("ended", "cancelled")
    assert [name for name, _ in it.done if name == "reverse_refund"] == undone


@pytest.mark.parametrize("said", [{}, {"undo": "perhaps"}, {"undo": "yes"}])
def test_without_an_answer_that_fits_nothing_is_cancelled(said):
    with shop() as it:
        run = go_on(it.start())
        response = browser(manager()).post(url(run, "cancel/"), said)
    assert response.status_code == 422
    assert "Nothing is cancelled yet" in text_of(response)
    assert now(run).status == "running"


def test_a_cancellation_closes_what_the_run_waits_for():
    with shop() as it:
        run = go_on(it.start())
        browser(manager()).post(url(run, "cancel/"), {"undo": "no"})
        assert it.review(run).outcome == "cancelled"


def test_to_cancel_one_must_manage_runs_and_the_run_must_be_going_on():
    with shop() as it:
        run = go_on(it.start())
        for who, status in ((auditor(), 403), (it.desk.stranger, 404)):
            assert browser(who).get(url(run, "cancel/")).status_code == status
            assert browser(who).post(url(run, "cancel/"), {"undo": "no"}).status_code == status
        assert where(Client().get(url(run, "cancel/")))[0] == 302
        assert browser(manager()).delete(url(run, "cancel/")).status_code == 405
        assert now(run).status == "running"
        it.decide(run)
        response = browser(manager()).get(url(run, "cancel/"))
    assert (response.status_code, response.context["refusal"].code) == (409, "wrong_state")
