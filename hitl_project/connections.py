"""Database connections of loops that live longer than the server's patience or its last restart."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

from django import db
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

_here = threading.local()


def renew() -> None:
    """Let go of a connection that is dead or too old; the next query opens another. Between web
    requests Django does this itself. Not inside a transaction: that would be lost.
    """
    if not db.connection.in_atomic_block:
        db.close_old_connections()


class Farewell:
    """Closes a connection when its thread is gone, for the thread alone holds it. Without it that
    waits for a full garbage collection, because Django's wrapper is in a cycle.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __del__(self) -> None:
        with suppress(Exception):
            self._connection.close()


def end_with_threads() -> None:
    """For servers that start threads when they are busy and end them when they are idle: each
    would leave a connection behind, until PostgreSQL has none left.
    """
    connection_created.connect(_bind, dispatch_uid="farewell")


def _bind(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    _here.farewell = Farewell(connection.connection)
