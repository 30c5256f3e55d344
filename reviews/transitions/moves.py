"""The one shape of a transition: lock, read the clock, enforce the deadline, check the move, write,
and only then raise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from django.db import transaction

from gates.actors import Actor
from reviews.errors import DomainError, Escalated, Expired, Missing
from reviews.models import Review
from reviews.queries.rows import locked, locked_for
from reviews.states import (
    MOVES,
    OF_ONE_LEVEL,
    ConditionStatus,
    Outcome,
    Source,
    Status,
    check_move,
)
from reviews.transitions import rights, timed
from reviews.transitions.change import Change
from reviews.webhooks import stamp

Work = Callable[[Review, Change], None]
GONE = "There is no such review."


def run(move: str, review_id: UUID, actor: Actor, work: Work) -> Review:
    """Do `work` on the locked review if `move` is allowed from where it stands.

    A refusal is raised after the block, so that a deadline which was enforced on the way stays
    enforced.
    """
    with transaction.atomic():
        found = locked_for(review_id, actor.user_id)
        if found is None:
            raise Missing(GONE)
        review, change = found.review, Change(now=found.now, actor=actor)
        # Noted now, of the team that was asked when it was read: a deadline may put another there.
        rights.know_member(review, change, found.member)
        moved = review.pk in timed.enforce([review], now=found.now)
        refusal = attempt(move, review, moved, change, work)
        if refusal is None:
            change.write()
    if refusal is not None:
        raise refusal
    return review


def attempt(
    move: str, review: Review, moved: bool, change: Change, work: Work
) -> DomainError | None:
    """Check the move on the locked row and gather its writes; a refusal is returned and gathers
    none.
    """
    try:
        _check(move, review, moved)
        work(review, change)
    except DomainError as refusal:
        return refusal
    return None


def lock_one(review_id: UUID) -> Review:
    """The locked, reloaded review. Raises Missing."""
    found = lock([review_id])
    if not found:
        raise Missing(GONE)
    return found[0]


def lock(review_ids: Collection[UUID]) -> list[Review]:
    """Lock and reload reviews, in one order for all, so that two batches cannot wait for each
    other.
    """
    return locked(Review.objects.filter(pk__in=review_ids).order_by("pk"))


def _check(move: str, review: Review, moved: bool) -> None:
    """Refuse the move, and say so when it was a deadline that came first (`moved`: just now)."""
    if review.status not in MOVES[move]:
        if _closed_by_time(review):
            closed_at = stamp(review.closed_at) if review.closed_at else None
            raise Expired("Time ran out before this.", outcome=review.outcome, closed_at=closed_at)
        check_move(move, review.status)
    if moved and review.status == Status.PENDING and move in OF_ONE_LEVEL:
        raise Escalated("Time ran out at this level and the review went up.", level=review.level)


def _closed_by_time(review: Review) -> bool:
    """Whoever applied the deadline: the level's, or that of a condition."""
    final = review.final_decision
    if final is not None and final.source == Source.TIMEOUT:
        return True
    failed = review.outcome == Outcome.CONDITION_FAILED
    return failed and review.conditions.filter(status=ConditionStatus.EXPIRED).exists()
