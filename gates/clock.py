"""The only reader of time. On PostgreSQL the database's clock counts, so that hosts
need not agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from itertools import count
from typing import TypeVar
from uuid import UUID

import uuid_utils
from django.db import connection
from django.db.models import DateTimeField, Func, Model, QuerySet

Row = TypeVar("Row", bound=Model)

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)
_made = count()
_ORDER = 0xFFF << 64 | 0x3FFF_FFFF << 32  # the bits of a UUIDv7 that may hold order, not chance


def now() -> datetime:
    """The instant (aware, UTC). Read it after the lock, in a statement of its own, and pass it
    down.
    """
    instant = _frozen.get()
    if instant is not None:
        return instant
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        stamp: datetime = cursor.fetchone()[0]
    return stamp.astimezone(UTC)


def now_with(rows: QuerySet[Row]) -> tuple[list[Row], datetime]:
    """The rows, and the instant: where that is a statement, it is the one that reads the rows. Lock
    them in one before it.
    """
    if _frozen.get() is not None or connection.vendor != "postgresql":
        return list(rows), now()
    found = list(rows.annotate(read_at=_Reading()))
    stamp: datetime | None = getattr(found[0], "read_at", None) if found else None
    return found, stamp.astimezone(UTC) if stamp else now()


class _Reading(Func):
    template = "clock_timestamp()"
    output_field = DateTimeField()


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Stand still at `instant` (aware). For tests and for playing a log in its own time."""
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def new_id(moment: datetime) -> UUID:
    """A UUIDv7 whose time is `moment`: ids sort as the clock ran, to the microsecond, and those
    that one process makes in one instant sort as they were made.
    """
    nanoseconds = int(moment.timestamp()) * 1_000_000_000 + moment.microsecond * 1000
    order = (moment.microsecond % 1000) << 64 | (next(_made) & 0x3FFF_FFFF) << 32
    return UUID(int=uuid_utils.uuid7(nanoseconds=nanoseconds).int & ~_ORDER | order)
