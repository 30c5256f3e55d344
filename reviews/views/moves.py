"""Moves that are no verdicts: each makes one call of a transition."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gates.actors import Actor
from reviews.errors import DomainError, Invalid, invalid
from reviews.forms.moves import FORMS, move_form
from reviews.models import Condition, Review, Run
from reviews.transitions import (
    cancellations,
    comments,
    conditions,
    decisions,
    escalations,
    leases,
    priorities,
)
from reviews.views.answers import back_of, go, person, sign_in_again, typed
from reviews.views.cases import show
from reviews.views.shown import actor_of, open_case

Work = Callable[..., Review | Run]


def _answer(review_id: UUID, *, actor: Actor, condition: str, answer: str) -> Review | Run:
    """A member of the team says whether a condition holds."""
    asked = {str(row.pk): row for row in Condition.objects.filter(review=review_id)}
    found = asked.get(condition)
    if found is None or answer not in {"confirm", "deny"}:
        raise invalid("/answer", "required", _("Choose one of the two answers."))
    work = conditions.confirm if answer == "confirm" else conditions.deny
    return work(found.pk, actor=actor)


MOVES: dict[str, tuple[Work, Any]] = {
    "claim": (leases.claim, gettext_lazy("It is yours.")),
    "renew": (leases.renew, gettext_lazy("Your time starts anew.")),
    "release": (leases.release, gettext_lazy("Given back to the team.")),
    "pass": (leases.pass_on, gettext_lazy("Passed: you are not asked about it again.")),
    "assign": (leases.assign, gettext_lazy("Assigned.")),
    "escalate": (escalations.escalate, gettext_lazy("Escalated.")),
    "ask": (comments.ask, gettext_lazy("The question is there for everybody to see.")),
    "comment": (comments.comment, gettext_lazy("Comment added.")),
    "prioritise": (priorities.prioritise, gettext_lazy("Priority changed.")),
    "undo": (decisions.undo, gettext_lazy("Taken back: it waits for a verdict again.")),
    "cancel": (cancellations.cancel, gettext_lazy("Cancelled.")),
    "overturn": (decisions.overturn, gettext_lazy("Overturned.")),
    "answer": (_answer, gettext_lazy("Your answer is recorded.")),
}
_PLAIN = {"answer": ("condition", "answer")}  # what a bare button sends


@require_POST
def move(request: HttpRequest, review_id: UUID, move: str) -> HttpResponse:
    """Make one move; what was typed comes back with a refusal."""
    if move not in MOVES:
        raise Http404
    if not request.user.is_authenticated:
        return sign_in_again(request, review_id, move if move in FORMS else None)
    case = open_case(person(request), review_id, look=False)
    form = move_form(case.review, move, request.POST)
    if form is not None and not form.is_valid():
        return show(request, case, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    said = form.said() if form else _plainly(request, move)
    work, done = MOVES[move]
    try:
        work(review_id, actor=actor_of(case.reader), **said)
    except DomainError as refusal:
        return _refused(request, review_id, move, refusal)
    messages.success(request, f"{case.review.title}: {done}")
    return go(request, back_of(request, resolve_url("review", review_id)))


def _plainly(request: HttpRequest, move: str) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in _PLAIN.get(move, ())}


def _refused(
    request: HttpRequest, review_id: UUID, move: str, refusal: DomainError
) -> HttpResponse:
    case = open_case(person(request), review_id, look=False)
    make = partial(move_form, case.review, move)
    form = make(request.POST) if isinstance(refusal, Invalid) else make(kept=typed(request))
    if form is not None and isinstance(refusal, Invalid) and form.is_valid():
        form.refuse(refusal)
        return show(request, case, form, status=refusal.http)
    return show(request, case, form, refusal=refusal, status=refusal.http)
