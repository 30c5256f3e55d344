"""Who may answer a condition, and how the secret of a link is stored."""

from __future__ import annotations

from hashlib import sha256

from gates.actors import OUTSIDE, Actor
from reviews.models import Condition


def hash_of(secret: str) -> str:
    """How a link's secret is stored."""
    return sha256(secret.encode()).hexdigest()


def allowed(condition: Condition, actor: Actor, key_id: int | None) -> bool:
    """True for the outside person by his link, and for the key that submitted; others are asked
    for by their team.
    """
    if condition.confirms == "link":
        return actor == OUTSIDE
    return condition.confirms == "api" and actor.key_id is not None and actor.key_id == key_id
