"""Who works on a review: claim, renew, release, assign, pass."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
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

    return run("claim", review_id, actor, apply_claim)


def apply_claim(review: Review, change: Change) -> None:
    """Lease one locked review to who acts; shared with batches."""
    lease(review, change, rights.decider(review, change))
    change.log(review, "claimed", until=str(rights.assignment_of(review).lease_until))


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

    return run("release", review_id, actor, apply_release)


def apply_release(review: Review, change: Change) -> None:
    """Free one locked review of who acts; shared with batches."""
    if rights.assignment_of(review).reviewer_id != rights.person_of(change):
        raise HeldByOther("You do not hold this.")
    free(review, change)
    change.log(review, "released")


def assign(review_id: UUID, *, actor: Actor, username: str) -> Review:
    """Give the review to a member of the team that is asked; leads of that team, and holders of the
    permission.
    """

    return run("assign", review_id, actor, partial(apply_assignment, username=username))


def apply_assignment(review: Review, change: Change, username: str) -> None:
    """Lease one locked review to another; shared with batches."""
    may_direct(review, change)
    user_id = _eligible(review, change, username)
    rights.not_voted(review, change, user_id)
    lease(review, change, user_id)
    change.log(review, "assigned", reviewer=user_id)


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


def may_direct(review: Review, change: Change) -> None:
    """Refuse who neither leads the team that is asked nor may manage the gate's assignments."""
    user_id, team_id = rights.person_of(change), review.team_id
    if team_id is None or not change.once(
        ("leads", team_id), lambda: people.leads(user_id, team_id)
    ):
        rights.may_manage(review, change, "reviews.assign_review")


def _eligible(review: Review, change: Change, username: str) -> int:
    team_id = review.team_id
    user_id = change.once(("eligible", team_id, username), lambda: _member(username, team_id))
    if user_id is None:
        raise invalid("/reviewer", "not_eligible", f"“{username}” is no member of {review.team}.")
    rights.not_own(review, user_id, username)
    return user_id


def _member(username: str, team_id: int | None) -> int | None:
    """The id of the active person of that name, if he belongs to the team."""
    found = get_user_model().objects.filter(username=username, is_active=True)
    member = found.filter(memberships__team=team_id)
    return None if team_id is None else member.values_list("pk", flat=True).first()
