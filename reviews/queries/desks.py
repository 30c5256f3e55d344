"""The queues of a person: one for each of his teams, with how much waits there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Exists, IntegerField, OuterRef, QuerySet, Subquery

from gates.models import Membership, Team
from reviews.models import Review
from reviews.models.review import SEE_ALL

MOST = 1000  # counts stop here


@dataclass(frozen=True, slots=True)
class Desk:
    """A team's queue; `waiting` is one more than MOST where there are more."""

    team: Team
    waiting: int


class CappedCount(Subquery):
    """How many rows a subquery has, as far as it goes."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def counted(rows: QuerySet[Review]) -> CappedCount:
    """How many there are, up to one more than MOST."""
    return CappedCount(rows.order_by().values("pk")[: MOST + 1])


def desks_of(user: AbstractBaseUser) -> Sequence[Desk]:
    """The person's queues by name, in one statement; those of all teams for who sees all."""
    waiting = counted(Review.objects.pending().filter(team=OuterRef("pk")))
    teams: QuerySet[Team, Any] = teams_of(user).annotate(waiting=waiting).order_by("name", "pk")
    return [Desk(team, team.waiting) for team in teams]


def teams_of(user: AbstractBaseUser) -> QuerySet[Team, Any]:
    """Whose queues the person may open; `member` says whether he may decide there, too."""
    places = Membership.objects.filter(team=OuterRef("pk"), user=user.pk)
    teams = Team.objects.annotate(member=Exists(places))
    sees_all = getattr(user, "has_perm", lambda name: False)(SEE_ALL)
    return teams if sees_all else teams.filter(member=True)
