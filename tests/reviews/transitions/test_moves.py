"""The one shape of all moves: where each starts, what a refusal leaves, deadlines first."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from reviews.errors import AlreadyDecided, DomainError, Escalated, Expired, Missing, WrongState
from reviews.models import Review
from reviews.transitions import (
    cancellations,
    comments,
    decisions,
    escalations,
    leases,
    priorities,
)
from reviews.transitions.change import Change
from reviews.transitions.moves import run
from reviews.verdicts import Answer
from tests.factories import ONE_LEVEL, TIMEOUT, UNDO_WINDOW, Desk, desk, permit, person, team
from tests.traces import events_of, messages_of, now, verbs_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

Move = Callable[[Desk, Review], object]
CALLBACK = "https://agent.example.com/hooks"


def _overturn(at_desk: Desk, review: Review) -> object:
    by = person(permit(at_desk.lead, "reviews.overturn_review"))
    return decisions.overturn(review.pk, actor=by, verdict="modify", note="It was too much.")


MOVES: dict[str, Move] = {
    "claim": lambda d, r: leases.claim(r.pk, actor=person(d.reviewer)),
    "renew": lambda d, r: leases.renew(r.pk, actor=person(d.reviewer)),
    "release": lambda d, r: leases.release(r.pk, actor=person(d.reviewer)),
    "pass": lambda d, r: leases.pass_on(r.pk, actor=person(d.reviewer)),
    "ask": lambda d, r: comments.ask(r.pk, actor=person(d.reviewer), question="Why?"),
    "assign": lambda d, r: leases.assign(
        r.pk, actor=person(permit(d.lead, "reviews.assign_review")), username="ann"
    ),
    "prioritise": lambda d, r: priorities.prioritise(
        r.pk, actor=person(permit(d.lead, "reviews.assign_review")), priority="critical"
    ),
    "decide": lambda d, r: decisions.decide(
        r.pk, actor=person(d.reviewer), answer=Answer("approve")
    ),
    "escalate": lambda d, r: escalations.escalate(r.pk, actor=person(d.reviewer)),
    "undo": lambda d, r: decisions.undo(r.pk, actor=person(d.reviewer)),
    "cancel": lambda d, r: cancellations.cancel(r.pk, actor=d.key.actor()),
    "overturn": _overturn,
}
WORK = ("claim", "renew", "release", "assign", "pass", "ask", "decide", "escalate")
ENDED = ("closed_by_human", "rejected", "closed_by_cancel", "closed_by_policy", "closed_by_timeout")
ALLOWED = {
    "pending": {*WORK, "prioritise", "cancel"},
    "held": {"undo", "cancel"},
    "conditional": {"cancel"},
    "closed_by_human": {"overturn"},
    "rejected": {"overturn"},
    "closed_by_policy": {"overturn"},
    "closed_by_timeout": {"overturn"},
    "closed_by_cancel": set(),
}
EVERY = [(state, move) for state in ALLOWED for move in MOVES]
REFUSED = [(state, move) for state, move in EVERY if move not in ALLOWED[state]]


def refusal(state: str, move: str) -> type[DomainError]:
    """What the contract says to this move from this state."""
    if move == "overturn" or (state, move) == ("pending", "undo"):
        return WrongState
    return Expired if state == "closed_by_timeout" else AlreadyDecided


def make(move: str, at_desk: Desk, review: Review) -> None:
    MOVES[move](at_desk, review)


@pytest.mark.parametrize(("state", "move"), REFUSED)
def test_a_move_is_refused_from_every_other_state_and_writes_nothing(state: str, move: str) -> None:
    at_desk = desk()
    review = at_desk.review_in(state, callback_url=CALLBACK)
    before = (now(review).__dict__ | {"_state": None}, events_of(review), messages_of(review))
    with pytest.raises(refusal(state, move)) as refused:
        make(move, at_desk, review)
    assert type(refused.value) is refusal(state, move)
    after = (now(review).__dict__ | {"_state": None}, events_of(review), messages_of(review))
    assert after == before


@pytest.mark.parametrize(("state", "move"), [it for it in EVERY if it[1] in ALLOWED[it[0]]])
def test_a_move_that_is_allowed_writes_one_event(state: str, move: str) -> None:
    at_desk = desk()
    review = at_desk.review_in(state)
    if move in {"renew", "release"}:
        make("claim", at_desk, review)
    before = len(verbs_of(review))
    make(move, at_desk, review)
    assert len(verbs_of(review)) == before + 1


@pytest.mark.parametrize("move", MOVES)
def test_a_move_on_a_review_that_is_not_there_is_missing(move: str) -> None:
    with pytest.raises(Missing):
        make(move, desk(), Review(pk=uuid4()))


# --- a deadline that was reached before the move


@pytest.mark.parametrize("move", WORK)
def test_work_after_the_levels_deadline_is_told_that_the_review_went_up(move: str) -> None:
    at_desk = desk()
    review = at_desk.submit(callback_url=CALLBACK)
    with at_desk.later(TIMEOUT), pytest.raises(Escalated) as refused:
        make(move, at_desk, review)
    assert (refused.value.code, refused.value.extra) == ("escalated", {"level": 1})
    stored = now(review)
    assert (stored.status, stored.level, stored.team) == ("pending", 1, team("support_leads"))
    assert verbs_of(review) == ["submitted", "expired"]
    assert messages_of(review) == [(1, "review.opened"), (2, "review.escalated")]


@pytest.mark.parametrize("move", [*WORK, "cancel", "undo"])
def test_a_move_after_the_last_deadline_is_told_that_time_ran_out(move: str) -> None:
    at_desk = desk(**ONE_LEVEL)
    review = at_desk.submit(callback_url=CALLBACK)
    with at_desk.later(TIMEOUT), pytest.raises(Expired) as refused:
        make(move, at_desk, review)
    assert refused.value.extra == {
        "outcome": "rejected",
        "closed_at": "2026-03-02T09:05:00.000000Z",
    }
    stored = now(review)
    assert (stored.status, stored.outcome) == ("closed", "rejected")
    assert verbs_of(review) == ["submitted", "expired"]
    assert messages_of(review) == [(1, "review.opened"), (2, "review.closed")]


@pytest.mark.parametrize("move", [*WORK, "cancel", "undo"])
def test_a_move_after_the_undo_window_finds_the_verdict_released(move: str) -> None:
    """At the same instant settle wins."""
    at_desk = desk()
    review = at_desk.review_in("held")
    with at_desk.later(UNDO_WINDOW), pytest.raises(AlreadyDecided):
        make(move, at_desk, review)
    assert (now(review).status, now(review).outcome) == ("closed", "approved")
    assert verbs_of(review) == ["submitted", "decided", "settled"]


@pytest.mark.parametrize("move", ["decide", "cancel", "undo"])
def test_a_move_after_a_conditions_deadline_finds_it_expired(move: str) -> None:
    at_desk = desk()
    review = at_desk.review_in("conditional")
    with at_desk.later(UNDO_WINDOW + 3600), pytest.raises(Expired) as refused:
        make(move, at_desk, review)
    assert refused.value.extra["outcome"] == "condition_failed"
    assert (now(review).status, now(review).outcome) == ("closed", "condition_failed")


@pytest.mark.parametrize("move", ["claim", "decide"])
def test_who_applied_the_deadline_makes_no_difference(move: str) -> None:
    """The sweep or the move itself: the reviewer gets the same answer."""
    at_desk = desk()
    review = at_desk.submit()
    for _ in range(2):  # the first time the move applies it, then it has been applied
        with at_desk.later(TIMEOUT), pytest.raises(Escalated):
            make(move, at_desk, review)
    closed = at_desk.review_in("closed_by_timeout")
    with pytest.raises(Expired):
        make(move, at_desk, closed)


def test_just_before_the_deadline_there_is_still_time() -> None:
    at_desk = desk(**ONE_LEVEL)
    review = at_desk.submit()
    with at_desk.later(TIMEOUT - 0.000001):
        make("decide", at_desk, review)
    assert now(review).status == "held"


def test_a_deadline_that_comes_first_is_applied_once() -> None:
    """One step per wake: the next level gets its whole time though all clocks have run out."""
    at_desk = desk()
    review = at_desk.submit()
    with at_desk.later(100_000), pytest.raises(Escalated):
        make("decide", at_desk, review)
    stored = now(review)
    assert stored.level == 1
    assert stored.due_at is not None
    assert (stored.due_at - at_desk.started).total_seconds() == 100_900


def test_a_refusal_by_rights_keeps_the_deadline_that_came_first() -> None:
    at_desk = desk()
    review = at_desk.submit()
    with at_desk.later(TIMEOUT), pytest.raises(DomainError):
        leases.claim(review.pk, actor=person(at_desk.stranger))
    assert now(review).level == 1


def test_a_failure_that_is_no_refusal_rolls_everything_back() -> None:
    at_desk = desk()
    review = at_desk.submit()

    def fail(review: Review, change: Change) -> None:
        raise ZeroDivisionError

    with at_desk.later(TIMEOUT), pytest.raises(ZeroDivisionError):
        run("cancel", review.pk, at_desk.key.actor(), fail)
    assert (now(review).level, verbs_of(review)) == (0, ["submitted"])


def test_a_refusal_halfway_writes_nothing_of_its_own() -> None:
    at_desk = desk()
    review = at_desk.submit()

    def refuse(review: Review, change: Change) -> None:
        change.log(review, "halfway")
        change.set(review, title="Half")
        raise WrongState("No.")

    with pytest.raises(WrongState):
        run("cancel", review.pk, at_desk.key.actor(), refuse)
    assert (now(review).title, verbs_of(review)) == ("Approve refund of 120", ["submitted"])


def test_every_state_is_tried() -> None:
    assert {*ENDED, "pending", "held", "conditional"} == set(ALLOWED)
