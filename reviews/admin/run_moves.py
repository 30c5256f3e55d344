"""What people do to runs from the admin, one or many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gates.admin.base import acting
from reviews.admin.forms import ConfirmForm
from reviews.admin.making import alone
from reviews.admin.moving import Attempt, Move, MovingAdmin, Shown, actions_of
from reviews.errors import DomainError
from reviews.models import Run, Step
from reviews.queries import run_pages
from reviews.queries.named import uuid_of
from reviews.states import RunStatus
from reviews.transitions.batches import ItemResult
from reviews.transitions.runs import people

TOLD = 10  # refusals, each in a line of its own


class CancelForm(ConfirmForm):
    """Whether what was done is to be undone; nothing is chosen beforehand."""

    undo = forms.TypedChoiceField(
        label=gettext_lazy("What they did"),
        choices=(
            ("yes", gettext_lazy("undo it, where an action is known that does")),
            ("no", gettext_lazy("leave it as it is")),
        ),
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
    )


RETRY = Move("retry", gettext_lazy("Retry"), gettext_lazy("Tried again"), ConfirmForm)
SKIP = Move("skip", gettext_lazy("Skip"), gettext_lazy("Skipped"), ConfirmForm)
CANCEL = Move("cancel", gettext_lazy("Cancel"), gettext_lazy("Cancelled"), CancelForm)
MOVES = {move.name: move for move in (RETRY, SKIP, CANCEL)}
_WORK: dict[str, Callable[..., Run]] = {
    "retry": people.retry,
    "skip": people.skip,
    "cancel": people.cancel,
}


def offered(run: Run, here: Step | None) -> list[Move]:
    """The moves that may succeed now."""
    if here is None:
        return []
    stuck = run.status == RunStatus.STUCK
    skips = [SKIP] if stuck and here.kind == "action" else []
    return [*([RETRY] if stuck else []), *skips, CANCEL]


def foreseen(move: Move, run: Run, here: Step | None) -> str:
    """What will happen to it."""
    if here is None:
        return _("Nothing: it has ended.")
    if move not in offered(run, here):
        if run.status == RunStatus.STUCK:
            return _("Nothing: only an action can be skipped.")
        return _("Nothing: nothing has failed.")
    said = {
        "retry": _("%(node)s is tried again"),
        "skip": _("Goes on after %(node)s as if it were done"),
        "cancel": _("Ends at %(node)s"),
    }
    return said[move.name] % {"node": here.node}


class RunMovesAdmin(MovingAdmin):
    """The moves of runs, each of which is made in a transaction of its own."""

    actions = actions_of(MOVES.values(), permissions=["manage"])
    moves = MOVES
    limit = 100
    too_many = gettext_lazy("At most %(limit)s runs at once: narrow the list.")
    question = gettext_lazy("%(move)s this run?")
    question_of_many = gettext_lazy("%(move)s: %(count)s runs")
    field = "run"
    confirm_template = "admin/reviews/run/confirm.html"

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Who may retry, skip and cancel."""
        return request.user.has_perm(people.MANAGE)

    def may_move(self, request: HttpRequest) -> bool:
        """Only who manages runs."""
        return super().may_move(request) and self.has_manage_permission(request)

    def shown_in(self, posted: QueryDict) -> Shown:
        """Their ids: a move of a run depends on nothing that was read."""
        ids = map(uuid_of, posted.getlist(self.field))
        return dict.fromkeys((pk for pk in ids if pk is not None), "")

    def shown_by(self, rows: QuerySet[Any]) -> Shown:
        """Their ids."""
        return dict.fromkeys(rows.values_list("pk", flat=True), "")

    def chosen_rows(self, request: HttpRequest, ids: Sequence[UUID]) -> Iterable[Run]:
        """Without what they were given and what came of them."""
        rows: QuerySet[Run] = self.get_queryset(request).filter(pk__in=ids)
        return rows.select_related("workflow").defer(*run_pages.SENT)

    def foreseen(self, attempt: Attempt) -> list[tuple[Any, ...]]:
        """(run, the step where it is, sentence)."""
        here = run_pages.places(attempt.rows.values())
        return [
            (run, here.get(pk), foreseen(attempt.move, run, here.get(pk)))
            for pk, run in attempt.rows.items()
        ]

    def make(self, attempt: Attempt, said: Mapping[str, Any]) -> list[ItemResult]:
        """One by one."""
        work, actor = _WORK[attempt.move.name], acting(attempt.request)
        return [alone(pk, partial(work, pk, actor=actor, **said)) for pk in attempt.rows]

    def line_of(self, attempt: Attempt, pk: UUID, refusal: DomainError) -> str:
        """By its id."""
        return f"{pk}: {refusal}"

    def tell(self, attempt: Attempt, answers: Sequence[ItemResult]) -> HttpResponse:
        """How many were moved, and the first that were not."""
        refusals = {answer.id: answer.refusal for answer in answers if answer.refusal is not None}
        text = f"{attempt.move.done}: {len(answers) - len(refusals)}"
        self.message_user(attempt.request, text, messages.SUCCESS)
        for pk, refusal in list(refusals.items())[:TOLD]:
            self.message_user(attempt.request, self.line_of(attempt, pk, refusal), messages.WARNING)
        url = self.list_url
        if len(attempt.rows) == 1:
            url = reverse("admin:reviews_run_change", args=list(attempt.rows))
        return redirect(self.kept(attempt.request, url))
