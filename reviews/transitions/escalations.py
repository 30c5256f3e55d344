"""A person passes a review up the chain."""

from __future__ import annotations

from uuid import UUID

from gates.actors import Actor
from gates.queries.policies import policy_of
from reviews.errors import WrongState
from reviews.models import Review
from reviews.models.assignment import Ending
from reviews.queries.rows import steps_of
from reviews.transitions import rights, timed
from reviews.transitions.change import Change
from reviews.transitions.moves import run


def escalate(review_id: UUID, *, actor: Actor) -> Review:
    """To the next level, with its own deadline; the lease is lost. Raises WrongState at the top of
    the chain.
    """

    def work(review: Review, change: Change) -> None:
        apply_escalation(review, change)

    return run("escalate", review_id, actor, work)


def apply_escalation(review: Review, change: Change) -> None:
    """Escalate one locked review; shared with batches."""
    user_id = rights.member_of_level(review, change)
    rights.free_of_others(review, change, user_id)
    policy = policy_of(review.version)
    if review.level >= policy.levels:
        raise WrongState("There is nobody above this level.", code="no_next_level")
    steps = change.once(("steps", review.version_id), lambda: steps_of([review.version_id]))
    timed.go_up(review, change, policy, steps, Ending.ESCALATED, "escalated")
