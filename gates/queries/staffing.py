"""Whether the teams that a policy names can do what it asks of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Q

from gates.models import Team
from gates.policy import GatePolicy

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Shortage:
    """What a team named at `path` (within the gate) lacks. Without it a gate may still be published
    if `fatal` is False."""

    path: Path
    message: str
    fatal: bool


def shortages(policy: GatePolicy, *, create_teams: bool = False) -> Iterator[Shortage]:
    """Missing teams, teams without a calendar at a gate in working time, and empty teams."""
    named = _named(policy)
    people = Count("memberships", filter=Q(memberships__user__is_active=True))
    teams = Team.objects.filter(slug__in=named.values()).annotate(people=people)
    found = {team.slug: team for team in teams}
    for path, slug in named.items():
        team = found.get(slug)
        if team is None and not create_teams:
            yield Shortage(path, f"there is no team “{slug}” (--create-teams makes it)", fatal=True)
        elif path != ("owner",) and policy.working_time and (team is None or not team.calendar_id):
            yield Shortage(path, f"working_time needs a calendar on team “{slug}”", fatal=True)
        elif team is None or not team.people:
            yield Shortage(path, f"nobody is in team “{slug}”", fatal=False)


def _named(policy: GatePolicy) -> dict[Path, str]:
    first, *chain = policy.steps
    above = {("escalation", at, "assignee"): step.assignee for at, step in enumerate(chain)}
    owner: dict[Path, str] = {("owner",): policy.owner} if policy.owner else {}
    return {("assignee",): first.assignee, **above, **owner}
