"""Everything that can end a review, and what must hold once it has ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from reviews import deadlines
from reviews.models import Decision, Review
from reviews.transitions import cancellations, decisions
from reviews.verdicts import Answer
from tests.factories import Desk, at, person
from tests.races.line import Move
from tests.traces import messages_of, now, verbs_of

CALLBACK = "https://agent.example.com/hooks"
ENDS = {"decided", "expired", "cancelled", "settled", "condition_expired", "condition_denied"}


def when(instant: datetime, move: Move) -> Move:
    """The move, at this instant; each thread has a clock of its own."""

    def run() -> Any:
        with at(instant):
            return move()

    return run


def ends_of(at_desk: Desk, review: Review) -> list[Move]:
    """Everything that can end a review, each by somebody else."""
    pk, ann, ben = review.pk, person(at_desk.reviewer), person(at_desk.colleague)
    reject = Answer("reject", reasons=("fraud",))
    return [
        lambda: decisions.decide(pk, actor=ann, answer=Answer("approve")),
        lambda: decisions.decide(pk, actor=ben, answer=reject),
        lambda: cancellations.cancel(pk, actor=at_desk.key.actor()),
        lambda: decisions.undo(pk, actor=ann),
        lambda: deadlines.enforce(pk),
        deadlines.sweep,
    ]


def assert_ended_once(review: Review) -> None:
    """Closed, by one final decision, told once, and the chain verifies (`verbs_of`)."""
    closed = now(review)
    assert closed.status == "closed"
    assert Decision.objects.filter(review=review, final=True).count() == 1
    assert closed.final_decision == Decision.objects.get(review=review, final=True)
    verbs = verbs_of(review)
    assert len([verb for verb in verbs if verb in ENDS - {"decided"}]) == 1
    assert verbs[-1] in ENDS
    assert [kind for _, kind in messages_of(review)].count("review.closed") == 1
