"""The parts of a review: inline on its page, and as lists of their own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from gates.admin.base import AuditedAdmin, ReadOnlyAdmin
from gates.admin.display import json_field
from reviews.models import Assignment, Comment, Decision, Review

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
    heavy: ClassVar[tuple[str, ...]] = tuple(f"review__{name}" for name in BULKY)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Of visible reviews only."""
        visible = Review.objects.visible_to(request.user)
        return self.all_rows(request).filter(review__in=visible.values("pk"))

    def all_rows(self, request: HttpRequest) -> QuerySet[Any]:
        """Whoever may see them; of their reviews the little that a list prints."""
        return super().get_queryset(request).defer(*self.heavy)

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
    """What was decided, by whom, and on what. Results are read on its own page only."""

    heavy = (*PartAdmin.heavy, "result", "patch", "items")
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


@admin.register(Comment)
class CommentAdmin(PartAdmin):
    """What was said about a review."""

    list_display = ("at", "review", "author", "__str__")
    list_select_related = ("review", "author")
    fields = ("review", ("at", "author"), "text")
