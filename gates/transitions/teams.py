"""Teams, who is in them, and the hours they work. A team keeps its slug: policies name it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from gates import clock
from gates.actors import Actor
from gates.models import Calendar, Membership, Team
from gates.transitions.events import record

CHANGEABLE = frozenset({"name", "time_zone", "calendar"})


def create(team: Team, *, actor: Actor) -> Team:
    """Store a new team."""
    with transaction.atomic():
        team.save(force_insert=True)
        record(team, "created", actor=actor, now=clock.now(), slug=team.slug)
    return team


def change(team_id: int, *, actor: Actor, **fields: Any) -> Team:
    """Set fields of CHANGEABLE. The event names them; a calendar also by its id."""
    unknown = fields.keys() - CHANGEABLE
    if unknown:
        raise ValueError(f"These fields of a team do not change: {', '.join(sorted(unknown))}.")
    with transaction.atomic():
        team = _lock(team_id)
        for name, value in fields.items():
            setattr(team, name, value)
        team.save(update_fields=fields.keys())
        data = {"fields": sorted(fields), "calendar": team.calendar_id}
        record(team, "changed", actor=actor, now=clock.now(), **data)
    return team


def change_members(
    team_id: int, *, actor: Actor, leads: Mapping[int, bool], gone: Collection[int] = ()
) -> Team:
    """Let people in or say who leads (`leads`: user id to lead or not), and let people go (`gone`).

    One event per person whose place changed; what is as it should be stays without one.
    """
    with transaction.atomic():
        team = _lock(team_id)
        seats = {seat.user_id: seat for seat in Membership.objects.filter(team=team)}
        for user_id in gone:
            if user_id in seats:
                _let_go(team, actor, seats.pop(user_id))
        for user_id, lead in leads.items():
            _seat(team, actor, seats.get(user_id), user_id, lead)
    return team


def save_calendar(calendar: Calendar, *, actor: Actor) -> Calendar:
    """Store working hours; each team that uses them gets an event. Deadlines that run stay."""
    with transaction.atomic():
        calendar.save()
        teams = Team.objects.select_for_update().filter(calendar=calendar).order_by("pk")
        for team in teams:
            record(team, "hours_changed", actor=actor, now=clock.now(), calendar=calendar.pk)
    return calendar


def _lock(team_id: int) -> Team:
    return Team.objects.select_for_update().get(pk=team_id)


def _let_go(team: Team, actor: Actor, seat: Membership) -> None:
    seat.delete()
    record(team, "member_removed", actor=actor, now=clock.now(), member=seat.user_id)


def _seat(team: Team, actor: Actor, seat: Membership | None, user_id: int, lead: bool) -> None:
    if seat is None:
        Membership.objects.create(team=team, user_id=user_id, lead=lead)
        verb = "member_added"
    elif seat.lead != lead:
        seat.lead = lead
        seat.save(update_fields=("lead",))
        verb = "lead_changed"
    else:
        return
    record(team, verb, actor=actor, now=clock.now(), member=user_id, lead=lead)
