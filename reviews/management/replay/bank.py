"""The bank whose log is played: its gate, its two teams, its people, and the key that submits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management.base import CommandError

from gates import actors, policyfile
from gates.models import ApiKey, EscalationStep, Gate, Membership
from gates.transitions import keys, publish, teams
from reviews.management.replay.rows import AUTOMATON

GATE = "loan"
KEY = "bank"
FILE = "loan.yaml"
ACTOR = actors.command("replay")


@dataclass(frozen=True, slots=True)
class Bank:
    """Who acts: the key that submits and cancels, and the people by their number in the log."""

    key: ApiKey
    people: dict[str, actors.Actor]


def set_up(deciders: Iterable[str]) -> Bank:
    """Make what is missing. What is there already stays as it is."""
    gate = _gate()
    users = _users({decider for decider in deciders if decider not in {"", AUTOMATON}})
    for step in EscalationStep.objects.filter(version=gate.version_id):
        _seat(step.team_id, {user.pk for user in users.values()})
    people = {name: actors.person(user.pk, user.username) for name, user in users.items()}
    return Bank(_key(gate), people)


def _gate() -> Gate:
    text = resources.files("reviews").joinpath("policies", FILE).read_text(encoding="utf-8")
    publish.apply(policyfile.read(text, FILE).gates, actor=ACTOR, create_teams=True)
    return Gate.objects.get(slug=GATE)


def _users(deciders: set[str]) -> dict[str, User]:
    """One user per decider, who cannot sign in: inactive and without a password."""
    users = User.objects
    names = {f"{KEY}-{decider}": decider for decider in sorted(deciders)}
    there = set(users.filter(username__in=names).values_list("username", flat=True))
    users.bulk_create(
        User(username=name, is_active=False, password=make_password(None))
        for name in names
        if name not in there
    )
    return {names[user.username]: user for user in users.filter(username__in=names)}


def _seat(team_id: int, user_ids: set[int]) -> None:
    seated = set(Membership.objects.filter(team=team_id).values_list("user_id", flat=True))
    missing = dict.fromkeys(sorted(user_ids - seated), False)
    if missing:
        teams.change_members(team_id, actor=ACTOR, leads=missing)


def _key(gate: Gate) -> ApiKey:
    """The bank's key. Its secret is thrown away: only this command uses it."""
    key = ApiKey.objects.filter(name=KEY, kind=ApiKey.Kind.INTEGRATOR).order_by("pk").first()
    if key is None:
        key, _ = keys.create_for_gates(KEY, actor=ACTOR, gates=[gate])
    if key.revoked or not key.reaches(gate):
        raise CommandError(f"The key “{KEY}” is revoked or has no access to the gate “{GATE}”.")
    return key
