"""What people do to reviews from the admin, one or many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from gates.admin.base import signed_in
from reviews.admin import results
from reviews.admin.attempts import details, done, foreseen, line_of, read_shown
from reviews.admin.making import CLAIM, MOVES, OF_MANY, UNDO, make
from reviews.admin.moves import elsewhere
from reviews.admin.moving import Attempt, MovingAdmin, Shown, actions_of
from reviews.admin.parts import BULKY
from reviews.errors import DomainError, Invalid
from reviews.models import Review
from reviews.transitions.batches import LIMIT, ItemResult


class ReviewMovesAdmin(MovingAdmin):
    """The moves of reviews. What became of many is kept, to be read and tried again."""

    actions = actions_of(OF_MANY)
    moves = MOVES
    limit = LIMIT
    too_many = _("At most %(limit)s reviews at once: narrow the list.")
    question = _("%(move)s this review?")
    question_of_many = _("%(move)s: %(count)s reviews")
    field = "shown"
    confirm_template = "admin/reviews/review/confirm.html"
    result_template = "admin/reviews/review/result.html"

    def get_urls(self) -> list[URLPattern]:
        """With one for what became of many."""
        view = self.admin_site.admin_view(self.result_view)
        return [path("result/", view, name="reviews_review_result"), *super().get_urls()]

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
            return redirect(self.list_url)
        lines = found.lines(self.visible(request, found.items))
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

    def shown_in(self, posted: QueryDict) -> Shown:
        """Each with the digest of what was read."""
        return read_shown(posted.getlist(self.field))

    def shown_by(self, rows: QuerySet[Any]) -> Shown:
        """Their digests, as they are now."""
        return dict(rows.values_list("pk", "digest"))

    def chosen_rows(self, request: HttpRequest, ids: Sequence[UUID]) -> Iterable[Review]:
        """One alone comes whole, to be shown."""
        rows = self.get_queryset(request).filter(pk__in=ids)
        rows = rows.select_related("version__gate", "team").defer("version__document")
        return rows if len(ids) == 1 else rows.defer(*BULKY)

    def foreseen(self, attempt: Attempt) -> list[tuple[Any, ...]]:
        """(review, sentence)."""
        return list(foreseen(attempt.move, list(attempt.rows.values())))

    def details(self, attempt: Attempt) -> dict[str, Any]:
        """What is decided on, where it is one review."""
        alone = next(iter(attempt.rows.values())) if len(attempt.rows) == 1 else None
        return {"alone": alone and details(alone)}

    def make(self, attempt: Attempt, said: Mapping[str, Any]) -> list[ItemResult]:
        """A batch that is refused whole is refused for its first review."""
        try:
            return make(attempt.move, attempt.shown, signed_in(attempt.request), said)
        except Invalid as refusal:
            return [ItemResult(next(iter(attempt.shown)), refusal)]

    def line_of(self, attempt: Attempt, pk: UUID, refusal: DomainError) -> str:
        """By its title."""
        return line_of(attempt.rows.get(pk), refusal)

    def tell(self, attempt: Attempt, answers: Sequence[ItemResult]) -> HttpResponse:
        """Of one by a message, of many on a page."""
        if len(answers) > 1:
            results.keep(attempt.request.session, attempt.move, answers)
            return redirect(self.kept(attempt.request, reverse("admin:reviews_review_result")))
        answer = answers[0]
        if answer.refusal is None:
            self.message_user(attempt.request, done(attempt, answer.id), messages.SUCCESS)
        else:
            text = self.line_of(attempt, answer.id, answer.refusal)
            self.message_user(attempt.request, text, messages.WARNING)
        return redirect(self._next(attempt))

    def _next(self, attempt: Attempt) -> str:
        """Back to the list; to the review, where one works on with it."""
        url = self.list_url
        if attempt.move in {CLAIM, UNDO} and len(attempt.shown) == 1:
            url = reverse("admin:reviews_review_change", args=list(attempt.shown))
        return self.kept(attempt.request, url)
