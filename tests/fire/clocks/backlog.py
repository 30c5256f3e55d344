"""Reviews by the ten thousand that wait for time alone, as `submit` would have made them. After
`office.use`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import rfc8785
from django.db import connection, transaction
from django.db.models import Model

from gates.models import Calendar, Event, Team
from gates.policy import Step
from gates.transitions.events import link_of
from tests.factories import Desk, after, at, desk
from tests.fire.clocks.trails import DUE

DAYS = ("mon", "tue", "wed", "thu", "fri")
HOURS = {day: [["09:00", "12:30"], ["13:00", "17:30"]] for day in DAYS}
HOOK = "https://agent.example.com/hooks"

NEVER = {"timeout_action": "escalate", "final_action": "reject"}
CHAIN = (Step("support_team", 300), Step("support_leads", 5), Step("support_heads", 5))
# What happens at a deadline, by gate; `soon` and `chain` have more of them while the rest is done.
GATES: dict[str, dict[str, Any]] = {
    "reject": {"steps": (Step("support_team", 300),), "timeout_action": "reject"},
    "approve": {"steps": (Step("support_team", 900),), "timeout_action": "approve"},
    "soon": {"steps": (Step("support_team", 20),), "timeout_action": "approve"},
    "skip": {"steps": (Step("support_team", 300),), "timeout_action": "skip"},
    "escalate": {"steps": (Step("support_team", 300), Step("support_leads", 900)), **NEVER},
    "chain": {"steps": CHAIN, **NEVER},
    "office": {
        "steps": (Step("office", 300), Step("office_leads", 5400)),
        "working_time": True,
        **NEVER,
    },
}


def desks() -> dict[str, Desk]:
    """The gates, each with its people; some teams work in office hours."""
    calendar = Calendar.objects.create(name="Office hours", hours=HOURS)
    for slug in ("office", "office_leads"):
        Team.objects.create(slug=slug, name=slug, calendar=calendar, time_zone="Europe/Berlin")
    ends = {"timeout_action": "reject", "final_action": ""}
    return {slug: desk(slug=slug, **(ends | fields)) for slug, fields in GATES.items()}


def pile(at_desk: Desk, count: int, last: datetime, between: float) -> None:
    """So many reviews, the last of which is due at `last`, the others each `between` seconds
    earlier.
    """
    with at(after(0)):  # long ago; it waits with the others
        first = at_desk.submit(callback_url=HOOK)
    event = Event.objects.get(subject_id=str(first.pk))
    link = replace(link_of(event), subject_id="<id>")
    body: list[Any] = [
        link.subject_type,
        "<id>",
        link.seq,
        "<at>",
        link.verb,
        link.actor,
        link.actor_id,
    ]
    hashed = rfc8785.dumps([*body, link.data, link.prev]).decode()
    timeout = at_desk.policy.steps[0].timeout
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MADE, [last, between, count - 1, timeout, hashed])
        for row, values in ((first, _REVIEW), (first.assignment, _ASSIGNMENT), (event, _EVENT)):
            assert row is not None
            cursor.execute(_copies(type(row), values), [row.pk])
        cursor.execute("DROP TABLE made")


def settled_in() -> None:
    """The database knows its tables, as after weeks of work."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _copies(model: type[Model], values: Mapping[str, str]) -> str:
    columns = [str(field.column) for field in model._meta.concrete_fields]
    columns = [name for name in columns if name != "id" or name in values]
    names = ", ".join(f'"{name}"' for name in columns)
    given = ", ".join(values.get(name, f't."{name}"') for name in columns)
    table = model._meta.db_table
    return (
        f'INSERT INTO "{table}" ({names}) SELECT {given} FROM made m, "{table}" t WHERE t.id = %s'  # noqa: S608
    )


# An id is a UUIDv7 of its moment; the hash is that of `gates.chain`, whose check comes afterwards.
_MADE = """
CREATE TEMPORARY TABLE made AS
WITH dues AS (
    SELECT %s::timestamptz - number * %s * interval '1 second' AS due
    FROM generate_series(0, %s) AS number
), moments AS (
    SELECT due, due - %s * interval '1 second' AS moment FROM dues
), named AS (
    SELECT due, moment, md5(random()::text) AS a, md5(random()::text) AS b,
        lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0') AS stamp,
        to_char(due AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') AS due_text,
        to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') AS moment_text
    FROM moments
), ids AS (
    SELECT due, moment, due_text, moment_text,
        (stamp || '7' || left(a, 3) || '8' || right(a, 15))::uuid AS review,
        (stamp || '7' || left(b, 3) || '8' || right(b, 15))::uuid AS assignment
    FROM named
)
SELECT *, encode(sha256(convert_to(
    replace(replace(%s, '<id>', review::text), '<at>', moment_text), 'UTF8')), 'hex') AS hash
FROM ids
"""
_REVIEW = {
    "id": "m.review",
    "assignment_id": "m.assignment",
    "submitted_at": "m.moment",
    "due_at": "m.due",
    "wake_at": "m.due",
    "metadata": f"jsonb_build_object('{DUE}', m.due_text)",
    "event_head": "m.hash",
}
_ASSIGNMENT = {
    "id": "m.assignment",
    "review_id": "m.review",
    "opened_at": "m.moment",
    "due_at": "m.due",
}
_EVENT = {"subject_id": "m.review::text", "at": "m.moment", "hash": "m.hash"}
