"""Filters of the queue. Their choices are fixed or come from small tables, never from reviews."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.admin.filters import SimpleListFilter
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy as _

from gates import clock
from gates.models import Gate, Team
from reviews.models import Assignment
from reviews.models.review import SEE_ALL, Priority, ReviewQuerySet
from reviews.states import Outcome, Status

ALL = "all"


class ChoiceFilter(SimpleListFilter):
    """Takes no value but those it offers."""

    def chosen(self) -> str | None:
        """The value, if it is one of the choices."""
        value = self.value()
        return value if value in {str(key) for key, _label in self.lookup_choices} else None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that the choice leaves."""
        chosen = self.chosen()
        return queryset if chosen is None else self.narrowed(queryset, chosen)

    def narrowed(self, queryset: Any, chosen: str) -> QuerySet[Any]:
        """The rows with this value in the column that the filter is named after."""
        rows: QuerySet[Any] = queryset.filter(**{str(self.parameter_name): chosen})
        return rows


class StatusFilter(ChoiceFilter):
    """Where a review stands: what waits, unless a choice, a search or an outcome says otherwise."""

    title = _("state")
    parameter_name = "status"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        everywhere = {SEARCH_VAR, OutcomeFilter.parameter_name} & request.GET.keys()
        self.default = ALL if everywhere else Status.PENDING.value

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        """The states, the queue's first."""
        return (
            (Status.PENDING, _("waiting for a person")),
            (Status.HELD, _("held")),
            (Status.CONDITIONAL, _("conditional")),
            (Status.CLOSED, _("closed")),
            (ALL, _("all")),
        )

    def chosen(self) -> str:
        """The state that is shown."""
        return super().chosen() or self.default

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Without Django's own `All`, which would stand for the default."""
        for value, label in self.lookup_choices:
            yield {
                "selected": self.chosen() == value,
                "query_string": changelist.get_query_string({str(self.parameter_name): value}),
                "display": label,
            }

    def narrowed(self, queryset: ReviewQuerySet, chosen: str) -> ReviewQuerySet:
        """What is decided but not closed is found by the index of what wakes."""
        if chosen == ALL:
            return queryset
        decided = chosen in {Status.HELD, Status.CONDITIONAL}
        return (queryset.open() if decided else queryset).filter(status=chosen)


class OutcomeFilter(ChoiceFilter):
    """How a review ended."""

    title = _("outcome")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        """Every outcome there is."""
        return [(item.value, item.value.replace("_", " ")) for item in Outcome]


class PriorityFilter(ChoiceFilter):
    """How urgent."""

    title = _("priority")
    parameter_name = "priority"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        """Most urgent first."""
        return [(str(value), label) for value, label in reversed(Priority.choices)]


class DeadlineFilter(ChoiceFilter):
    """How near the deadline is, of what waits for a person."""

    title = _("deadline")
    parameter_name = "deadline"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        """Time that is up, time that soon will be, and the rest."""
        return (
            ("up", _("time is up")),
            ("hour", _("within an hour")),
            ("today", _("today")),
            ("later", _("later than today")),
        )

    def narrowed(self, queryset: ReviewQuerySet, chosen: str) -> ReviewQuerySet:
        """A pending review wakes at its deadline, so this is a range of the index."""
        now = clock.now()
        rows = queryset.pending()
        if chosen == "up":
            return rows.filter(wake_at__lte=now)
        if chosen == "hour":
            return rows.filter(wake_at__lte=now + timedelta(hours=1))
        tomorrow = _midnight_after(now)
        return (
            rows.filter(wake_at__lt=tomorrow)
            if chosen == "today"
            else rows.filter(wake_at__gte=tomorrow)
        )


class HolderFilter(ChoiceFilter):
    """Whose lease is live, of what waits for a person."""

    title = _("holder")
    parameter_name = "holder"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        self.person_id = request.user.pk

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        """One's own, everybody's, nobody's."""
        return (("me", _("me")), ("somebody", _("somebody")), ("nobody", _("nobody")))

    def narrowed(self, queryset: ReviewQuerySet, chosen: str) -> ReviewQuerySet:
        """By the index of who holds what, which has a row for each open assignment only."""
        live = Assignment.objects.filter(ended_at__isnull=True, lease_until__gt=clock.now())
        rows = queryset.pending()
        if chosen == "nobody":
            return rows.exclude(Exists(live.filter(review=OuterRef("pk"))))
        held = live.filter(reviewer=self.person_id) if chosen == "me" else live
        return rows.filter(pk__in=held.filter(reviewer__isnull=False).values("review"))


class GateFilter(ChoiceFilter):
    """The gate; of those that ask a team of this person, unless he sees everything."""

    title = _("gate")
    parameter_name = "gate"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        """Gates by slug."""
        gates = Gate.objects.order_by("slug")
        if not request.user.has_perm(SEE_ALL):
            mine = Team.objects.filter(memberships__user=request.user.pk)
            gates = (
                gates.filter(versions__steps__team__in=mine) | gates.filter(owner__in=mine)
            ).distinct()
        return [(str(pk), slug) for pk, slug in gates.values_list("pk", "slug")]


class TeamFilter(ChoiceFilter):
    """The team that is asked; a person's own, unless he sees everything."""

    title = _("team")
    parameter_name = "team"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        """Teams by name."""
        teams = Team.objects.order_by("name")
        if not request.user.has_perm(SEE_ALL):
            teams = teams.filter(memberships__user=request.user.pk)
        return [(str(pk), name) for pk, name in teams.values_list("pk", "name")]


def _midnight_after(now: datetime) -> datetime:
    """When the day ends where the person is."""
    zone = get_current_timezone()
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, zone)
