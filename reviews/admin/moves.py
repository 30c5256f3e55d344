"""What a review's page offers a person: the moves that may succeed, by the transitions' own rules.

Only a hint: a transition asks again, on the locked row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.urls import reverse

from gates import actors, clock
from gates.policy import GatePolicy
from gates.queries.policies import policy_of
from reviews import verdicts
from reviews.admin.making import (
    APPROVE,
    ASSIGN,
    CANCEL,
    CLAIM,
    ESCALATE,
    PRIORITISE,
    REJECT,
    RELEASE,
    UNDO,
)
from reviews.admin.moving import Move
from reviews.errors import DomainError
from reviews.models import Review
from reviews.models.decision import VERDICTS
from reviews.states import MOVES, Status
from reviews.transitions import cancellations, leases, rights
from reviews.transitions.change import Change

Guard = Callable[[Review, Change], object]


@dataclass(frozen=True, slots=True)
class Link:
    """A verdict that needs a form of its own, and where that is."""

    label: str
    url: str


def offered(review: Review, user: User) -> tuple[Move, ...]:
    """The moves that this person may make on the review as it stands."""
    change = Change(now=clock.now(), actor=actors.person(user.pk, user.get_username()))
    return tuple(_moves(review, change, policy_of(review.version)))


def elsewhere(review: Review, moves: Iterable[Move]) -> list[Link]:
    """The verdicts that no button gives, for who may decide: he may claim it, or holds it."""
    if not {CLAIM, RELEASE} & set(moves):
        return []
    page, labels = reverse("review", args=[review.pk]), dict(VERDICTS)
    return [
        Link(str(labels[verdict]), f"{page}?verdict={verdict}")
        for verdict in verdicts.offered(policy_of(review.version))
        if verdict not in {"approve", "reject"}
    ]


def _moves(review: Review, change: Change, policy: GatePolicy) -> Iterator[Move]:
    if review.status == Status.PENDING:
        yield from _work(review, change, policy)
    if review.status in MOVES["undo"] and _decided(review, change):
        yield UNDO
    if review.status in MOVES["cancel"] and _passes(cancellations.may_cancel, review, change):
        yield CANCEL


def _work(review: Review, change: Change, policy: GatePolicy) -> Iterator[Move]:
    assignment = rights.assignment_of(review)
    decides = _passes(rights.decider, review, change)
    if decides and assignment.holder_at(change.now) is None:
        yield CLAIM
    if assignment.reviewer_id == rights.person_of(change):
        yield RELEASE
    if decides:
        yield from _plain_verdicts(review, policy)
    if review.level < policy.levels and _passes(_may_escalate, review, change):
        yield ESCALATE
    if _passes(leases.may_direct, review, change):
        yield from (ASSIGN, PRIORITISE)


def _decided(review: Review, change: Change) -> bool:
    held = review.held_decision
    return held is not None and held.reviewer_id == rights.person_of(change)


def _plain_verdicts(review: Review, policy: GatePolicy) -> Iterator[Move]:
    """What breaks the limits cannot be approved as it is."""
    over = review.over_limit and review.edit is None
    if "approve" in policy.options and not over:
        yield APPROVE
    if "reject" in policy.options:
        yield REJECT


def _may_escalate(review: Review, change: Change) -> None:
    rights.free_of_others(review, change, rights.member_of_level(review, change))


def _passes(guard: Guard, review: Review, change: Change) -> bool:
    try:
        guard(review, change)
    except DomainError:
        return False
    return True
