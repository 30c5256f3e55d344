"""What a person does to reviews from the admin: one transition, one answer per review."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from gates import actors
from gates.queries import people
from gates.queries.policies import policy_of
from reviews.admin.forms import ApproveForm, ConfirmForm, RejectForm
from reviews.errors import DomainError
from reviews.models import Review
from reviews.states import Status
from reviews.transitions import batches, decisions, escalations, leases
from reviews.transitions.batches import ItemResult
from reviews.verdicts import Answer

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# What the person looked at: the digest of each review when it was shown.
Shown = Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class Move:
    """A move of the admin. One that needs no confirmation has no form."""

    name: str
    label: StrPromise
    done: StrPromise
    form: type[ConfirmForm] | None = None


CLAIM = Move("claim", _("Claim"), _("Claimed"))
APPROVE = Move("approve", _("Approve"), _("Approved"), ApproveForm)
REJECT = Move("reject", _("Reject"), _("Rejected"), RejectForm)
ESCALATE = Move("escalate", _("Escalate"), _("Escalated"), ConfirmForm)
MOVES = {move.name: move for move in (CLAIM, APPROVE, REJECT, ESCALATE)}


def offered(review: Review, user: User) -> list[Move]:
    """The moves that may succeed; a hint for the page, which the transitions need not believe."""
    if review.status != Status.PENDING or review.team_id is None:
        return []
    if not people.is_member(user.pk, review.team_id):
        return []
    policy = policy_of(review.version)
    verdicts = [move for move in (APPROVE, REJECT) if move.name in policy.options]
    return [CLAIM, *verdicts, *([ESCALATE] if review.level < policy.levels else [])]


def make(move: Move, shown: Shown, user: User, said: Mapping[str, Any]) -> list[ItemResult]:
    """Make the move on every review shown. Raises Invalid where a batch is refused whole."""
    actor = actors.person(user.pk, user.get_username())
    if move is CLAIM:
        return [_alone(pk, partial(leases.claim, pk, actor=actor)) for pk in shown]
    if len(shown) == 1:
        return [_one(move, actor, pk, digest, said) for pk, digest in shown.items()]
    if move is ESCALATE:
        return batches.escalate_all(list(shown), actor=actor, principal=user)
    answer = _answer(move, said)
    return batches.decide_all(
        list(shown), actor=actor, principal=user, answer=answer, digests=shown
    )


def _one(
    move: Move, actor: actors.Actor, pk: UUID, digest: str, said: Mapping[str, Any]
) -> ItemResult:
    if move is ESCALATE:
        return _alone(pk, partial(escalations.escalate, pk, actor=actor))
    answer = _answer(move, said, digest)
    return _alone(pk, partial(decisions.decide, pk, actor=actor, answer=answer))


def _alone(pk: UUID, transition: Callable[[], object]) -> ItemResult:
    try:
        transition()
    except DomainError as refusal:
        return ItemResult(pk, refusal)
    return ItemResult(pk)


def _answer(move: Move, said: Mapping[str, Any], digest: str = "") -> Answer:
    reasons: Sequence[str] = said.get("reasons", ())
    return Answer(move.name, digest=digest, reasons=tuple(reasons), note=said.get("note", ""))
