"""Who is there to look at: one login for each role, and the teams that are asked."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from django.contrib.auth.models import Group, Permission, User

from gates import actors
from gates.models import Team
from gates.transitions import teams

PASSWORD = "gatehouse"  # noqa: S105 (printed at every start, and only where DEBUG is on)
SEED = actors.command("seed")

VIEW_GATES = (
    "gates.view_gate",
    "gates.view_gateversion",
    "gates.view_escalationstep",
    "gates.view_reasoncode",
    "gates.view_team",
)
VIEW_REVIEWS = (
    "reviews.view_review",
    "reviews.view_assignment",
    "reviews.view_decision",
    "reviews.view_condition",
    "reviews.view_comment",
)
# Roles by the permissions that they hold; patterns as in file names.
ROLES: dict[str, tuple[str, ...]] = {
    "admin": (
        "gates.*",
        "reviews.view_*",
        "reviews.assign_review",
        "reviews.cancel_review",
        "reviews.overturn_review",
        "auth.*_user",
        "auth.*_group",
        "django_q.view_*",
    ),
    "policy author": ("gates.view_*", "gates.add_gateversion"),
    "policy approver": ("gates.view_*", "gates.change_gate"),
    "reviewer": (*VIEW_GATES, *VIEW_REVIEWS),
    "auditor": ("gates.view_*", "reviews.view_*"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A login. `teams` maps the slug of a team to whether he leads it."""

    username: str
    name: str
    role: str
    teams: dict[str, bool]


PEOPLE = (
    Person("admin", "Ada Lindqvist", "admin", {}),
    Person("author", "Anton Weber", "policy author", {}),
    Person("approver", "Petra Novak", "policy approver", {}),
    Person("reviewer", "Rita Costa", "reviewer", {"support_team": False, "loan_team": False}),
    Person(
        "lead",
        "Leo Brandt",
        "reviewer",
        {"support_team": True, "support_leads": True, "loan_team": True, "loan_leads": True},
    ),
    Person("auditor", "Aki Sato", "auditor", {}),
)
TEAMS = {
    "support_team": "Support team",
    "support_leads": "Support leads",
    "loan_team": "Loan team",
    "loan_leads": "Loan leads",
}


def plant() -> None:
    """Make whoever and whatever of it is missing. What is there keeps its password and fields."""
    for role, patterns in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(_matching(patterns))
    for person in PEOPLE:
        _plant_person(person)
    for slug, name in TEAMS.items():
        _plant_team(slug, name)


def _matching(patterns: tuple[str, ...]) -> list[Permission]:
    rows = Permission.objects.select_related("content_type")
    return [
        row
        for row in rows
        if any(
            fnmatchcase(f"{row.content_type.app_label}.{row.codename}", pattern)
            for pattern in patterns
        )
    ]


def _plant_person(person: Person) -> None:
    first, last = person.name.split()
    fields = {"first_name": first, "last_name": last, "email": f"{person.username}@example.com"}
    user, new = User.objects.get_or_create(
        username=person.username, defaults={**fields, "is_staff": True}
    )
    if new:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    user.groups.add(Group.objects.get(name=person.role))


def _plant_team(slug: str, name: str) -> None:
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        team = teams.create(Team(slug=slug, name=name), actor=SEED)
    ids = dict(User.objects.values_list("username", "pk"))
    seats = {ids[who.username]: who.teams[slug] for who in PEOPLE if slug in who.teams}
    teams.change_members(team.pk, actor=SEED, leads=seats)
