"""Rows that keep the machinery honest, and what people prefer, to read."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from gates.admin.base import ReadOnlyAdmin
from reviews.models import Heartbeat, IdempotencyKey, Preference


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    """Which calls were made. Answers stay hidden: one may hold the secret of a condition's link."""

    list_display = ("created_at", "scope", "route", "key", "status_code")
    fields = ("created_at", "scope", "route", "key", "status_code", "body_hash")

    def get_queryset(self, request: HttpRequest) -> QuerySet[IdempotencyKey]:
        """Without the answers."""
        return super().get_queryset(request).defer("body")


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """When each cluster last showed that it works."""

    list_display = ("cluster", "at", "sweeps")
    fields = list_display
    ordering = ("cluster",)


@admin.register(Preference)
class PreferenceAdmin(ReadOnlyAdmin):
    """How people want to see the site; each sets his own on its page."""

    list_display = ("user", "theme", "density", "time_zone", "shortcuts", "after_decision")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    search_help_text = _("The name that a person signs in with, whole.")
    fields = list_display

    def matching(self, term: str) -> Q:
        """By the unique name of the person."""
        return Q(user__username=term)
