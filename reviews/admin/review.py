"""The queue, and a review's page. Both only show; what may be done goes through the moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import DateTimeField, F, QuerySet, Value
from django.db.models.expressions import Combinable
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates import clock
from gates.admin.base import AuditedAdmin, acting, events_url, signed_in
from gates.admin.display import EMPTY, instant
from reviews import deadlines
from reviews.admin import filters
from reviews.admin.case import case_of
from reviews.admin.confirming import ReviewMovesAdmin
from reviews.admin.levels import LevelFilter
from reviews.admin.making import DECIDING
from reviews.admin.moves import elsewhere, offered
from reviews.admin.moving import Move
from reviews.admin.paging import KeyedAdmin
from reviews.admin.parts import BULKY
from reviews.models import Review
from reviews.models.review import ReviewQuerySet
from reviews.queries.named import named, uuid_of
from reviews.queries.trails import traces_of
from reviews.states import Status
from reviews.templatetags.gatehouse import icon, in_short
from reviews.templatetags.words import name_of, word
from reviews.transitions import comments

QUEUE_ORDER = (F("priority").desc(), "due_at", "id")
NEWEST_FIRST = ("-id",)


class Queue(ChangeList):
    """Reviews without their payloads, each with the moment at which the list was made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = gettext("Reviews")

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Review]:
        """One reading of the clock for all rows."""
        made_at = Value(clock.now(), output_field=DateTimeField())
        rows: QuerySet[Review] = super().get_queryset(request, exclude_parameters)
        return rows.defer(*BULKY).annotate(made_at=made_at)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str | Combinable]:
        """The queue by urgency, which an index follows; everything else by age, newest first."""
        status = next(spec for spec in self.filter_specs if isinstance(spec, filters.StatusFilter))
        return list(QUEUE_ORDER if status.chosen() == Status.PENDING else NEWEST_FIRST)


@admin.register(Review)
class ReviewAdmin(AuditedAdmin, ReviewMovesAdmin, KeyedAdmin):
    """People see the reviews of their teams; who sees all sees all."""

    list_display = (
        "title",
        "due",
        "advice",
        "holder",
        "priority",
        "team",
        "gate",
    )
    list_select_related = ("gate", "team", "assignment__reviewer")
    list_filter = (
        filters.StatusFilter,
        filters.DeadlineFilter,
        filters.HolderFilter,
        filters.PriorityFilter,
        filters.TeamFilter,
        filters.GateFilter,
        LevelFilter,
        filters.OutcomeFilter,
    )
    search_fields = ("id", "external_id", "subject")
    search_help_text = _("An id, an external id or a subject, whole.")
    fields = ("title",)  # its page is a template of its own
    named = named

    def get_queryset(self, request: HttpRequest) -> ReviewQuerySet:
        """Only what this person may see, in lists, pages and actions alike."""
        return Review.objects.visible_to(request.user)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The queue."""
        return Queue

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page. Opening it applies a passed deadline, and notes that a person has seen it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        review = self._opened(request, object_id)
        moves = offered(review, signed_in(request))
        context = {
            "moves": moves,
            "verdicts": elsewhere(review, moves),
            "obstacle": _obstacle(review, moves),
            "events_url": events_url(review),
            "review": review,
            "case": case_of(review),
            "trail": traces_of(review),
            "field": self.field,
            "shown": f"{review.pk}:{review.digest}",
        }
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **context}
        )

    def _opened(self, request: HttpRequest, object_id: str) -> Review:
        joined = (
            *("version__gate", "team", "key", "revises", "assignment__reviewer"),
            "step__workflow",
        )
        heavy = ("version__document", "step__data", "step__output")
        rows = self.get_queryset(request).select_related(*joined).defer(*heavy)
        pk = uuid_of(object_id)
        if pk is None or not rows.filter(pk=pk).exists():
            raise Http404
        deadlines.enforce(pk)
        review = rows.get(pk=pk)
        if request.method == "GET" and review.seen_at is None and review.status == Status.PENDING:
            comments.see(pk, actor=acting(request))
        return review

    @admin.display(description=_("due"))
    def due(self, review: Review) -> SafeString | str:
        """The deadline of what waits for a person; where everything else stands."""
        if review.status != Status.PENDING or review.due_at is None:
            return word(review.outcome or review.status)
        now = _made_at(review)
        if review.due_at > now:
            left = gettext("%(time)s left") % {"time": in_short(review.due_at - now)}
            return format_html(
                '<span class="nowrap" title="{}">{}</span>', instant(review.due_at), left
            )
        return format_html(
            '<span class="gh-late" title="{}">{}</span>',
            instant(review.due_at),
            gettext("time is up"),
        )

    @admin.display(description=_("holder"))
    def holder(self, review: Review) -> SafeString | str:
        """Whose lease is live."""
        assignment = review.assignment
        if assignment is None or assignment.holder_at(_made_at(review)) is None:
            return EMPTY
        title = instant(assignment.lease_until)
        return format_html('<span title="{}">{}</span>', title, name_of(assignment.reviewer))

    @admin.display(description=_("the AI says"))
    def advice(self, review: Review) -> SafeString | str:
        """What it recommends and how sure it is, with two decimals, marked as a machine's word."""
        sure = "" if review.confidence is None else f"{review.confidence:.2f}"
        if not review.recommendation and not sure:
            return EMPTY
        said = f"{review.recommendation} {sure}".strip()
        return format_html('<span class="ai nowrap">{} {}</span>', icon("wand"), said)


def _obstacle(review: Review, moves: Sequence[Move]) -> str:
    """Why the person may not decide what waits; empty if he may."""
    if review.status != Status.PENDING or DECIDING & set(moves):
        return ""
    return gettext("Only %(team)s may decide this now.") % {"team": review.team}


def _made_at(review: Review) -> datetime:
    """When the list was made; a page asks the clock."""
    moment: datetime | None = getattr(review, "made_at", None)
    return moment or clock.now()
