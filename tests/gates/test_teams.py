"""Teams, their people and their hours: what is written, and which events tell of it."""

import pytest

from gates.actors import command
from gates.models import Calendar, Event, Membership, Team
from gates.transitions import teams
from tests.factories import T0, at, team, user

pytestmark = pytest.mark.django_db
BY = command("test")
HOURS = {"mon": [["09:00", "17:00"]]}


def told(subject):
    rows = Event.objects.filter(subject_type="team", subject_id=subject.pk).order_by("seq")
    return [(event.verb, event.data) for event in rows]


def test_a_team_begins_with_an_event():
    with at(T0):
        made = teams.create(Team(slug="ops", name="Ops"), actor=BY)
    event = Event.objects.get()
    assert (event.subject_id, event.verb, event.actor) == (str(made.pk), "created", "command:test")
    assert (event.at, event.data) == (T0, {"slug": "ops"})


def test_a_change_names_the_fields_but_not_their_content():
    ops = team("ops")
    teams.change(ops.pk, actor=BY, name="Operations", time_zone="Europe/Prague")
    found = Team.objects.get(pk=ops.pk)
    assert (found.name, found.time_zone) == ("Operations", "Europe/Prague")
    assert told(ops) == [("changed", {"fields": ["name", "time_zone"], "calendar": None})]


@pytest.mark.parametrize("field", ["slug", "event_head", "pk"])
def test_what_others_hold_on_to_does_not_change(field):
    ops = team("ops")
    with pytest.raises(ValueError, match=f"do not change: {field}"):
        teams.change(ops.pk, actor=BY, **{field: "other"})
    assert told(ops) == []


def test_each_person_whose_place_changed_is_told_of_once():
    ann, ben, lea, sid = (user(name) for name in ("ann", "ben", "lea", "sid"))
    ops = team("ops", ann, ben, lead=lea)
    leads = {ann.pk: False, ben.pk: True, sid.pk: False}
    teams.change_members(ops.pk, actor=BY, leads=leads, gone=[lea.pk])
    rows = Membership.objects.filter(team=ops).order_by("user__username")
    assert list(rows.values_list("user__username", "lead")) == [
        ("ann", False),
        ("ben", True),
        ("sid", False),
    ]
    assert told(ops) == [
        ("member_removed", {"member": lea.pk}),
        ("lead_changed", {"member": ben.pk, "lead": True}),
        ("member_added", {"member": sid.pk, "lead": False}),
    ]


def test_who_is_not_there_cannot_go():
    ops = team("ops")
    teams.change_members(ops.pk, actor=BY, leads={}, gone=[user("ann").pk])
    assert told(ops) == []


def test_new_hours_are_told_to_the_teams_that_work_them():
    week = teams.save_calendar(Calendar(name="Week", hours=HOURS), actor=BY)
    ops, other = team("ops"), team("other")
    teams.change(ops.pk, actor=BY, calendar=week)
    teams.save_calendar(week, actor=BY)
    assert told(ops)[1:] == [("hours_changed", {"calendar": week.pk})]
    assert told(other) == []


def test_the_head_of_the_chain_moves_with_every_event():
    ops = team("ops")
    stale = Team.objects.get(pk=ops.pk)
    teams.change(ops.pk, actor=BY, name="A")
    teams.change_members(stale.pk, actor=BY, leads={user("ann").pk: True})
    last = Event.objects.get(seq=2)
    found = Team.objects.get(pk=ops.pk)
    assert (found.event_count, found.event_head) == (2, last.hash)
