"""A person at a dead end: retry, skip, cancel; and who may."""

from datetime import timedelta

import pytest

from gates.graph import Action, Branch, Case, End, Retry
from gates.policy import Step
from reviews.errors import Missing, NotAllowed, WrongState
from reviews.models import Condition, Review
from reviews.models import Step as Passed
from reviews.transitions import conditions
from reviews.transitions.runs import people
from reviews.transitions.runs.starting import Start, start
from tests.factories import T0, at, decide, key, permit, person, personal_key, user
from tests.reviews.runs.shop import asking, confirming, go_on, now, path, shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

ONCE = Retry(attempts=1)
STUCK = (
    Action("first", "analyse_ticket", "do"),
    Action("do", "tick", "last", retry=ONCE),
    Action("last", "tick", "done"),
    End("done"),
)


def manager():
    return person(permit(user("max"), "reviews.manage_run"))


def fail(call):
    raise RuntimeError("no")


def stuck(it):
    it.does["tick"] = fail
    run = go_on(it.start())
    assert run.status == "stuck"
    it.does["tick"] = lambda call: call.data
    return run


def test_retry_begins_again_with_the_first_attempt():
    with shop(*STUCK) as it:
        run = stuck(it)
        people.retry(run.pk, actor=manager())
        assert (now(run).status, it.calls[-1].attempt) == ("running", 1)
        assert Passed.objects.get(run=run, node="do").error == ""
        assert go_on(run).outcome == "done"
        assert [call.attempt for call in it.calls] == [1, 1, 1, 1]


def test_what_is_retried_is_put_before_the_cluster_at_once(django_capture_on_commit_callbacks):
    with shop(*STUCK) as it:
        run = stuck(it)
        with django_capture_on_commit_callbacks() as after_commit:
            people.retry(run.pk, actor=manager())
        assert len(after_commit) == 1


def test_skip_goes_on_with_what_the_action_was_given():
    with shop(*STUCK) as it:
        run = stuck(it)
        people.skip(run.pk, actor=manager())
        assert go_on(run).outcome == "done"
        assert it.done[-1] == (
            "tick",
            {"mood": "calm", "order": "A-17", "email": "jane@example.com"},
        )
        assert path(run)[1] == ("do", "skipped")


def test_only_an_action_can_be_skipped():
    choose = Branch("choose", (Case("input.missing > 1", "done"),), "done")
    with shop(choose, End("done")) as it:
        run = it.start({})
        assert run.status == "stuck"
        with pytest.raises(WrongState, match="Only an action can be skipped"):
            people.skip(run.pk, actor=manager())
        assert now(run).status == "stuck"


def test_cancel_ends_the_run_where_it_is():
    with shop(*STUCK) as it:
        run = stuck(it)
        people.cancel(run.pk, actor=manager())
        assert (now(run).status, now(run).outcome) == ("ended", "cancelled")
        assert path(run)[-1] == ("do", "cancelled")


def test_cancel_closes_the_review_that_the_run_waits_for():
    with shop() as it:
        run = go_on(it.start())
        people.cancel(run.pk, actor=manager())
        review = it.review(run)
        assert (review.status, review.outcome) == ("closed", "cancelled")
        assert (now(run).outcome, path(run)[-1]) == ("cancelled", ("gate", "cancelled"))
        assert go_on(run).outcome == "cancelled"


def test_a_deadline_that_has_passed_comes_before_the_cancellation():
    with shop(steps=(Step("support_team", 300),), timeout_action="reject", final_action="") as it:
        run = go_on(it.start())
        with at(T0 + timedelta(seconds=300)):
            people.cancel(run.pk, actor=manager())
        assert (it.review(run).outcome, now(run).outcome) == ("rejected", "cancelled")


def test_cancel_voids_the_condition_that_the_run_waits_for():
    ask = confirming("ask", on=dict.fromkeys(("met", "denied", "expired"), "done"))
    with shop(ask, End("done")) as it:
        run = it.start()
        people.cancel(run.pk, actor=manager())
        condition = Condition.objects.get(step__run=run)
        assert (condition.status, condition.token_hash) == ("void", None)


def test_cancel_leaves_a_condition_that_was_answered_as_it_is():
    ask = confirming("ask", on=dict.fromkeys(("met", "denied", "expired"), "done"), confirms="api")
    with shop(ask, End("done")) as it:
        run = it.start()
        conditions.confirm(Condition.objects.get().pk, actor=it.key.actor())
        people.cancel(run.pk, actor=manager())
        assert (Condition.objects.get().status, now(run).outcome) == ("met", "cancelled")


def test_an_action_that_is_being_done_when_its_run_is_cancelled_changes_nothing_more():
    with shop(*STUCK) as it:
        run = it.start()
        it.does["analyse_ticket"] = lambda call: str(people.cancel(run.pk, actor=manager()))
        go_on(run)
        assert (now(run).outcome, path(run)) == ("cancelled", [("first", "cancelled")])


def test_a_review_that_somebody_cancels_ends_the_run_unless_there_is_an_edge():
    from reviews.transitions import cancellations  # noqa: PLC0415

    with shop() as it:
        run = go_on(it.start())
        cancellations.cancel(it.review(run).pk, actor=it.key.actor())
        assert (go_on(run).outcome, path(run)[-1]) == ("cancelled", ("gate", "cancelled"))
    nodes = (asking("gate", "done", cancelled="other"), End("done"), End("other"))
    with shop(*nodes) as it:
        run = it.start({"proposal": {"amount": 1}, "context": it_context()})
        cancellations.cancel(it.review(run).pk, actor=it.key.actor())
        assert go_on(run).outcome == "other"


def it_context():
    from tests.factories import CONTEXT  # noqa: PLC0415

    return CONTEXT


def test_an_outcome_without_an_edge_is_a_dead_end():
    nodes = (asking("gate", "done"), End("done"))
    nodes[0].on.pop("answered")
    with shop(*nodes) as it:
        run = it.start({"proposal": {"amount": 1}, "context": it_context()})
        decide(it.review(run), it.desk.reviewer, "respond", message="No need")
        assert go_on(run).status == "stuck"
        assert Passed.objects.get(run=run).error == "The workflow has no way on for “answered”."


@pytest.mark.parametrize("move", [people.retry, people.skip, people.cancel])
def test_who_may(move):
    with shop(*STUCK) as it:
        run = stuck(it)
        with pytest.raises(NotAllowed):
            move(run.pk, actor=person(it.desk.reviewer))
        with pytest.raises(Missing):
            move(run.pk, actor=key(it.desk.gate, name="other").actor())
        assert now(run).status == "stuck"
        assert move(run.pk, actor=it.key.actor()).pk == run.pk


def test_a_personal_key_starts_nothing_even_where_no_gate_is_passed():
    with shop(Action("do", "tick", "done"), End("done")) as it:
        with pytest.raises(Missing):
            start(Start("refunds"), key=personal_key(it.desk.reviewer))
        assert it.start().status == "running"


@pytest.mark.parametrize("move", [people.retry, people.skip])
def test_nothing_is_retried_or_skipped_that_has_not_failed(move):
    with shop() as it:
        run = go_on(it.start())
        with pytest.raises(WrongState, match="Nothing has failed"):
            move(run.pk, actor=manager())


@pytest.mark.parametrize("move", [people.retry, people.skip, people.cancel])
def test_what_has_ended_never_goes_on(move):
    with shop(Action("do", "tick", "done"), End("done")) as it:
        run = go_on(it.start())
        with pytest.raises(WrongState, match="ended already"):
            move(run.pk, actor=manager())


def test_a_gate_that_refuses_the_proposal_is_a_dead_end_that_says_why():
    with shop() as it:
        it.does["propose_refund"] = lambda call: {"proposal": {"amount": -1}}
        run = go_on(it.start())
        assert run.status == "stuck"
        error = Passed.objects.filter(run=run).latest("id").error
        assert "/proposal/amount: -1 is less than or equal to the minimum of 0" in error
        assert "/context/order_details" in error
        assert Review.objects.count() == 0


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ("yes", "must return an object with proposal"),
        ({"amount": 1}, "must return an object with proposal"),
        ({"proposal": 1, "confidence": "high"}, "confidence is not what a gate takes"),
        ({"proposal": 1, "confidence": True}, "confidence is not what a gate takes"),
        ({"proposal": 1, "confidence": 1.5}, "confidence is between 0 and 1"),
        ({"proposal": 1, "recommendation": "maybe"}, "recommendation is approve, reject or null"),
        ({"proposal": 1, "context": []}, "context is not what a gate takes"),
        ({"proposal": 1, "rationale": None}, "rationale is not what a gate takes"),
    ],
)
def test_what_comes_before_a_gate_must_be_what_a_gate_takes(returned, said):
    with shop() as it:
        it.does["propose_refund"] = lambda call: returned
        run = go_on(it.start())
        assert run.status == "stuck"
        assert said in Passed.objects.filter(run=run).latest("id").error
