"""Pages of a queue: the rows after a place, in an order that an index follows, never counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.dateparse import parse_datetime

from reviews.models import Decision, Review
from reviews.models.decision import STANDING
from reviews.models.review import ReviewQuerySet

SIZE = 25
PAYLOADS = ("context", "rationale", "result", "metadata", "requester", "proposal", "edit")


class Tab(StrEnum):
    """The lists of a queue."""

    MINE = "mine"
    AVAILABLE = "available"
    ALL = "all"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended. `moment` is the deadline of the last row, or when it closed."""

    priority: int
    moment: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{self.priority}~{self.moment.isoformat()}~{self.id}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The place that was written so, or None."""
        priority, _, rest = text.partition("~")
        at, _, key = rest.partition("~")
        try:
            moment = parse_datetime(at)
            if moment is None or moment.tzinfo is None:
                return None
            return cls(int(priority), moment.astimezone(UTC), UUID(key))
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list; `after` is the place where the next page starts, if there is one."""

    rows: Sequence[Review]
    after: Place | None


def waiting(rows: ReviewQuerySet, place: Place | None = None, *, size: int = SIZE) -> Page:
    """Pending reviews, most urgent first. A deep page costs what the first one does: what is left
    of the place's priority by its deadlines, then the lower priorities.
    """
    if place is None:
        return _page(list(_light(rows).in_queue_order()[: size + 1]), size, "due_at")
    same = _light(rows).filter(priority=place.priority, due_at__gte=place.moment)
    later = Q(due_at__gt=place.moment) | Q(id__gt=place.id)
    found = list(same.filter(later).order_by("due_at", "id")[: size + 1])
    if len(found) <= size:
        lower = _light(rows).filter(priority__lt=place.priority).in_queue_order()
        found += lower[: size + 1 - len(found)]
    return _page(found, size, "due_at")


def done(rows: ReviewQuerySet, place: Place | None = None, *, size: int = SIZE) -> Page:
    """Closed reviews, newest first."""
    rows = _light(rows).filter(closed_at__isnull=False)
    if place is not None:
        earlier = Q(closed_at__lt=place.moment) | Q(id__lt=place.id)
        rows = rows.filter(earlier, closed_at__lte=place.moment)
    order = (F("closed_at").desc(), F("id").desc())
    return _page(list(rows.order_by(*order)[: size + 1]), size, "closed_at")


def _light(rows: ReviewQuerySet) -> ReviewQuerySet:
    """With what a row of a list prints, without what only a page shows."""
    joined = rows.select_related("gate", "version", "assignment__reviewer", "final_decision")
    votes = Decision.objects.filter(STANDING, review=OuterRef("pk")).order_by().values("review")
    counted = votes.annotate(count=Count("pk")).values("count")
    return joined.defer("version__document", "final_decision__result", *PAYLOADS).annotate(
        votes=Coalesce(Subquery(counted), 0), approvals=F("version__document__approvals")
    )


def _page(found: list[Review], size: int, moment: str) -> Page:
    rows, more = found[:size], len(found) > size
    if not more:
        return Page(rows, None)
    last = rows[-1]
    return Page(rows, Place(last.priority, getattr(last, moment), last.pk))
