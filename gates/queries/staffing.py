"""Whether the teams that a policy names can do what it asks of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q

from gates import clock, worktime
from gates.models import Team
from gates.policy import GatePolicy

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Shortage:
    """What a team, named at `path` within the gate, lacks. A `fatal` one bars publishing."""

    path: Path
    message: str
    fatal: bool


def shortages(policy: GatePolicy, *, create_teams: bool = False) -> Iterator[Shortage]:
    """Missing teams, chains in working time that have no working hours, and empty teams."""
    named = _named(policy)
    people = Count("memberships", filter=Q(memberships__user__is_active=True))
    teams = Team.objects.filter(slug__in={slug for slug, _ in named.values()})
    found = {team.slug: team for team in teams.select_related("calendar").annotate(people=people)}
    for path, (slug, timeout) in named.items():
        team = found.get(slug)
        if team is None and not create_teams:
            yield Shortage(path, f"there is no team “{slug}” (--create-teams makes it)", fatal=True)
        elif policy.working_time and timeout and (lack := _lack_of_hours(slug, team, timeout)):
            yield Shortage(path, lack, fatal=True)
        elif team is None or not team.people:
            yield Shortage(path, f"nobody is in team “{slug}”", fatal=False)


def _named(policy: GatePolicy) -> dict[Path, tuple[str, int]]:
    """The teams, and the seconds that each is asked for; 0 for the owner."""
    first, *chain = policy.steps
    found: dict[Path, tuple[str, int]] = {("assignee",): (first.assignee, first.timeout)}
    for at, step in enumerate(chain):
        found["escalation", at, "assignee"] = step.assignee, step.timeout
    return {**found, ("owner",): (policy.owner, 0)} if policy.owner else found


def _lack_of_hours(slug: str, team: Team | None, timeout: int) -> str:
    if team is None or team.calendar is None:
        return f"working_time needs a calendar on team “{slug}”"
    try:
        worktime.add_working_seconds(clock.now(), timeout, team.calendar.hours, team.time_zone)
    except ValueError as error:
        return f"the deadline cannot be counted for team “{slug}”: {error}"
    return ""
