"""The way of a move through the admin: chosen, confirmed, made, answered review by review."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from gates.admin.base import signed_in
from reviews.admin import results
from reviews.admin.attempts import (
    Attempt,
    details,
    done,
    foreseen,
    heading,
    line_of,
    read_shown,
    uuid_of,
)
from reviews.admin.forms import ConfirmForm
from reviews.admin.making import CLAIM, MOVES, OF_MANY, UNDO, Move, Shown, make
from reviews.admin.moves import elsewhere
from reviews.admin.paging import ByKeys, rows_of
from reviews.admin.parts import BULKY
from reviews.errors import (
    Changed,
    Invalid,
)
from reviews.models import Review
from reviews.transitions.batches import LIMIT, ItemResult

__all__ = ["MovingAdmin", "uuid_of"]

CHANGELIST = "admin:reviews_review_changelist"
RESULT = "admin:reviews_review_result"


def _action(move: Move) -> Callable[..., HttpResponse | None]:
    """The list's action that makes this move."""

    @admin.action(description=move.label)
    def choose(
        page: MovingAdmin, request: HttpRequest, queryset: QuerySet[Review]
    ) -> HttpResponse | None:
        return page.chosen(request, move, queryset)

    choose.__name__ = move.name
    return choose


class MovingAdmin(admin.ModelAdmin):
    """The moves, as actions of the list and buttons of the page. Transitions judge who may."""

    actions = tuple(_action(move) for move in OF_MANY)
    confirm_template = "admin/reviews/review/confirm.html"
    result_template = "admin/reviews/review/result.html"
    paginator = ByKeys

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list, which reads the rows of one page by their keys."""
        shown = super().get_changelist_instance(request)
        shown.result_list = rows_of(shown)
        return shown

    def get_urls(self) -> list[URLPattern]:
        """One address for all moves, one for what became of many."""
        wrap = self.admin_site.admin_view
        return [
            path("move/", wrap(self.move_view), name="reviews_review_move"),
            path("result/", wrap(self.result_view), name="reviews_review_result"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """With the verdicts that need a form of their own."""
        review = kwargs.get("obj")
        links = [] if review is None else elsewhere(review, context.get("moves", ()))
        return super().render_change_form(request, {**context, "verdicts": links}, *args, **kwargs)

    def result_view(self, request: HttpRequest) -> HttpResponse:
        """What became of each review of the last batch; it may be read again and again."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = results.kept(request.session)
        if found is None:
            return redirect(CHANGELIST)
        lines = found.lines(self._visible(request, dict.fromkeys(found.items, "")))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": found.move.done,
            "move": found.move,
            "moves": OF_MANY,
            "lines": lines,
            "refused": [line for line in lines if line.code],
            "made": sum(not line.code for line in lines),
            "media": self.media,
            "preserved_filters": self.get_preserved_filters(request),
        }
        return TemplateResponse(request, self.result_template, context)

    def move_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for confirmation, or make the confirmed move. Reading this address does nothing."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return redirect(CHANGELIST)
        attempt = self._attempt(request)
        if attempt.move.form is None:
            return self._made(attempt, {})
        if "confirmed" not in request.POST:
            return self._confirm(attempt, attempt.move.form(reviews=attempt.reviews.values()))
        form = attempt.move.form(request.POST, reviews=attempt.reviews.values())
        if not form.is_valid():
            return self._confirm(attempt, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return self._made(attempt, form.cleaned_data, form)

    def _attempt(self, request: HttpRequest) -> Attempt:
        move = MOVES.get(request.POST.get("move", ""))
        posted = read_shown(request.POST.getlist("shown"))
        reviews = self._visible(request, posted)
        if move is None or not reviews:
            raise Http404
        shown = {pk: digest for pk, digest in posted.items() if pk in reviews}
        return Attempt(request, move, shown, reviews)

    def chosen(
        self, request: HttpRequest, move: Move, queryset: QuerySet[Review]
    ) -> HttpResponse | None:
        """Ask about the reviews that were chosen in the list, or make the move at once."""
        shown: Shown = dict(queryset.values_list("pk", "digest")[: LIMIT + 1])
        if len(shown) > LIMIT:
            text = _("At most %(limit)s reviews at once: narrow the list.") % {"limit": LIMIT}
            self.message_user(request, text, messages.ERROR)
            return None
        attempt = Attempt(request, move, shown, self._visible(request, shown))
        if not attempt.reviews:
            return None
        if move.form is None:
            return self._made(attempt, {})
        return self._confirm(attempt, move.form(reviews=attempt.reviews.values()))

    def _visible(self, request: HttpRequest, shown: Shown) -> dict[UUID, Review]:
        """The reviews among these that the person may see; one alone comes whole, to be shown."""
        rows = self.get_queryset(request).filter(pk__in=list(shown)[:LIMIT])
        rows = rows.select_related("version__gate", "team").defer("version__document")
        found = {row.pk: row for row in (rows if len(shown) == 1 else rows.defer(*BULKY))}
        return {pk: found[pk] for pk in shown if pk in found}

    def _made(
        self, attempt: Attempt, said: Mapping[str, Any], form: ConfirmForm | None = None
    ) -> HttpResponse:
        """Make the move. Where none of it succeeded, what was typed comes back with the reasons."""
        try:
            answers = make(attempt.move, attempt.shown, signed_in(attempt.request), said)
        except Invalid as refusal:
            answers = [ItemResult(next(iter(attempt.shown)), refusal)]
        if form is not None and not any(answer.ok for answer in answers):
            return self._refused(attempt, form, answers)
        if len(answers) > 1:
            results.keep(attempt.request.session, attempt.move, answers)
            return redirect(self._kept(attempt.request, reverse(RESULT)))
        self._tell(attempt, answers[0])
        return redirect(self._next(attempt))

    def _refused(
        self, attempt: Attempt, form: ConfirmForm, answers: Sequence[ItemResult]
    ) -> HttpResponse:
        refusals = {answer.id: answer.refusal for answer in answers if answer.refusal is not None}
        reviews = self._visible(attempt.request, attempt.shown)
        changed = {pk for pk, refusal in refusals.items() if isinstance(refusal, Changed)}
        shown = {
            pk: reviews[pk].digest if pk in changed else digest
            for pk, digest in attempt.shown.items()
            if pk in reviews
        }
        again = Attempt(attempt.request, attempt.move, shown, reviews)
        lines = [line_of(reviews.get(pk), refusal) for pk, refusal in refusals.items()]
        return self._confirm(again, form, lines, status=next(iter(refusals.values())).http)

    def _confirm(
        self,
        attempt: Attempt,
        form: ConfirmForm,
        refusals: Sequence[str] = (),
        status: int = HTTPStatus.OK,
    ) -> HttpResponse:
        reviews = list(attempt.reviews.values())
        context = {
            **self.admin_site.each_context(attempt.request),
            "opts": self.opts,
            "title": heading(attempt.move, len(reviews)),
            "move": attempt.move,
            "rows": foreseen(attempt.move, reviews),
            "alone": details(reviews[0]) if len(reviews) == 1 else None,
            "shown": [f"{pk}:{digest}" for pk, digest in attempt.shown.items()],
            "form": form,
            "refusals": refusals,
            "media": self.media + form.media,
            "preserved_filters": self.get_preserved_filters(attempt.request),
        }
        return TemplateResponse(attempt.request, self.confirm_template, context, status=status)

    def _tell(self, attempt: Attempt, answer: ItemResult) -> None:
        """What became of the one review."""
        if answer.refusal is None:
            text, level = done(attempt, answer.id), messages.SUCCESS
        else:
            text = line_of(attempt.reviews.get(answer.id), answer.refusal)
            level = messages.WARNING
        self.message_user(attempt.request, text, level)

    def _next(self, attempt: Attempt) -> str:
        """Back to the list; to the review, where one works on with it."""
        url = reverse(CHANGELIST)
        if attempt.move in {CLAIM, UNDO} and len(attempt.shown) == 1:
            url = reverse("admin:reviews_review_change", args=list(attempt.shown))
        return self._kept(attempt.request, url)

    def _kept(self, request: HttpRequest, url: str) -> str:
        """The address, with the filters of the list."""
        filters = self.get_preserved_filters(request)
        return str(add_preserved_filters({"preserved_filters": filters, "opts": self.opts}, url))
