"""Reviews that wait for a person at gates of our own, made by the database in the number that is
asked for.
"""

from __future__ import annotations

import os
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, connections, transaction
from django.db.models import Model

CALLBACK = "https://agent.example.com/hooks"


def turn_to(url: str) -> None:
    """From now on Django of this process uses this database. After `office.use`."""
    from hitl_project.databases import database  # noqa: PLC0415 (after the set-up)
    from hitl_project.settings import BASE_DIR  # noqa: PLC0415

    connections["default"].close()
    os.environ["DATABASE_URL"] = url
    connections.settings = connections.configure_settings({"default": database(BASE_DIR)})
    del connections["default"]


def desk(slug: str, **policy: Any) -> Any:
    """A gate that asks one level, rejects what nobody answers, and lets 500 be approved at once."""
    from gates.policy import Batch  # noqa: PLC0415
    from tests import factories  # noqa: PLC0415

    batch = {"batch": Batch("proposal.amount < 500.0", 500)}
    return factories.desk(**(factories.ONE_LEVEL | batch | {"slug": slug} | policy))


def wait_at(at_desk: Any, count: int, *, due: datetime, step: float = 0) -> list[UUID]:
    """So many reviews like one that was submitted there, each due `step` seconds after the one
    before; their ids, in this order. Of their chains there is the length and the head alone.
    """
    from reviews.models import Assignment, Review  # noqa: PLC0415

    made = at_desk.submit(callback_url=CALLBACK, confidence=0.95)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_numbered(count, secrets.randbits(44)))
        when = _later("%s", "n.i", step)
        changes = {"review_id": "n.review", "due_at": when, "wake_at": when}
        given = _stored(due)
        for model, row, own in (
            (Review, made.pk, {"id": "n.review", "assignment_id": "n.assignment"}),
            (Assignment, made.assignment_id, {"id": "n.assignment"}),
        ):
            statement, moved = _copies(model, changes | own)
            cursor.execute(statement, [*[given] * moved, row if _postgresql() else row.hex])
        cursor.execute("SELECT review FROM waiting ORDER BY i")
        found = [UUID(str(row[0])) for row in cursor.fetchall()]
        cursor.execute("DROP TABLE waiting")
    return found


def _numbered(count: int, first: int) -> str:
    """Ids as ours are: in order."""
    numbers = f"SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {count}"  # noqa: S608
    return (
        f"CREATE TEMPORARY TABLE waiting AS WITH RECURSIVE s(i) AS ({numbers}) "  # noqa: S608
        f"SELECT i, {_id(first, 1)} AS review, {_id(first, 2)} AS assignment FROM s"
    )


def _id(first: int, kind: int) -> str:
    if not _postgresql():
        return f"printf('%012x7%03x800{kind}%012x', {first} + i / 1000, i % 1000, i)"
    stamp, order = f"to_hex({first} + i / 1000)", "to_hex(i % 1000)"
    return (
        f"CAST(lpad({stamp}, 12, '0') || '7' || lpad({order}, 3, '0') "
        f"|| '800{kind}' || lpad(to_hex(i), 12, '0') AS uuid)"
    )


def _copies(model: type[Model], changes: dict[str, str]) -> tuple[str, int]:
    """The statement, and how many instants it takes."""
    columns = [str(field.column) for field in model._meta.concrete_fields]
    values = [changes.get(column, f't."{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    statement = (
        f'INSERT INTO "{table}" ({names}) SELECT {", ".join(values)} '  # noqa: S608
        f'FROM "{table}" t, waiting n WHERE t.id = %s ORDER BY n.i'
    )
    return statement, sum("%s" in value for value in values)


def _later(instant: str, number: str, step: float) -> str:
    if _postgresql():
        return f"CAST({instant} AS timestamptz) + {number} * {step} * interval '1 second'"
    return f"strftime('%%Y-%%m-%%d %%H:%%M:%%f', {instant}, ({number} * {step}) || ' seconds')"


def _stored(instant: datetime) -> Any:
    return instant if _postgresql() else instant.replace(tzinfo=None).isoformat(" ")


def _postgresql() -> bool:
    return connection.vendor == "postgresql"
