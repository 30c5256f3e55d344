"""How urgent a review is, once it waits for a person."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from gates.actors import Actor
from reviews.errors import invalid
from reviews.models import Review
from reviews.models.review import Priority
from reviews.transitions.change import Change
from reviews.transitions.leases import may_direct
from reviews.transitions.moves import run


def prioritise(review_id: UUID, *, actor: Actor, priority: str) -> Review:
    """Move a pending review in its queue: leads of the team that is asked or that owns the gate,
    and holders of the permission to assign. `priority` is a word of the policy.
    """
    return run("prioritise", review_id, actor, partial(apply_priority, priority=named(priority)))


def apply_priority(review: Review, change: Change, priority: Priority) -> None:
    """Give one locked review another priority; shared with batches. Its deadline stays."""
    may_direct(review, change)
    before = Priority(review.priority)
    if priority == before:
        raise invalid("/priority", "unchanged", f"The priority is {word(before)} already.")
    change.set(review, priority=priority)
    change.log(review, "prioritised", old=word(before), new=word(priority))


def named(priority: str) -> Priority:
    """The priority of that name. Raises Invalid."""
    try:
        return Priority[priority.upper()]
    except KeyError as error:
        message = f"“{priority}” is no priority."
        raise invalid("/priority", "invalid", message) from error


def word(priority: Priority) -> str:
    """The name that policies and the API use."""
    return priority.name.lower()
