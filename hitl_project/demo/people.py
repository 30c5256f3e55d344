"""Who is there to look at: one login for each role, and the teams that are asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from gates import actors, clock
from gates.models import Team
from gates.transitions import roles, teams

PASSWORD = "gatehouse"  # noqa: S105 (printed at every start, and only where DEBUG is on)
SEED = actors.command("seed")


@dataclass(frozen=True, slots=True)
class Person:
    """A login. `teams` maps the slug of a team to whether he leads it."""

    username: str
    name: str
    role: str
    teams: dict[str, bool]


EVERY_TEAM = {
    "support_team": "Support team",
    "support_leads": "Support leads",
    "trust_team": "Trust team",
    "finance_team": "Finance team",
    "duty_managers": "Duty managers",
    "loan_team": "Loan team",
    "loan_leads": "Loan leads",
}
FRONT = ("support_team", "trust_team", "finance_team", "loan_team")
PEOPLE = (
    Person("admin", "Ada Lindqvist", "admin", {}),
    Person("author", "Anton Weber", "policy author", {}),
    Person("approver", "Petra Novak", "policy approver", {}),
    Person("reviewer", "Rita Costa", "reviewer", dict.fromkeys(FRONT, False)),
    Person("lead", "Leo Brandt", "reviewer", dict.fromkeys(EVERY_TEAM, True)),
    Person("auditor", "Aki Sato", "auditor", {}),
)
# They decided what is history, and nobody can sign in as one of them.
COLLEAGUES = (
    Person("mia.keller", "Mia Keller", "reviewer", {"support_team": False}),
    Person("tomas.vidal", "Tomas Vidal", "reviewer", {"support_team": False}),
    Person("hanna.lind", "Hanna Lind", "reviewer", {"support_team": False, "support_leads": False}),
    Person("priya.nair", "Priya Nair", "reviewer", {"trust_team": False}),
    Person("samir.aziz", "Samir Aziz", "reviewer", {"trust_team": False, "duty_managers": False}),
    Person("kwame.boateng", "Kwame Boateng", "reviewer", {"finance_team": False}),
    Person("elena.rossi", "Elena Rossi", "reviewer", dict.fromkeys(FRONT[1:3], False)),
    Person("jonas.berg", "Jonas Berg", "reviewer", {"support_leads": False, "duty_managers": True}),
)


def plant() -> None:
    """Make whoever and whatever of it is missing. What is there keeps its password and fields."""
    roles.seed()
    groups = {group.name: group for group in Group.objects.all()}
    there = set(User.objects.values_list("username", flat=True))
    for people, password in ((PEOPLE, PASSWORD), (COLLEAGUES, None)):
        missing = [person for person in people if person.username not in there]
        stored = make_password(password) if missing else ""
        for person in missing:
            user = User.objects.create(**_fields(person), password=stored, is_staff=bool(password))
            user.groups.add(groups[person.role])
    for slug, name in EVERY_TEAM.items():
        _plant_team(slug, name)


def _fields(person: Person) -> dict[str, Any]:
    first, last = person.name.split()
    return {
        "username": person.username,
        "first_name": first,
        "last_name": last,
        "email": f"{person.username}@example.com",
        "date_joined": clock.now(),
    }


def _plant_team(slug: str, name: str) -> None:
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        team = teams.create(Team(slug=slug, name=name), actor=SEED)
    ids = dict(User.objects.values_list("username", "pk"))
    everybody = (*PEOPLE, *COLLEAGUES)
    seats = {ids[who.username]: who.teams[slug] for who in everybody if slug in who.teams}
    teams.change_members(team.pk, actor=SEED, leads=seats)
