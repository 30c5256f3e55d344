"""How a condition is answered, by whom, and how the secret of a link is stored."""

from __future__ import annotations

from hashlib import sha256

from gates.actors import OUTSIDE, Actor
from reviews.errors import AlreadyDecided, Expired, NotAllowed
from reviews.models import Condition
from reviews.states import ConditionStatus
from reviews.transitions.change import Change


def hash_of(secret: str) -> str:
    """How a link's secret is stored."""
    return sha256(secret.encode()).hexdigest()


def check_allowed(condition: Condition, actor: Actor, key_id: int | None) -> None:
    """The outside person by his link, or the key that submitted; others are asked for by their
    team. Raises NotAllowed.
    """
    if condition.confirms == "link":
        allowed = actor == OUTSIDE
    else:
        submitted = actor.key_id is not None and actor.key_id == key_id
        allowed = condition.confirms == "api" and submitted
    if not allowed:
        raise NotAllowed(f"This condition is confirmed by: {condition.get_confirms_display()}.")


def check_open(condition: Condition) -> None:
    """Raises Expired, AlreadyDecided."""
    if condition.status == ConditionStatus.EXPIRED:
        raise Expired("Time ran out before this.")
    if condition.status != ConditionStatus.OPEN:
        raise AlreadyDecided("This condition has been answered already.")


def answered(condition: Condition, change: Change, status: ConditionStatus) -> None:
    """It is met or denied, and its link is used."""
    change.set(
        condition,
        status=status,
        answered_at=change.now,
        answered_by=change.actor.label,
        token_hash=None,
    )
