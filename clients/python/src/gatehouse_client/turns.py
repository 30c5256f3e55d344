"""Taking turns at a thread of a graph: LangGraph itself lets two who resume at once both go on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock
from weakref import WeakValueDictionary

Turns = Callable[[str], AbstractContextManager[None]]


class InProcess:
    """Turns among the threads of this process: enough for a checkpointer in memory or in a file
    that no other process uses.
    """

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, _Lock] = WeakValueDictionary()
        self._door = Lock()

    @contextmanager
    def __call__(self, thread_id: str) -> Iterator[None]:
        """The turn at this thread of the graph, as soon as it is free."""
        with self._door:
            lock = self._locks.setdefault(thread_id, _Lock())
        with lock.held:
            yield


class _Lock:
    """A lock that may be referred to weakly."""

    def __init__(self) -> None:
        self.held = Lock()


class OnPostgres:
    """Turns among all processes that name the same database, by its advisory locks.

    A turn holds a connection of its own, which must not go through a pooler that shares sessions
    by transaction. It ends with its process, however that ends.
    """

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo

    @contextmanager
    def __call__(self, thread_id: str) -> Iterator[None]:
        """The turn at this thread of the graph, as soon as it is free."""
        import psycopg  # noqa: PLC0415 (whoever has a PostgreSQL checkpointer has it)

        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [_number(thread_id)])
            yield


def _number(thread_id: str) -> int:
    """A number for the database's lock: 64 bits, signed."""
    digest = hashlib.sha256(f"gatehouse-client\n{thread_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
