"""How much waits, for those who look after all of it. Every count stops, and none reads more rows
than it says: a large table costs no more than a small one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count, DateTimeField, OuterRef, Q, QuerySet, Subquery

from gates.models import Team
from reviews.models import Review
from reviews.queries.desks import MOST, counted, teams_of
from reviews.states import Status

SOON = timedelta(hours=1)
LOOKED_AT = 5 * MOST  # open reviews, the next to wake first
TEAMS = 50


@dataclass(frozen=True, slots=True)
class Attention:
    """Reviews that are not closed, by what they wait for; `soon` is within the hour, `overdue`
    included. Where there were more than LOOKED_AT, `whole` is False and each number is the least.
    """

    overdue: int
    soon: int
    held: int
    conditional: int
    escalated: int
    waiting: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Load:
    """What waits for a team. `waiting` stops at one more than MOST; then `oldest` is the oldest of
    those that were counted.
    """

    team: Team
    waiting: int
    oldest: datetime | None


class Earliest(Subquery):
    """The earliest moment that a subquery of one column has."""

    template = "(SELECT MIN(submitted_at) FROM (%(subquery)s) AS counted)"
    output_field = DateTimeField()


def attention(user: AbstractBaseUser, now: datetime) -> Attention:
    """What the person may see of it, in one statement over the index of what wakes."""
    window = Review.objects.visible_to(user).open().order_by("wake_at")[:LOOKED_AT]
    pending = Q(status=Status.PENDING)
    found: dict[str, int] = window.aggregate(
        all=Count("pk"),
        waiting=Count("pk", filter=pending),
        overdue=Count("pk", filter=pending & Q(wake_at__lte=now)),
        soon=Count("pk", filter=pending & Q(wake_at__lte=now + SOON)),
        held=Count("pk", filter=Q(status=Status.HELD)),
        conditional=Count("pk", filter=Q(status=Status.CONDITIONAL)),
        escalated=Count("pk", filter=pending & Q(level__gt=0)),
    )
    looked_at = found.pop("all")
    return Attention(**found, whole=looked_at < LOOKED_AT)


def loads(user: AbstractBaseUser) -> Sequence[Load]:
    """The queues that the person may open, by name, in one statement."""
    waiting = Review.objects.pending().filter(team=OuterRef("pk")).order_by()
    teams: QuerySet[Team, Any] = teams_of(user).annotate(
        waiting=counted(waiting),
        oldest=Earliest(waiting.values("submitted_at")[: MOST + 1]),
    )
    rows = teams.order_by("name", "pk")[:TEAMS]
    return [Load(team, team.waiting, team.oldest) for team in rows]
