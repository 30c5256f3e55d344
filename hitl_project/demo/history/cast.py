"""Who plays: the people of the teams, and the key that submits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from random import Random

from gates import actors
from gates.actors import Actor
from gates.models import ApiKey, Gate, Membership
from gates.transitions import keys
from hitl_project.demo.cases import INVENTORS
from hitl_project.demo.people import SEED
from reviews.models import Review

KEY = "shop agents of the last month"
SCOPE = (*INVENTORS, "gift", "restock")
"""The gates that the shop's agents submit to, by themselves or by workflows."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The key, and people by team."""

    key: ApiKey
    people: dict[int, list[Actor]]

    def one_of(self, team_id: int | None, random: Random, but: Collection[Actor] = ()) -> Actor:
        """Somebody of a team."""
        team = self.people[team_id] if team_id is not None else []
        return random.choice([actor for actor in team if actor not in but])

    def called(self, username: str) -> Actor:
        """The person of that name."""
        everybody = (actor for team in self.people.values() for actor in team)
        return next(actor for actor in everybody if actor.username == username)


def assemble() -> Cast:
    """The members as they are, and a key whose secret is thrown away."""
    people: dict[int, list[Actor]] = {}
    seats = Membership.objects.order_by("user__username")
    for team_id, user_id, name in seats.values_list("team_id", "user_id", "user__username"):
        people.setdefault(team_id, []).append(actors.person(user_id, name))
    scope = Gate.objects.filter(slug__in=SCOPE)
    key, _ = keys.create_for_gates(KEY, actor=SEED, gates=scope)
    return Cast(key, people)


def played() -> bool:
    """True once anything has been submitted, here or by anybody."""
    return Review.objects.exists()
