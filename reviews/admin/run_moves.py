"""What people do to runs from the admin: chosen, confirmed, made, answered run by run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gates.admin.base import acting
from reviews.admin.attempts import uuid_of
from reviews.errors import DomainError
from reviews.models import Run, Step
from reviews.queries import run_pages
from reviews.states import RunStatus
from reviews.transitions.runs import people

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LIMIT = 100
TOLD = 10  # refusals, each in a line of its own
CHANGELIST = "admin:reviews_run_changelist"


class MoveForm(forms.Form):
    """Nothing is asked but whether to do it."""


class CancelForm(MoveForm):
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


@dataclass(frozen=True, slots=True)
class Move:
    """A move of a run; `work` is its one transition."""

    name: str
    label: StrPromise
    done: StrPromise
    work: Callable[..., Run]
    form: type[MoveForm] = MoveForm


RETRY = Move("retry", gettext_lazy("Retry"), gettext_lazy("Tried again"), people.retry)
SKIP = Move("skip", gettext_lazy("Skip"), gettext_lazy("Skipped"), people.skip)
CANCEL = Move(
    "cancel", gettext_lazy("Cancel"), gettext_lazy("Cancelled"), people.cancel, CancelForm
)
MOVES = {move.name: move for move in (RETRY, SKIP, CANCEL)}


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


def _action(move: Move) -> Callable[..., HttpResponse | None]:
    """The list's action that asks about this move."""

    @admin.action(description=move.label, permissions=["manage"])
    def choose(
        page: RunMovesAdmin, request: HttpRequest, queryset: QuerySet[Run]
    ) -> HttpResponse | None:
        return page.chosen(request, move, queryset)

    choose.__name__ = move.name
    return choose


class RunMovesAdmin(admin.ModelAdmin):
    """The moves, as actions of the list and buttons of the page. Transitions judge who may."""

    actions = tuple(_action(move) for move in MOVES.values())
    confirm_template = "admin/reviews/run/confirm.html"

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Who may retry, skip and cancel."""
        return request.user.has_perm(people.MANAGE)

    def get_urls(self) -> list[URLPattern]:
        """One address for all moves."""
        view = self.admin_site.admin_view(self.move_view)
        return [path("move/", view, name="reviews_run_move"), *super().get_urls()]

    def chosen(
        self, request: HttpRequest, move: Move, queryset: QuerySet[Run]
    ) -> HttpResponse | None:
        """Ask about the runs that were chosen in the list."""
        ids = list(queryset.values_list("pk", flat=True)[: LIMIT + 1])
        if len(ids) > LIMIT:
            text = _("At most %(limit)s runs at once: narrow the list.") % {"limit": LIMIT}
            self.message_user(request, text, messages.ERROR)
            return None
        return self._confirm(request, move, self._visible(request, ids), move.form())

    def move_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for confirmation, or make the confirmed move. Reading this address does nothing."""
        if not (self.has_view_permission(request) and self.has_manage_permission(request)):
            raise PermissionDenied
        if request.method != "POST":
            return redirect(CHANGELIST)
        move = MOVES.get(request.POST.get("move", ""))
        runs = self._visible(request, list(map(uuid_of, request.POST.getlist("run"))))
        if move is None or not runs:
            raise Http404
        if "confirmed" not in request.POST:
            return self._confirm(request, move, runs, move.form())
        form = move.form(request.POST)
        if not form.is_valid():
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return self._confirm(request, move, runs, form, status=status)
        return self._made(request, move, runs, form)

    def _visible(self, request: HttpRequest, ids: Sequence[UUID | None]) -> dict[UUID, Run]:
        rows = self.get_queryset(request).select_related("workflow").defer("input", "output")
        known = [pk for pk in ids if pk is not None][:LIMIT]
        found = {run.pk: run for run in rows.filter(pk__in=known)}
        return {pk: found[pk] for pk in known if pk in found}

    def _made(
        self, request: HttpRequest, move: Move, runs: Mapping[UUID, Run], form: MoveForm
    ) -> HttpResponse:
        """Each run in a transaction of its own."""
        refusals: dict[UUID, DomainError] = {}
        for pk in runs:
            try:
                move.work(pk, actor=acting(request), **form.cleaned_data)
            except DomainError as refusal:
                refusals[pk] = refusal
        if len(refusals) == len(runs):
            lines = [f"{pk}: {refusal}" for pk, refusal in refusals.items()][:TOLD]
            status = next(iter(refusals.values())).http
            return self._confirm(request, move, runs, form, lines, status=status)
        self._tell(request, move, len(runs) - len(refusals), refusals)
        alone = reverse("admin:reviews_run_change", args=list(runs)) if len(runs) == 1 else ""
        return redirect(self._kept(request, alone or reverse(CHANGELIST)))

    def _tell(
        self, request: HttpRequest, move: Move, made: int, refusals: Mapping[UUID, DomainError]
    ) -> None:
        self.message_user(request, f"{move.done}: {made}", messages.SUCCESS)
        for pk, refusal in list(refusals.items())[:TOLD]:
            self.message_user(request, f"{pk}: {refusal}", messages.WARNING)

    def _confirm(
        self,
        request: HttpRequest,
        move: Move,
        runs: Mapping[UUID, Run],
        form: MoveForm,
        refusals: Sequence[str] = (),
        status: int = HTTPStatus.OK,
    ) -> HttpResponse:
        here = run_pages.places(runs.values())
        rows = [(run, here.get(pk), foreseen(move, run, here.get(pk))) for pk, run in runs.items()]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("%(move)s: %(count)s runs") % {"move": move.label, "count": len(rows)}
            if len(rows) > 1
            else _("%(move)s this run?") % {"move": move.label},
            "move": move,
            "rows": rows,
            "form": form,
            "refusals": refusals,
            "media": self.media + form.media,
            "preserved_filters": self.get_preserved_filters(request),
        }
        return TemplateResponse(request, self.confirm_template, context, status=status)

    def _kept(self, request: HttpRequest, url: str) -> str:
        """The address, with the filters of the list."""
        filters = self.get_preserved_filters(request)
        return str(add_preserved_filters({"preserved_filters": filters, "opts": self.opts}, url))
