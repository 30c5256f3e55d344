"""Filters of lists of reviews. A bad value is refused, not ignored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import django_filters
from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.request import Request
from rest_framework.views import APIView

from gates import clock
from gates.models import ApiKey
from reviews.errors import FieldError, Invalid
from reviews.models import Review, Run
from reviews.models.review import Priority, ReviewQuerySet
from reviews.models.run import RunQuerySet
from reviews.queries.queues import available_to, held_by
from reviews.states import Outcome, RunStatus, Status

PAGING = frozenset({"cursor", "page_size"})
_YES_NO = (("true", "true"), ("false", "false"))
_WITHIN = {"over": timedelta(0), "hour": timedelta(hours=1), "day": timedelta(days=1)}


class InstantField(forms.CharField):
    """An RFC 3339 instant; without an offset nobody knows which."""

    def to_python(self, value: Any) -> Any:
        """The instant in UTC, None where nothing was given. Raises ValidationError."""
        text = super().to_python(value)
        if not text:
            return None
        instant = _instant(text)
        if instant is None:
            message = "Enter a time with its offset, such as 2026-03-01T09:00:00Z."
            raise forms.ValidationError(message)
        return instant


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantFilter(django_filters.Filter):  # type: ignore[misc]
    """Compares with an instant."""

    field_class = InstantField


class ReviewFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`mine`: held by the person, or submitted with the key. `available`: he could decide it."""

    gate = django_filters.CharFilter(field_name="gate__slug")
    status = django_filters.ChoiceFilter(choices=[(item.value, item.value) for item in Status])
    outcome = django_filters.ChoiceFilter(choices=[(item.value, item.value) for item in Outcome])
    team = django_filters.CharFilter(field_name="team__slug")
    priority = django_filters.TypedChoiceFilter(
        choices=[(item.name.lower(), item.name.lower()) for item in Priority],
        coerce=lambda word: Priority[word.upper()],
    )
    external_id = django_filters.CharFilter(method="filter_external_id")
    submitted_after = InstantFilter(field_name="submitted_at", lookup_expr="gte")
    submitted_before = InstantFilter(field_name="submitted_at", lookup_expr="lt")
    mine = django_filters.ChoiceFilter(choices=_YES_NO, method="filter_mine")
    available = django_filters.ChoiceFilter(choices=_YES_NO, method="filter_available")

    class Meta:
        model = Review
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, principal: AbstractBaseUser | ApiKey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.principal = principal

    def filter_external_id(self, rows: ReviewQuerySet, name: str, value: str) -> ReviewQuerySet:
        """By the index, whose condition SQLite wants to read again."""
        return rows.filter(external_id=value).exclude(external_id="")

    def filter_mine(self, rows: ReviewQuerySet, name: str, value: str) -> ReviewQuerySet:
        """Held by the person, or submitted with the key."""
        if isinstance(self.principal, ApiKey):
            mine = rows.filter(key=self.principal)
        else:
            mine = held_by(rows, self.principal, clock.now())
        return _or_the_rest(rows, mine, value)

    def filter_available(self, rows: ReviewQuerySet, name: str, value: str) -> ReviewQuerySet:
        """Nothing is available to a key: it decides nothing."""
        if isinstance(self.principal, ApiKey):
            return _or_the_rest(rows, rows.none(), value)
        return _or_the_rest(rows, available_to(rows, self.principal, clock.now()), value)


class RunFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of the list of runs."""

    workflow = django_filters.CharFilter(field_name="workflow__slug")
    status = django_filters.ChoiceFilter(choices=[(item.value, item.value) for item in RunStatus])
    external_id = django_filters.CharFilter(method="filter_external_id")

    class Meta:
        model = Run
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, principal: AbstractBaseUser | ApiKey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def filter_external_id(self, rows: RunQuerySet, name: str, value: str) -> RunQuerySet:
        """By the index, whose condition SQLite wants to read again."""
        return rows.filter(external_id=value).exclude(external_id="")


class QueueFilter(django_filters.FilterSet):  # type: ignore[misc]
    """The filters of a queue's page. Their names are part of its address."""

    gate = django_filters.ChoiceFilter(field_name="gate__slug", label=_("Gate"))
    priority = django_filters.TypedChoiceFilter(
        label=_("Priority"),
        choices=[
            ("", "---------"),
            *((item.name.lower(), item.label) for item in reversed(Priority)),
        ],
        coerce=lambda word: Priority[word.upper()],
    )
    due = django_filters.ChoiceFilter(
        label=_("Time left"),
        choices=[("over", _("time is up")), ("hour", _("an hour")), ("day", _("a day"))],
        method="filter_due",
    )
    advice = django_filters.ChoiceFilter(
        field_name="recommendation",
        label=_("The AI says"),
        choices=[("approve", _("approve")), ("reject", _("reject"))],
    )

    class Meta:
        model = Review
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, gates: Iterable[str], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.filters["gate"].extra["choices"] = [(slug, slug) for slug in gates]

    @property
    def chosen(self) -> dict[str, str]:
        """What is filtered by, as the address says it."""
        return {name: self.data[name] for name in self.filters if self.data.get(name)}

    def filter_due(self, rows: ReviewQuerySet, name: str, value: str) -> ReviewQuerySet:
        """At most so much time is left."""
        return rows.filter(due_at__lte=self.now + _WITHIN[value])


class StrictFilterBackend(DjangoFilterBackend):  # type: ignore[misc]
    """Refuses bad values and parameters that do not exist; `view.caller` says who asks."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        """The rows that pass. Raises Invalid."""
        filters = view.filterset_class(
            request.query_params, queryset=queryset, principal=view.caller.principal
        )
        check_parameters(request.query_params, {*filters.filters, *PAGING})
        if filters.is_valid():
            return filters.qs
        wrong = [
            FieldError(f"?{name}", "invalid", str(message))
            for name, messages in filters.errors.items()
            for message in messages
        ]
        raise Invalid("These filters make no sense.", *wrong)

    def get_filterset_class(self, view: APIView, queryset: Any = None) -> Any:
        """For the OpenAPI document."""
        return getattr(view, "filterset_class", None)


def check_parameters(given: QueryDict, known: Iterable[str]) -> None:
    """Refuse query parameters that do not exist or are there twice. Raises Invalid."""
    known = set(known)
    wrong = [
        FieldError(f"?{name}", "unknown_parameter", "There is no such parameter.")
        if name not in known
        else FieldError(f"?{name}", "invalid", "This parameter is there twice.")
        for name, values in given.lists()
        if name not in known or len(values) > 1
    ]
    if wrong:
        raise Invalid("These parameters are not understood.", *wrong)


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _or_the_rest(rows: ReviewQuerySet, chosen: ReviewQuerySet, value: str) -> ReviewQuerySet:
    return chosen if value == "true" else rows.exclude(pk__in=chosen.values("pk"))
