"""What a person does to reviews from the admin: one transition, one answer per review."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from gates import actors
from reviews.admin.forms import (
    ApproveForm,
    AssignForm,
    CancelForm,
    ConfirmForm,
    PriorityForm,
    RejectForm,
)
from reviews.admin.moving import Move, Shown
from reviews.errors import DomainError
from reviews.transitions import batches, decisions
from reviews.transitions.batches import ItemResult
from reviews.verdicts import Answer

CLAIM = Move("claim", _("Claim"), _("Claimed"))
RELEASE = Move("release", _("Release"), _("Released"))
APPROVE = Move("approve", _("Approve"), _("Approved"), ApproveForm)
REJECT = Move("reject", _("Reject"), _("Rejected"), RejectForm)
ESCALATE = Move("escalate", _("Escalate"), _("Escalated"), ConfirmForm)
ASSIGN = Move("assign", _("Reassign"), _("Reassigned"), AssignForm)
PRIORITISE = Move("prioritise", _("Change priority"), _("Priority changed"), PriorityForm)
CANCEL = Move("cancel", _("Cancel"), _("Cancelled"), CancelForm)
UNDO = Move("undo", _("Undo"), _("Undone"))
DECIDING = frozenset({CLAIM, RELEASE, APPROVE, REJECT})

OF_MANY = (CLAIM, RELEASE, APPROVE, REJECT, ESCALATE, ASSIGN, PRIORITISE, CANCEL)
MOVES = {move.name: move for move in (*OF_MANY, UNDO)}
_BATCHES: dict[str, Callable[..., list[ItemResult]]] = {
    "claim": batches.claim_all,
    "release": batches.release_all,
    "escalate": batches.escalate_all,
    "assign": batches.assign_all,
    "prioritise": batches.prioritise_all,
    "cancel": batches.cancel_all,
}


def make(move: Move, shown: Shown, user: User, said: Mapping[str, Any]) -> list[ItemResult]:
    """Make the move on every review shown. Raises Invalid where a batch is refused whole."""
    actor = actors.person(user.pk, user.get_username())
    if move is UNDO:
        return [alone(pk, partial(decisions.undo, pk, actor=actor)) for pk in shown]
    if move.name in _BATCHES:
        return _BATCHES[move.name](list(shown), actor=actor, principal=user, **said)
    if len(shown) == 1:
        return [_verdict(move, actor, pk, digest, said) for pk, digest in shown.items()]
    answer = _answer(move, said)
    return batches.decide_all(
        list(shown), actor=actor, principal=user, answer=answer, digests=shown
    )


def _verdict(
    move: Move, actor: actors.Actor, pk: UUID, digest: str, said: Mapping[str, Any]
) -> ItemResult:
    """Of one review alone: what a batch would call unusual is looked at here."""
    answer = _answer(move, said, digest)
    return alone(pk, partial(decisions.decide, pk, actor=actor, answer=answer))


def alone(pk: UUID, transition: Callable[[], object]) -> ItemResult:
    """The answer for one row that is moved by itself."""
    try:
        transition()
    except DomainError as refusal:
        return ItemResult(pk, refusal)
    return ItemResult(pk)


def _answer(move: Move, said: Mapping[str, Any], digest: str = "") -> Answer:
    reasons: Sequence[str] = said.get("reasons", ())
    return Answer(move.name, digest=digest, reasons=tuple(reasons), note=said.get("note", ""))
