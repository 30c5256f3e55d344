"""Who may make which move. Asked on the locked review, never before."""

from __future__ import annotations

from gates.queries import people
from gates.queries.policies import policy_of
from reviews.errors import AlreadyDecided, Escalated, HeldByOther, NotAllowed, OwnProposal
from reviews.models import Assignment, Decision, Review
from reviews.models.decision import STANDING
from reviews.transitions.change import Change


def person_of(change: Change) -> int:
    """The id of the person who acts. Raises NotAllowed for keys without a person."""
    if change.actor.user_id is None:
        raise NotAllowed("Only a person may do this: use a personal key.")
    return change.actor.user_id


def know_member(review: Review, change: Change, member: bool) -> None:
    """Note whether who acts belongs to the team that is asked now, where that was read already."""
    change.once(_seat(review), lambda: member)


def member_of_level(review: Review, change: Change) -> int:
    """The acting person, who belongs to the team that is asked now. Raises Escalated for a team
    that was asked before.
    """
    user_id = person_of(change)
    team_id = review.team_id
    if team_id is None or not change.once(
        _seat(review), lambda: people.is_member(user_id, team_id)
    ):
        if _was_asked(review, user_id):
            raise Escalated("The review went up to the next level.", level=review.level)
        raise NotAllowed(f"Only {review.team} may do this now.")
    return user_id


def _seat(review: Review) -> tuple[str, int | None]:
    """The question whether the acting person is of this team, which many reviews may ask."""
    return "member", review.team_id


def _was_asked(review: Review, user_id: int) -> bool:
    """True if the review was before the person's team and has left it."""
    left = Assignment.objects.filter(review=review, level__lt=review.level)
    return left.filter(team__memberships__user=user_id).exists()


def assignment_of(review: Review) -> Assignment:
    """The open assignment; a pending review has one by constraint."""
    if review.assignment is None:
        raise NotAllowed("Nobody is asked at the moment.")
    return review.assignment


def free_of_others(review: Review, change: Change, user_id: int) -> None:
    """Refuse while another person's lease is live."""
    holder = assignment_of(review).holder_at(change.now)
    if holder is not None and holder != user_id:
        raise HeldByOther(
            "Another person is working on this.", until=str(assignment_of(review).lease_until)
        )


def not_own(review: Review, user_id: int, username: str) -> None:
    """Refuse a person his own proposal: as its requester, or as the owner of the key that submitted
    it.
    """
    requester = review.requester or {}
    if requester.get("id") == username or review.key.owner_id == user_id:
        raise OwnProposal(
            "This was proposed for you or by your key: somebody else has to decide it."
        )


def decider(review: Review, change: Change) -> int:
    """The acting person, who may decide this review now."""
    user_id = member_of_level(review, change)
    not_own(review, user_id, change.actor.username)
    not_voted(review, change, user_id)
    free_of_others(review, change, user_id)
    return user_id


def votes_of(review: Review, change: Change) -> list[Decision]:
    """The votes that stand; none where one verdict decides."""
    if policy_of(review.version).approvals == 1:
        return []
    standing = Decision.objects.filter(STANDING, review=review)
    return change.once(("votes", review.pk), lambda: list(standing))


def not_voted(review: Review, change: Change, user_id: int) -> None:
    """Refuse a second vote, and a lease that could only lead to one: voters are distinct."""
    if any(vote.reviewer_id == user_id for vote in votes_of(review, change)):
        raise AlreadyDecided("This person has voted on this already.", code="already_voted")


def may_manage(review: Review, change: Change, permission: str) -> None:
    """Refuse unless the person has the permission or leads the team that owns the gate."""
    user_id = person_of(change)
    if change.once(permission, lambda: people.has_permission(user_id, permission)):
        return
    owner = review.gate.owner_id
    if owner is None or not change.once(("leads", owner), lambda: people.leads(user_id, owner)):
        raise NotAllowed("You lack the permission for this.")
