"""The case is over before anybody's verdict takes effect."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from gates.actors import Actor
from gates.models import ApiKey
from reviews.errors import Missing, NotAllowed
from reviews.models import Review
from reviews.queries.rows import unanswered
from reviews.states import Outcome, Source
from reviews.transitions import passage, rights
from reviews.transitions.change import Change
from reviews.transitions.moves import run


def cancel(review_id: UUID, *, actor: Actor, code: str = "", **data: str) -> Review:
    """Close as cancelled: the submitting side within its gates, or a person with the permission.

    `code` and `data` (short codes, no payload) go into the event.
    """

    def work(review: Review, change: Change) -> None:
        apply_cancellation(review, change, code, data)

    return run("cancel", review_id, actor, work)


def apply_cancellation(
    review: Review, change: Change, code: str, data: Mapping[str, str] | None = None
) -> None:
    """Cancel one locked review, if who acts may; shared with batches."""
    may_cancel(review, change)
    close_cancelled(review, change, code, data)


def close_cancelled(
    review: Review, change: Change, code: str, data: Mapping[str, str] | None = None
) -> None:
    """Close one locked review as cancelled."""
    if review.held_decision is not None:
        passage.void(unanswered([review])[review.pk], change)
    final = passage.decision(review, change, Source.CANCEL, Outcome.CANCELLED)
    passage.close(review, change, final, Outcome.CANCELLED)
    change.log(
        review,
        "cancelled",
        outcome=review.outcome,
        **({"code": code} if code else {}),
        **(data or {}),
    )
    change.tell(review, "review.closed")


def may_cancel(review: Review, change: Change) -> None:
    """Refuse keys outside their gates, and people who may not manage the gate's cancellations."""
    if change.actor.key_id is None:
        rights.may_manage(review, change, "reviews.cancel_review")
        return
    usable = ApiKey.objects.get_usable_keys().exclude(expiry_date__lte=change.now)
    key = next(iter(usable.filter(pk=change.actor.key_id).order_by()), None)
    if key is None:
        raise NotAllowed("This key is no longer valid.")
    if not key.reaches(review.gate):
        raise Missing("There is no such review.")
