"""What a person finds on his first page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import OuterRef, QuerySet, Subquery

from gates.models import Membership, Team
from reviews.models import Draft, Review
from reviews.models.review import Priority
from reviews.queries.desks import counted, teams_of
from reviews.queries.lists import PAYLOADS
from reviews.queries.queues import held_by
from reviews.queries.trails import undoable

SHOWN = 10
SOON = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Card:
    """A queue at a glance. Counts stop above MOST; `next` is the most urgent that waits, `member`
    says whether the person may decide there.
    """

    team: Team
    member: bool
    waiting: int
    soon: int
    working: int
    next: Review | None


def home_of(reader: User, now: datetime) -> dict[str, Any]:
    """Everything on the page, in as many statements for many teams as for one."""
    mine = held_by(Review.objects.visible_to(reader), reader, now)
    held = mine.select_related("gate", "team", "assignment").defer(*PAYLOADS)
    visible = Review.objects.visible_to(reader).pending()
    drafts = Draft.objects.filter(user=reader, review__in=visible.values("pk"))
    return {
        "held": list(held.order_by("due_at", "id")[:SHOWN]),
        "undoable": undoable(reader, now),
        "drafts": list(_readable(drafts).order_by("-saved_at")[:SHOWN]),
        "cards": cards_of(reader, now),
        "member": Membership.objects.filter(user=reader).exists(),
    }


def cards_of(reader: User, now: datetime) -> list[Card]:
    """The person's queues by name."""
    pending = Review.objects.pending().filter(team=OuterRef("pk"))
    soon = pending.filter(priority__in=Priority.values, due_at__lte=now + SOON)
    working = pending.filter(assignment__lease_until__gt=now)
    first = Subquery(pending.in_queue_order().values("pk")[:1])
    teams: QuerySet[Team, Any] = teams_of(reader).annotate(
        waiting=counted(pending), soon=counted(soon), working=counted(working), first=first
    )
    found = list(teams.order_by("name", "pk"))
    # Pending still: who decides between the two statements leaves no assignment to show.
    reviews = Review.objects.visible_to(reader).pending()
    reviews = reviews.select_related("assignment", "gate").defer(*PAYLOADS)
    nexts = reviews.in_bulk([team.first for team in found if team.first])
    return [
        Card(team, team.member, team.waiting, team.soon, team.working, nexts.get(team.first))
        for team in found
    ]


def _readable(drafts: QuerySet[Draft]) -> QuerySet[Draft]:
    heavy = [f"review__{name}" for name in PAYLOADS]
    return drafts.select_related("review__gate").defer(*heavy, "fields")
