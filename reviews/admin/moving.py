"""The way of a move through the admin: chosen, confirmed, made, answered row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from reviews.admin.forms import ConfirmForm
from reviews.errors import Changed, DomainError
from reviews.transitions.batches import ItemResult

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# What the person looked at, by id: the digest of each row when it was shown, if it has one.
Shown = Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class Move:
    """A move of the admin. One that needs no confirmation has no form."""

    name: str
    label: StrPromise
    done: StrPromise
    form: type[ConfirmForm] | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to make a move: on which rows, as they were shown."""

    request: HttpRequest
    move: Move
    shown: Shown
    rows: Mapping[UUID, Any]


def actions_of(
    moves: Iterable[Move], permissions: Sequence[str] = ()
) -> tuple[Callable[..., HttpResponse | None], ...]:
    """The list's actions that make these moves."""
    return tuple(_action(move, permissions) for move in moves)


def _action(move: Move, permissions: Sequence[str]) -> Callable[..., HttpResponse | None]:
    @admin.action(description=move.label, permissions=list(permissions) or None)
    def choose(
        page: MovingAdmin, request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponse | None:
        return page.chosen(request, move, queryset)

    choose.__name__ = move.name
    return choose


class MovingAdmin(admin.ModelAdmin):
    """The moves, as actions of the list and buttons of the page. Transitions judge who may."""

    moves: ClassVar[Mapping[str, Move]]
    limit: ClassVar[int]
    too_many: ClassVar[StrPromise]
    question: ClassVar[StrPromise]
    question_of_many: ClassVar[StrPromise]
    field: ClassVar[str]  # of the forms, once for each row
    confirm_template: ClassVar[str]

    def may_move(self, request: HttpRequest) -> bool:
        """Whether the person may try."""
        return self.has_view_permission(request)

    def shown_in(self, posted: QueryDict) -> Shown:
        """What a form sends back."""
        raise NotImplementedError

    def shown_by(self, rows: QuerySet[Any]) -> Shown:
        """What the list shows of these rows."""
        raise NotImplementedError

    def chosen_rows(self, request: HttpRequest, ids: Sequence[UUID]) -> Iterable[Any]:
        """Those among these that the person may see, with what the page that asks prints."""
        raise NotImplementedError

    def foreseen(self, attempt: Attempt) -> list[tuple[Any, ...]]:
        """The rows of the page that asks, each with what will happen to it at the end."""
        raise NotImplementedError

    def details(self, attempt: Attempt) -> dict[str, Any]:
        """What else the page that asks needs."""
        return {}

    def make(self, attempt: Attempt, said: Mapping[str, Any]) -> list[ItemResult]:
        """Make the move, with an answer for each row."""
        raise NotImplementedError

    def line_of(self, attempt: Attempt, pk: UUID, refusal: DomainError) -> str:
        """Which row was refused, and why."""
        raise NotImplementedError

    def tell(self, attempt: Attempt, answers: Sequence[ItemResult]) -> HttpResponse:
        """Say what became of the rows, of which some were moved."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        """One address for all moves."""
        view = self.admin_site.admin_view(self.move_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_move"
        return [path("move/", view, name=name), *super().get_urls()]

    def chosen(
        self, request: HttpRequest, move: Move, queryset: QuerySet[Any]
    ) -> HttpResponse | None:
        """Ask about the rows that were chosen in the list, or make the move at once."""
        shown = self.shown_by(queryset[: self.limit + 1])
        if len(shown) > self.limit:
            self.message_user(request, self.too_many % {"limit": self.limit}, messages.ERROR)
            return None
        attempt = Attempt(request, move, shown, self.visible(request, shown))
        return self._asked(attempt, None) if attempt.rows else None

    def move_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for confirmation, or make the confirmed move. Reading this address does nothing."""
        if not self.may_move(request):
            raise PermissionDenied
        if request.method != "POST":
            return redirect(self.list_url)
        move, posted = self.moves.get(request.POST.get("move", "")), self.shown_in(request.POST)
        rows = self.visible(request, posted)
        if move is None or not rows:
            raise Http404
        attempt = Attempt(request, move, {pk: posted[pk] for pk in posted if pk in rows}, rows)
        return self._asked(attempt, request.POST if "confirmed" in request.POST else None)

    def _asked(self, attempt: Attempt, said: QueryDict | None) -> HttpResponse:
        if attempt.move.form is None:
            return self._made(attempt, {})
        form = attempt.move.form(said, rows=attempt.rows.values())
        if said is None:
            return self._confirm(attempt, form)
        if not form.is_valid():
            return self._confirm(attempt, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return self._made(attempt, form.cleaned_data, form)

    def visible(self, request: HttpRequest, shown: Iterable[UUID]) -> dict[UUID, Any]:
        """Those among these that the person may see, in the same order."""
        ids = list(shown)[: self.limit]
        found = {row.pk: row for row in self.chosen_rows(request, ids)}
        return {pk: found[pk] for pk in ids if pk in found}

    def _made(
        self, attempt: Attempt, said: Mapping[str, Any], form: ConfirmForm | None = None
    ) -> HttpResponse:
        """Make the move. Where none of it succeeded, what was typed comes back with the reasons."""
        answers = self.make(attempt, said)
        if form is not None and not any(answer.ok for answer in answers):
            return self._refused(attempt, form, answers)
        return self.tell(attempt, answers)

    def _refused(
        self, attempt: Attempt, form: ConfirmForm, answers: Sequence[ItemResult]
    ) -> HttpResponse:
        """What has changed is shown as it is now."""
        refusals = {answer.id: answer.refusal for answer in answers if answer.refusal is not None}
        rows = self.visible(attempt.request, attempt.shown)
        changed = {pk for pk, refusal in refusals.items() if isinstance(refusal, Changed)}
        shown = {
            pk: rows[pk].digest if pk in changed else digest
            for pk, digest in attempt.shown.items()
            if pk in rows
        }
        again = Attempt(attempt.request, attempt.move, shown, rows)
        lines = [self.line_of(again, pk, refusal) for pk, refusal in refusals.items()]
        return self._confirm(again, form, lines, status=next(iter(refusals.values())).http)

    def _confirm(
        self,
        attempt: Attempt,
        form: ConfirmForm,
        refusals: Sequence[str] = (),
        status: int = HTTPStatus.OK,
    ) -> HttpResponse:
        count = len(attempt.rows)
        question = self.question if count == 1 else self.question_of_many
        context = {
            **self.admin_site.each_context(attempt.request),
            "opts": self.opts,
            "title": question % {"move": attempt.move.label, "count": count},
            "move": attempt.move,
            "rows": self.foreseen(attempt),
            "field": self.field,
            "shown": [f"{pk}:{digest}".rstrip(":") for pk, digest in attempt.shown.items()],
            "form": form,
            "refusals": refusals,
            "media": self.media + form.media,
            "preserved_filters": self.get_preserved_filters(attempt.request),
            **self.details(attempt),
        }
        return TemplateResponse(attempt.request, self.confirm_template, context, status=status)

    @property
    def list_url(self) -> str:
        """The address of the list."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def kept(self, request: HttpRequest, url: str) -> str:
        """The address, with the filters of the list."""
        filters = self.get_preserved_filters(request)
        return str(add_preserved_filters({"preserved_filters": filters, "opts": self.opts}, url))
