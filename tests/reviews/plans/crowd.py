"""A hundred thousand reviews: a few that transitions made, copied by the database itself."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, Field, Model, UUIDField

from gates.models import Event
from gates.policy import Step
from reviews.models import Assignment, Decision, Review
from tests.factories import Desk, desk

TABLES = ("reviews_review", "reviews_assignment", "reviews_decision", "gates_event")
DESKS = {"big": 700, "middle": 200, "small": 90, "tiny": 10}  # their shares of a thousand
STATES = {
    "pending": 150,
    "held": 10,
    "conditional": 10,
    "closed_by_human": 400,
    "rejected": 100,
    "closed_by_timeout": 50,
    "closed_by_cancel": 20,
    "closed_by_policy": 260,
}  # shares of a thousand, too; what a policy closes comes last, for it changes the gate
OPEN = ("pending", "held", "conditional")

# What differs from copy to copy, by column; ids and times do so too.
_OWN = {
    "external_id": "'case-' || n.i",
    "subject": "'S-' || (n.i % 5000)",
    "amount": "n.i % 1000",
    "priority": "n.i % 4",
}

Part = tuple[UUID, int, int, int]  # a review, its part of a million, whether it is open


def gather(count: int) -> dict[str, Desk]:
    """The desks by name; about `count` reviews between them, each with all that belongs to it."""
    desks = {name: desk(slug=name, steps=_steps(name)) for name in DESKS}
    parts: list[Part] = []
    upto = 0
    for name, share in DESKS.items():
        for state, part in STATES.items():
            made = desks[name].review_in(state)
            parts.append((made.pk, upto, upto + share * part, int(state in OPEN)))
            upto += share * part
    with connection.cursor() as cursor:
        for model in (Review, Assignment, Decision, Event):
            cursor.execute(_statement(model, parts, count))
        cursor.execute("ANALYZE")
    connection.check_constraints()  # once: each test would check all rows again as it ends
    return desks


def _steps(name: str) -> tuple[Step, ...]:
    return Step(f"{name}_team", 300), Step("support_leads", 900)


def _statement(model: type[Model], parts: list[Part], count: int) -> str:
    """Rows number themselves; a number falls into one review's part and makes a copy of it."""
    fields = [f for f in model._meta.concrete_fields if f.column != "id" or _is_uuid(f)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(_value(field) for field in fields)
    rows = ", ".join(
        f"('{_key(model, pk)}', {low}, {high}, {_is_open})" for pk, low, high, _is_open in parts
    )
    key = {Review: "t.id", Event: "t.subject_id"}.get(model, "t.review_id")
    if connection.vendor == "postgresql":
        key = f"CAST({key} AS text)"
    table = model._meta.db_table
    return (
        f"WITH RECURSIVE n(i, place) AS (SELECT 1, 0 UNION ALL "  # noqa: S608
        f"SELECT i + 1, (place + 611953) % 1000000 FROM n WHERE i < {count}) "
        f'INSERT INTO "{table}" ({columns}) SELECT {values} FROM n '
        f"JOIN (VALUES {rows}) AS w ON n.place >= w.column2 AND n.place < w.column3 "
        f'JOIN "{table}" t ON {key} = w.column1 ORDER BY n.i'
    )


def _key(model: type[Model], review_id: UUID) -> str:
    dashed = connection.vendor == "postgresql" or model is Event
    return str(review_id) if dashed else review_id.hex


def _is_uuid(field: Field) -> bool:
    return isinstance(getattr(field, "target_field", field), UUIDField)


def _value(field: Field) -> str:
    column = f't."{field.column}"'
    if _is_uuid(field):
        return _renumbered(column, "uuid")
    if field.column == "subject_id":
        return _renumbered(column, "text")
    if isinstance(field, DateTimeField):
        return _shifted(column)
    return _OWN.get(str(field.column), column) if field.model is Review else column


def _renumbered(column: str, kind: str) -> str:
    """The first eight digits of an id are the copy's number, so that ids sort by it."""
    if connection.vendor != "postgresql":
        return f"printf('%08x', n.i) || substr({column}, 9)"
    return f"CAST(lpad(to_hex(n.i), 8, '0') || substr(CAST({column} AS text), 9) AS {kind})"


def _shifted(column: str) -> str:
    """What is open was made and falls due by and by; what is closed was closed so."""
    minutes = "CASE w.column4 WHEN 1 THEN n.i % 10000 ELSE n.i - 200000 END"
    if connection.vendor != "postgresql":
        return f"strftime('%Y-%m-%d %H:%M:%f', {column}, ({minutes}) || ' minutes')"
    return f"{column} + ({minutes}) * interval '1 minute'"
