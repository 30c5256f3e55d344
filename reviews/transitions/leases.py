"""Who works on a review: claim, renew, release, assign, pass."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib.auth import get_user_model

from gates.actors import Actor
from gates.queries import people
from gates.queries.policies import policy_of
from reviews.errors import HeldByOther, invalid
from reviews.models import Review
from reviews.transitions import rights
from reviews.transitions.change import Change
from reviews.transitions.moves import run


def claim(review_id: UUID, *, actor: Actor) -> Review:
    """Take a free review: its lease is the person's for the gate's `lease` seconds."""

    def work(review: Review, change: Change) -> None:
        lease(review, change, rights.decider(review, change))
        change.log(review, "claimed", until=str(rights.assignment_of(review).lease_until))

    return run("claim", review_id, actor, work)


def renew(review_id: UUID, *, actor: Actor) -> Review:
    """Start the lease anew. One's own expired lease may be renewed while the review is
    still free.
    """

    def work(review: Review, change: Change) -> None:
        user_id = rights.decider(review, change)
        if rights.assignment_of(review).reviewer_id != user_id:
            raise HeldByOther("You do not hold this: claim it first.")
        lease(review, change, user_id)
        change.log(review, "renewed", until=str(rights.assignment_of(review).lease_until))

    return run("renew", review_id, actor, work)


def release(review_id: UUID, *, actor: Actor) -> Review:
    """Give a review back to the team."""

    def work(review: Review, change: Change) -> None:
        if rights.assignment_of(review).reviewer_id != rights.person_of(change):
            raise HeldByOther("You do not hold this.")
        free(review, change)
        change.log(review, "released")

    return run("release", review_id, actor, work)


def assign(review_id: UUID, *, actor: Actor, username: str) -> Review:
    """Give the review to a member of the team that is asked; leads of that team, and holders of the
    permission.
    """

    def work(review: Review, change: Change) -> None:
        _may_assign(review, change)
        user_id = _eligible(review, username)
        rights.not_voted(review, change, user_id)
        lease(review, change, user_id)
        change.log(review, "assigned", reviewer=user_id)

    return run("assign", review_id, actor, work)


def pass_on(review_id: UUID, *, actor: Actor) -> Review:
    """Decline an item: it goes back to the team and is not offered to this person again at this
    level.
    """

    def work(review: Review, change: Change) -> None:
        user_id = rights.member_of_level(review, change)
        assignment = rights.assignment_of(review)
        assignment.passed_by.add(user_id)
        if assignment.reviewer_id == user_id:
            free(review, change)
        change.log(review, "passed")

    return run("pass", review_id, actor, work)


def lease(review: Review, change: Change, user_id: int) -> None:
    """Set the lease of a locked review. Who takes it has opened it; who is given it has not."""
    until = change.now + timedelta(seconds=policy_of(review.version).lease)
    change.set(rights.assignment_of(review), reviewer_id=user_id, lease_until=until)
    if review.seen_at is None and user_id == change.actor.user_id:
        change.set(review, seen_at=change.now)


def free(review: Review, change: Change) -> None:
    """Nobody holds the review any more."""
    change.set(rights.assignment_of(review), reviewer=None, lease_until=None)


def _may_assign(review: Review, change: Change) -> None:
    if review.team_id is None or not people.leads(rights.person_of(change), review.team_id):
        rights.may_manage(review, change, "reviews.assign_review")


def _eligible(review: Review, username: str) -> int:
    user = get_user_model().objects.filter(username=username, is_active=True).first()
    if user is None or review.team_id is None or not people.is_member(user.pk, review.team_id):
        raise invalid("/reviewer", "not_eligible", f"“{username}” is no member of {review.team}.")
    rights.not_own(review, user.pk, username)
    return user.pk
