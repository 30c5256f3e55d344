"""The parts of a review: inline on its page, and as lists of their own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from gates.admin.base import AuditedAdmin, ReadOnlyAdmin
from gates.admin.display import json_field, seconds_field
from reviews.models import Assignment, Comment, Condition, Decision, Delivery, Review

BULKY = (
    "proposal",
    "edit",
    "context",
    "metadata",
    "result",
    "why",
    "requester",
    "rationale",
)


class PartAdmin(AuditedAdmin, ReadOnlyAdmin):
    """Parts of the reviews that the person may see; their history is the review's."""

    search_fields = ("id", "review")
    search_help_text = _("The id of a review, or of the row itself, whole.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Of visible reviews only, and of those the little that a list prints."""
        visible = Review.objects.visible_to(request.user)
        rows = super().get_queryset(request).filter(review__in=visible.values("pk"))
        return rows.defer(*(f"review__{name}" for name in BULKY))

    def subject_of(self, row: Any) -> Review:
        """The review's events tell of its parts."""
        review: Review = row.review
        return review


@admin.register(Assignment)
class AssignmentAdmin(PartAdmin):
    """Who was asked, at which level, and who held it."""

    list_display = ("opened_at", "review", "level", "team", "reviewer", "due_at", "ending")
    list_select_related = ("review", "team", "reviewer")
    fields = (
        "review",
        ("level", "team"),
        ("reviewer", "lease_until"),
        ("opened_at", "due_at"),
        ("ended_at", "ending"),
        ("question", "asked_at"),
        "passed_by",
    )


@admin.register(Decision)
class DecisionAdmin(PartAdmin):
    """What was decided, by whom, and on what."""

    list_display = ("decided_at", "review", "source", "verdict", "outcome", "actor", "final")
    list_select_related = ("review",)
    fields = (
        "review",
        ("source", "verdict", "outcome"),
        ("actor", "reviewer", "level"),
        ("decided_at", "final", "undone_at", "superseded"),
        "reasons",
        "note",
        "message",
        "overturns",
        "result_shown",
        "patch_shown",
        "items_shown",
        "digest",
    )
    readonly_fields = ("result_shown", "patch_shown", "items_shown")
    result_shown = json_field("result", _("result"))
    patch_shown = json_field("patch", _("patch"))
    items_shown = json_field("items", _("items"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        """Results are read on a decision's own page only."""
        return super().get_queryset(request).defer("result", "patch", "items")


@admin.register(Condition)
class ConditionAdmin(PartAdmin):
    """What an approval is bound to. The hash of a link is not shown."""

    list_display = ("text", "review", "confirms", "status", "due_at", "answered_by")
    list_select_related = ("review",)
    fields = (
        "review",
        "decision",
        ("code", "confirms", "contact"),
        "text",
        ("status", "due_at", "timeout_shown"),
        ("answered_at", "answered_by"),
    )
    readonly_fields = ("timeout_shown",)
    timeout_shown = seconds_field("timeout", _("timeout"))


@admin.register(Comment)
class CommentAdmin(PartAdmin):
    """What was said about a review."""

    list_display = ("at", "review", "author", "__str__")
    list_select_related = ("review", "author")
    fields = ("review", ("at", "author"), "text")


@admin.register(Delivery)
class DeliveryAdmin(PartAdmin):
    """The outbox."""

    list_display = ("created_at", "review", "type", "seq", "url")
    list_select_related = ("review",)
    fields = ("review", ("created_at", "type", "seq"), "url", "body_shown")
    readonly_fields = ("body_shown",)
    body_shown = json_field("body", _("body"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        """Bodies are read on a delivery's own page only."""
        return super().get_queryset(request).defer("body")
