"""Roles: Groups that hold the permissions of a kind of work. Leads are memberships, and no role.

Nothing that somebody did to a role by hand is taken back: a role is given its whole list when it is
made, later only what is new in the database, and the whole list again when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from django.contrib.auth.models import Group, Permission
from django.db import transaction

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
        "reviews.manage_run",
        "reviews.*_endpoint",
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
class Drift:
    """How a role differs from its list: permissions (`app.codename`) that it lacks, and others."""

    role: str
    lacks: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def none(self) -> bool:
        """True if the role holds its list and nothing else."""
        return not (self.lacks or self.others)


def seed(*, known: Collection[int] | None = None) -> None:
    """Make the roles that are missing, whole. One that is there gets those permissions of its list
    that are not `known` (by id): none where that is not told.
    """
    with transaction.atomic():
        there = {group.name: group for group in Group.objects.filter(name__in=ROLES)}
        rows = _permissions()
        for role, patterns in ROLES.items():
            listed = _matching(rows, patterns)
            if role not in there:
                Group.objects.create(name=role).permissions.set(listed)
            elif known is not None:
                there[role].permissions.add(*(row for row in listed if row.pk not in known))


def reset(role: str) -> None:
    """Give a role its list, and nothing else."""
    with transaction.atomic():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(_matching(_permissions(), ROLES[role]))


def drifts() -> list[Drift]:
    """What has become of each role; one that is missing lacks everything."""
    rows = _permissions()
    return [_drift(role, rows) for role in ROLES]


def _drift(role: str, rows: Iterable[Permission]) -> Drift:
    listed = {_name(row) for row in _matching(rows, ROLES[role])}
    of_role = Permission.objects.filter(group__name=role).select_related("content_type")
    held = {_name(row) for row in of_role}
    return Drift(role, tuple(sorted(listed - held)), tuple(sorted(held - listed)))


def _permissions() -> list[Permission]:
    return list(Permission.objects.select_related("content_type"))


def _matching(rows: Iterable[Permission], patterns: tuple[str, ...]) -> list[Permission]:
    return [row for row in rows if any(fnmatchcase(_name(row), pattern) for pattern in patterns)]


def _name(row: Permission) -> str:
    return f"{row.content_type.app_label}.{row.codename}"
