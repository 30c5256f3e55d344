"""What time does to a verdict: it is held, it settles, its conditions open and lapse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reviews import deadlines
from reviews.errors import Expired
from reviews.models import Assignment, Condition, Decision, Review
from reviews.transitions import conditions, decisions
from tests.factories import (
    ONE_LEVEL,
    PROPOSAL,
    T0,
    TIMEOUT,
    UNDO_WINDOW,
    Desk,
    after,
    at,
    decide,
    desk,
    person,
    sweep,
)
from tests.traces import ended, last_event, messages_of, now, verbs_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

CALLBACK = "https://agent.example.com/hooks"
MICROSECOND = timedelta(microseconds=1)


def test_a_verdict_is_held_for_the_undo_window() -> None:
    at_desk = desk()
    review = decide(at_desk.submit(), at_desk.reviewer)
    stored = now(review)
    assert (stored.status, stored.held_until) == ("held", after(UNDO_WINDOW))
    assert (stored.wake_at, stored.due_at) == (after(UNDO_WINDOW), after(TIMEOUT))
    assert sweep(after(UNDO_WINDOW) - MICROSECOND) == 0
    assert now(review).status == "held"


def test_then_it_settles() -> None:
    at_desk = desk()
    review = decide(at_desk.submit(callback_url=CALLBACK), at_desk.reviewer)
    sweep(after(UNDO_WINDOW))
    closed = now(review)
    final = Decision.objects.get()
    assert (closed.status, closed.outcome, closed.result) == ("closed", "approved", PROPOSAL)
    assert (closed.decided_at, closed.closed_at) == (T0, after(UNDO_WINDOW))
    assert (closed.final_decision, closed.held_decision, final.final) == (final, None, True)
    assert (closed.held_until, closed.wake_at, closed.assignment) == (None, None, None)
    assert Assignment.objects.get().ending == "decided"
    settled = {"outcome": "approved", "decision": str(final.pk)}
    assert last_event(review) == ("settled", "clock", settled)
    assert messages_of(review) == [
        (1, "review.opened"),
        (3, "review.decided"),
        (3, "review.closed"),
    ]


def test_a_verdict_is_never_held_past_the_deadline() -> None:
    at_desk = desk(**ONE_LEVEL)
    review = at_desk.submit()
    with at(after(TIMEOUT - 4)):
        decide(review, at_desk.reviewer)
    stored = now(review)
    assert (stored.held_until, stored.wake_at) == (after(TIMEOUT), after(TIMEOUT))


def test_settle_wins_over_the_deadline_of_the_same_instant() -> None:
    at_desk = desk(**ONE_LEVEL)
    review = at_desk.submit()
    with at(after(TIMEOUT - 4)):
        decide(review, at_desk.reviewer)
    sweep(after(TIMEOUT))
    assert ended(review) == ("approved", "human")


def test_a_held_verdict_settles_though_the_deadline_passed_while_we_were_down() -> None:
    at_desk = desk(**ONE_LEVEL)
    review = decide(at_desk.submit(), at_desk.reviewer)
    sweep(after(1_000_000))
    assert ended(review) == ("approved", "human")


def test_undo_restores_the_same_deadline() -> None:
    at_desk = desk(**ONE_LEVEL)
    review = decide(at_desk.submit(), at_desk.reviewer)
    with at(after(5)):
        decisions.undo(review.pk, actor=person(at_desk.reviewer))
    stored = now(review)
    assert (stored.due_at, stored.wake_at) == (after(TIMEOUT), after(TIMEOUT))
    sweep(after(TIMEOUT))
    assert ended(review) == ("rejected", "timeout")


def test_without_an_undo_window_the_verdict_settles_in_the_deciding_transaction() -> None:
    at_desk = desk(undo_window=0)
    review = decide(at_desk.submit(callback_url=CALLBACK), at_desk.reviewer)
    closed = now(review)
    assert (closed.status, closed.outcome, closed.closed_at) == ("closed", "approved", T0)
    assert (closed.final_decision, closed.result) == (Decision.objects.get(), PROPOSAL)
    assert verbs_of(review) == ["submitted", "decided", "settled"]
    assert [kind for _, kind in messages_of(review)[1:]] == ["review.decided", "review.closed"]


def test_what_is_closed_never_wakes_again() -> None:
    at_desk = desk()
    for state in ("closed_by_human", "closed_by_cancel", "closed_by_timeout", "closed_by_policy"):
        at_desk.review_in(state)
    assert deadlines.next_wake() is None
    assert sweep(after(10_000_000)) == 0


# --- conditions

TERMS: tuple[dict[str, Any], ...] = (
    {"code": "returned", "timeout": 3600},
    {"text": "The bank agrees", "confirms": "link", "timeout": 1800},
)


def bound(at_desk: Desk) -> Review:
    """Approved on two conditions, at T0."""
    review = at_desk.submit(callback_url=CALLBACK)
    return decide(review, at_desk.reviewer, "approve_if", conditions=TERMS)


def test_conditions_open_when_the_verdict_settles_and_count_from_then() -> None:
    """Also when we were down at the end of the undo window: one step per wake."""
    review = bound(desk())
    assert sweep(after(90_000)) == 1
    stored = now(review)
    assert (stored.status, stored.outcome, stored.closed_at) == ("conditional", "", None)
    assert (stored.wake_at, stored.held_until) == (after(91_800), None)
    assert stored.assignment is None
    rows = Condition.objects.order_by("-timeout").values_list("status", "due_at")
    assert list(rows) == [("open", after(93_600)), ("open", after(91_800))]
    ids = [str(pk) for pk in Condition.objects.order_by("id").values_list("pk", flat=True)]
    assert last_event(review) == ("settled", "clock", {"conditions": ids})
    assert messages_of(review)[1:] == [(3, "review.decided"), (3, "condition.opened")]


def test_a_condition_that_expires_fails_the_review() -> None:
    review = bound(desk())
    sweep(after(UNDO_WINDOW))
    sweep(after(UNDO_WINDOW + 1800))
    closed = now(review)
    assert ended(review) == ("condition_failed", "human")
    assert (closed.result, closed.wake_at) == (None, None)
    rows = Condition.objects.order_by("timeout").values_list("status", "token_hash", "answered_at")
    assert [(status, answered) for status, _, answered in rows] == [
        ("expired", None),
        ("void", None),
    ]
    assert last_event(review) == ("condition_expired", "clock", {"outcome": "condition_failed"})
    assert messages_of(review)[3:] == [(4, "review.closed")]


def test_until_its_deadline_a_condition_waits() -> None:
    review = bound(desk())
    sweep(after(UNDO_WINDOW))
    assert sweep(after(UNDO_WINDOW + 1800) - MICROSECOND) == 0
    assert now(review).status == "conditional"


def test_a_condition_that_is_met_hands_the_clock_to_the_next() -> None:
    at_desk = desk()
    review = bound(at_desk)
    sweep(after(UNDO_WINDOW))
    by_key = Condition.objects.get(confirms="api")
    Condition.objects.filter(confirms="link").update(due_at=after(9000))
    with at(after(UNDO_WINDOW + 1)):
        conditions.confirm(by_key.pk, actor=at_desk.key.actor())
    assert now(review).wake_at == after(9000)


def test_an_answer_after_the_deadline_is_told_so_and_fails_the_review() -> None:
    at_desk = desk()
    review = bound(at_desk)
    sweep(after(UNDO_WINDOW))
    by_key = Condition.objects.get(confirms="api")
    with at(after(UNDO_WINDOW + 3600)), pytest.raises(Expired):
        conditions.confirm(by_key.pk, actor=at_desk.key.actor())
    assert ended(review) == ("condition_failed", "human")


def test_without_an_undo_window_conditions_open_at_once() -> None:
    review = bound(desk(undo_window=0))
    assert now(review).status == "conditional"
    assert now(review).wake_at == after(1800)
    assert verbs_of(review) == ["submitted", "decided", "settled"]
