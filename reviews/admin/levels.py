"""A filter of the queue: what has gone up its chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from reviews.admin.filters import ChoiceFilter
from reviews.models.review import ReviewQuerySet


class LevelFilter(ChoiceFilter):
    """Whether somebody above the first team is asked."""

    title = _("level")
    parameter_name = "escalated"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        """Up the chain or not."""
        return (("yes", _("escalated")), ("no", _("first level")))

    def narrowed(self, queryset: ReviewQuerySet, chosen: str) -> QuerySet[Any]:
        """By the level that the review has reached."""
        return queryset.filter(level__gt=0) if chosen == "yes" else queryset.filter(level=0)
