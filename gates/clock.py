"""The only reader of time. On PostgreSQL the database's clock counts, so that hosts
need not agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from uuid import UUID

import uuid_utils
from django.db import connection

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


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


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Stand still at `instant` (aware). For tests and for playing a log in its own time."""
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)


def new_id(moment: datetime) -> UUID:
    """A UUIDv7 whose time is `moment`, so that ids sort as the clock ran."""
    seconds = int(moment.timestamp())
    return UUID(int=uuid_utils.uuid7(timestamp=seconds, nanos=moment.microsecond * 1000).int)
