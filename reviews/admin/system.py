"""Rows that keep the machinery honest, to read."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from gates.admin.base import ReadOnlyAdmin
from reviews.models import Heartbeat, IdempotencyKey


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
    """When each cluster last looked at what is due."""

    list_display = ("cluster", "at")
    fields = ("cluster", "at")
    ordering = ("cluster",)
