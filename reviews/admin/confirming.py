"""The way of a move through the admin: chosen, confirmed, made, answered review by review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gates.admin.base import signed_in
from gates.admin.display import pretty, visible
from reviews.admin.explaining import explained
from reviews.admin.forms import ConfirmForm
from reviews.admin.moves import APPROVE, CLAIM, ESCALATE, MOVES, REJECT, Move, Shown, make
from reviews.admin.parts import BULKY
from reviews.errors import (
    Changed,
    Conflict,
    DomainError,
    Expired,
    Invalid,
    Missing,
    NotAllowed,
)
from reviews.models import Review
from reviews.transitions.batches import LIMIT, ItemResult

MOST_MESSAGES = 50
CHANGELIST = "admin:reviews_review_changelist"
_STATUS = (
    (Conflict, HTTPStatus.CONFLICT),
    (Expired, HTTPStatus.GONE),
    (NotAllowed, HTTPStatus.FORBIDDEN),
    (Missing, HTTPStatus.NOT_FOUND),
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to make a move: on which reviews, as they were shown."""

    request: HttpRequest
    move: Move
    shown: Shown
    reviews: Mapping[UUID, Review]


class MovingAdmin(admin.ModelAdmin):
    """The moves, as actions of the list and buttons of the page. Transitions judge who may."""

    actions = ("claim", "approve", "reject", "escalate")
    confirm_template = "admin/reviews/review/confirm.html"

    @admin.action(description=CLAIM.label)
    def claim(self, request: HttpRequest, queryset: QuerySet[Review]) -> HttpResponse | None:
        """Take the chosen reviews."""
        return self._chosen(request, CLAIM, queryset)

    @admin.action(description=APPROVE.label)
    def approve(self, request: HttpRequest, queryset: QuerySet[Review]) -> HttpResponse | None:
        """Approve the chosen reviews, once that is confirmed."""
        return self._chosen(request, APPROVE, queryset)

    @admin.action(description=REJECT.label)
    def reject(self, request: HttpRequest, queryset: QuerySet[Review]) -> HttpResponse | None:
        """Reject the chosen reviews, once reasons are given."""
        return self._chosen(request, REJECT, queryset)

    @admin.action(description=ESCALATE.label)
    def escalate(self, request: HttpRequest, queryset: QuerySet[Review]) -> HttpResponse | None:
        """Pass the chosen reviews up their chains, once that is confirmed."""
        return self._chosen(request, ESCALATE, queryset)

    def get_urls(self) -> list[URLPattern]:
        """One address for all moves."""
        view = self.admin_site.admin_view(self.move_view)
        return [path("move/", view, name="reviews_review_move"), *super().get_urls()]

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
        posted = _read(request.POST.getlist("shown"))
        reviews = self._visible(request, posted)
        if move is None or not reviews:
            raise Http404
        shown = {pk: digest for pk, digest in posted.items() if pk in reviews}
        return Attempt(request, move, shown, reviews)

    def _chosen(
        self, request: HttpRequest, move: Move, queryset: QuerySet[Review]
    ) -> HttpResponse | None:
        shown: Shown = dict(queryset.values_list("pk", "digest")[: LIMIT + 1])
        if len(shown) > LIMIT:
            text = _("At most %(limit)s reviews at once: narrow the list.") % {"limit": LIMIT}
            self.message_user(request, text, messages.ERROR)
            return None
        attempt = Attempt(request, move, shown, self._visible(request, shown))
        if move.form is None:
            self._tell(attempt, make(move, shown, signed_in(request), {}))
            return None
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
            results = make(attempt.move, attempt.shown, signed_in(attempt.request), said)
        except Invalid as refusal:
            results = [ItemResult(next(iter(attempt.shown)), refusal)]
        if form is not None and not any(result.ok for result in results):
            return self._refused(attempt, form, results)
        self._tell(attempt, results)
        return redirect(self._next(attempt))

    def _refused(
        self, attempt: Attempt, form: ConfirmForm, results: Sequence[ItemResult]
    ) -> HttpResponse:
        refusals = {result.id: result.refusal for result in results if result.refusal is not None}
        reviews = self._visible(attempt.request, attempt.shown)
        changed = {pk for pk, refusal in refusals.items() if isinstance(refusal, Changed)}
        shown = {
            pk: reviews[pk].digest if pk in changed else digest
            for pk, digest in attempt.shown.items()
            if pk in reviews
        }
        again = Attempt(attempt.request, attempt.move, shown, reviews)
        lines = [_line(reviews.get(pk), refusal) for pk, refusal in refusals.items()]
        return self._confirm(again, form, lines, status=_status_of(next(iter(refusals.values()))))

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
            "title": _heading(attempt.move, len(reviews)),
            "move": attempt.move,
            "reviews": reviews,
            "alone": _details(reviews[0]) if len(reviews) == 1 else None,
            "shown": [f"{pk}:{digest}" for pk, digest in attempt.shown.items()],
            "form": form,
            "refusals": refusals,
            "media": self.media + form.media,
            "preserved_filters": self.get_preserved_filters(attempt.request),
        }
        return TemplateResponse(attempt.request, self.confirm_template, context, status=status)

    def _tell(self, attempt: Attempt, results: Sequence[ItemResult]) -> None:
        """One message for what worked, one for each review that was refused."""
        made = [result.id for result in results if result.ok]
        refused = [result for result in results if result.refusal is not None]
        if made:
            self.message_user(attempt.request, _summary(attempt, made), messages.SUCCESS)
        for result in refused[:MOST_MESSAGES]:
            text = _line(attempt.reviews.get(result.id), result.refusal)
            self.message_user(attempt.request, text, messages.WARNING)
        left = len(refused) - MOST_MESSAGES
        if left > 0:
            text = _("… and %(left)s more were refused.") % {"left": left}
            self.message_user(attempt.request, text, messages.WARNING)

    def _next(self, attempt: Attempt) -> str:
        """Back to the list; after a claim, to what was claimed."""
        url = reverse(CHANGELIST)
        if attempt.move is CLAIM and len(attempt.shown) == 1:
            url = reverse("admin:reviews_review_change", args=list(attempt.shown))
        filters = self.get_preserved_filters(attempt.request)
        return str(add_preserved_filters({"preserved_filters": filters, "opts": self.opts}, url))


def _read(posted: Sequence[str]) -> dict[UUID, str]:
    """The `id:digest` pairs of a form; what is none is left out."""
    pairs = [item.partition(":") for item in posted]
    return {pk: digest for raw, _colon, digest in pairs if digest and (pk := uuid_of(raw))}


def uuid_of(raw: str) -> UUID | None:
    """The id, or None for text that is none."""
    try:
        return UUID(raw)
    except ValueError:
        return None


def _heading(move: Move, count: int) -> str:
    if count == 1:
        return _("%(move)s this review?") % {"move": move.label}
    return _("%(move)s %(count)s reviews?") % {"move": move.label, "count": count}


def _details(review: Review) -> dict[str, Any]:
    return {
        "proposal": pretty(review.proposed),
        "context": pretty(review.context),
        "rationale": pretty(review.rationale),
        "explained": explained(review),
    }


def _summary(attempt: Attempt, made: Sequence[UUID]) -> str:
    """What worked; one review by its name."""
    if len(made) == 1 and made[0] in attempt.reviews:
        url = reverse("admin:reviews_review_change", args=[made[0]])
        title = visible(attempt.reviews[made[0]].title)
        return format_html('{}: <a href="{}">{}</a>', attempt.move.done, url, title)
    count = ngettext("%(count)s review", "%(count)s reviews", len(made)) % {"count": len(made)}
    return f"{attempt.move.done}: {count}."


def _line(review: Review | None, refusal: DomainError | None) -> str:
    """Which review was refused, with which code, and why."""
    title = visible(review.title) if review is not None else "?"
    if refusal is None:
        return title
    codes = ", ".join([refusal.code, *refusal.extra.get("why", ())])
    return f"“{title}”: {refusal} ({codes})"


def _status_of(refusal: DomainError) -> int:
    kinds = (status for kind, status in _STATUS if isinstance(refusal, kind))
    return next(kinds, HTTPStatus.UNPROCESSABLE_ENTITY)
