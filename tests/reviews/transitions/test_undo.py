"""A verdict is taken back while it is held, by who gave it: nothing has been released."""

from __future__ import annotations

from typing import Any

import pytest

from gates.actors import OUTSIDE
from reviews.errors import AlreadyDecided, Missing, NotAllowed, WrongState
from reviews.models import Assignment, Condition, Decision, Review
from reviews.transitions import conditions, decisions
from reviews.verdicts import Answer
from tests.factories import ONE_LEVEL, PROPOSAL, Desk, after, at, decide, desk, person, sweep
from tests.traces import final_of, last_event, messages_of, now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

LINK: dict[str, Any] = {"conditions": ({"text": "Sign", "confirms": "link"},)}


def undo(at_desk: Desk, review: Review) -> Review:
    return decisions.undo(review.pk, actor=person(at_desk.reviewer))


def test_an_undone_verdict_leaves_the_review_as_it_was() -> None:
    at_desk = desk()
    review = at_desk.submit(callback_url="https://a.example.com/")
    with at(after(100)):
        decide(review, at_desk.reviewer)
    with at(after(109.999999)):
        undo(at_desk, review)
    stored, taken_back = now(review), Decision.objects.get()
    assert (stored.status, stored.outcome, stored.result) == ("pending", "", None)
    assert (stored.held_decision, stored.held_until, stored.decided_at) == (None, None, None)
    assert (stored.due_at, stored.wake_at) == (after(300), after(300))
    assert (taken_back.undone_at, taken_back.final) == (after(109.999999), False)
    assert last_event(review) == ("undone", "user:ann", {"decision": str(taken_back.pk)})
    assert messages_of(review) == [(1, "review.opened")]


def test_undo_restores_the_same_deadline_though_the_window_was_cut_by_it() -> None:
    at_desk = desk(**ONE_LEVEL)
    review = at_desk.submit()
    with at(after(295)):
        decide(review, at_desk.reviewer)
        undo(at_desk, review)
    assert (now(review).due_at, now(review).wake_at) == (after(300), after(300))
    sweep(after(300))
    assert (now(review).outcome, final_of(review).source) == ("rejected", "timeout")


def test_who_undoes_holds_the_review_again() -> None:
    at_desk = desk(lease=60)
    review = decide(at_desk.submit(), at_desk.reviewer)
    with at(after(5)):
        undo(at_desk, review)
    assigned = Assignment.objects.get()
    assert (assigned.reviewer, assigned.lease_until) == (at_desk.reviewer, after(65))
    assert assigned.ended_at is None


def test_another_verdict_may_follow() -> None:
    at_desk = desk()
    review = decide(at_desk.submit(), at_desk.reviewer)
    with at(after(5)):
        undo(at_desk, review)
        decide(review, at_desk.reviewer, "reject")
    assert now(review).held_until == after(15)
    sweep(after(15))
    assert (now(review).outcome, now(review).result) == ("rejected", None)
    assert Decision.objects.get(final=True).verdict == "reject"


@pytest.mark.parametrize("who", ["colleague", "lead", "stranger"])
def test_only_who_decided_may_undo(who: str) -> None:
    at_desk = desk()
    review = decide(at_desk.submit(), at_desk.reviewer)
    with pytest.raises(NotAllowed):
        decisions.undo(review.pk, actor=person(getattr(at_desk, who)))
    assert now(review).status == "held"


def test_a_key_undoes_nothing() -> None:
    at_desk = desk()
    review = decide(at_desk.submit(), at_desk.reviewer)
    with pytest.raises(NotAllowed):
        decisions.undo(review.pk, actor=at_desk.key.actor())


def test_what_was_undone_cannot_be_undone_again() -> None:
    at_desk = desk()
    review = decide(at_desk.submit(), at_desk.reviewer)
    undo(at_desk, review)
    with pytest.raises(WrongState):
        undo(at_desk, review)


def test_conditions_of_an_undone_verdict_are_void_and_their_links_dead() -> None:
    at_desk = desk()
    review = at_desk.submit()
    answer = Answer("approve_if", **LINK)
    decided = decisions.decide(review.pk, actor=person(at_desk.reviewer), answer=answer)
    undo(at_desk, review)
    row = Condition.objects.get()
    assert (row.status, row.token_hash, row.due_at, row.answered_at) == ("void", None, None, None)
    with pytest.raises(Missing):
        conditions.answer_by_link(decided.links[row.pk], met=True)
    with pytest.raises(WrongState):
        conditions.confirm(row.pk, actor=at_desk.key.actor())


def test_void_conditions_stay_void_when_another_verdict_is_released() -> None:
    """Only the conditions of the verdict that is released open."""
    at_desk = desk()
    review = at_desk.submit()
    decide(review, at_desk.reviewer, "approve_if", **LINK)
    undo(at_desk, review)
    decide(review, at_desk.reviewer, "approve_if", conditions=({"code": "returned"},))
    sweep(after(10))
    assert sorted(Condition.objects.values_list("status", flat=True)) == ["open", "void"]
    void = Condition.objects.get(status="void")
    with pytest.raises(AlreadyDecided):
        conditions.confirm(void.pk, actor=OUTSIDE)


def test_an_approval_after_an_undone_condition_is_bound_to_nothing() -> None:
    at_desk = desk()
    review = at_desk.submit()
    decide(review, at_desk.reviewer, "approve_if", **LINK)
    undo(at_desk, review)
    decide(review, at_desk.reviewer)
    sweep(after(10))
    assert (now(review).status, now(review).outcome) == ("closed", "approved")
    assert now(review).result == PROPOSAL


def test_without_an_undo_window_there_is_nothing_to_undo() -> None:
    at_desk = desk(undo_window=0)
    review = decide(at_desk.submit(), at_desk.reviewer)
    with pytest.raises(AlreadyDecided):
        undo(at_desk, review)
