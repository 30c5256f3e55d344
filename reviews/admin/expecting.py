"""What a move will do to each review, said before it is confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from gates import clock
from gates.queries.policies import policy_of
from gates.routing import in_words
from reviews.admin.making import APPROVE, ASSIGN, CANCEL, ESCALATE, PRIORITISE, REJECT
from reviews.admin.moving import Move
from reviews.models import Assignment, Review
from reviews.queries.rows import Steps, steps_of
from reviews.states import Status


def expected(move: Move, reviews: Sequence[Review]) -> Mapping[UUID, str]:
    """A sentence for each review; the transition may still refuse."""
    if move is ESCALATE:
        steps = steps_of(review.version_id for review in reviews)
        return {review.pk: _escalated(review, steps) for review in reviews}
    if move is ASSIGN:
        holders = _holders(reviews)
        return {review.pk: _held(holders.get(review.assignment_id)) for review in reviews}
    sentence = {APPROVE: _decided, REJECT: _decided, PRIORITISE: _urgent, CANCEL: _ended}[move]
    return {review.pk: sentence(review) for review in reviews}


def _holders(reviews: Sequence[Review]) -> dict[UUID | None, str]:
    """Who holds them, by assignment; read by keys, for a join would read all assignments."""
    keys = [review.assignment_id for review in reviews if review.assignment_id]
    live = Assignment.objects.filter(pk__in=keys, lease_until__gt=clock.now())
    return {row.pk: str(row.reviewer) for row in live.select_related("reviewer")}


def _held(holder: str | None) -> str:
    return (
        _("Held by %(person)s now.") % {"person": holder} if holder else _("Nobody holds it now.")
    )


def _decided(review: Review) -> str:
    policy = policy_of(review.version)
    if policy.approvals > 1:
        return _("One vote; %(count)s must agree.") % {"count": policy.approvals}
    if not policy.undo_window:
        return _("Takes effect at once.")
    return _("Can be undone for %(time)s.") % {"time": in_words(policy.undo_window)}


def _escalated(review: Review, steps: Steps) -> str:
    step = steps.get((review.version_id, review.level + 1))
    if step is None:
        return _("There is nobody above this level.")
    told = {"team": step.team.name, "time": in_words(step.timeout)}
    return _("Goes to %(team)s, who get %(time)s.") % told


def _urgent(review: Review) -> str:
    return _("The priority is %(priority)s now.") % {"priority": review.get_priority_display()}


def _ended(review: Review) -> str:
    if review.status in {Status.HELD, Status.CONDITIONAL}:
        return _("Closed as cancelled; the verdict that is there never takes effect.")
    return _("Closed as cancelled.")
