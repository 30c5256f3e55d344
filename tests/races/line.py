"""A starting line: all stand in the queue for one row's lock before anybody moves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any
from uuid import UUID

from django.db import connection, connections, transaction

from reviews.models import Review

PATIENCE = 20.0
Move = Callable[[], Any]


class Line:
    """Threads that stay: each keeps its connection from race to race."""

    def __init__(self, threads: ThreadPoolExecutor, patience: float) -> None:
        self._threads = threads
        self._patience = patience

    def race(self, *moves: Move, behind: UUID | None = None) -> list[Future[Any]]:
        """Run moves at the same time; what became of each, in their order.

        With `behind`, all of them first queue for that review's lock: each has looked before one
        wrote.
        """
        start, running = Barrier(len(moves)), list[Future[Any]]()
        with self._held_back(behind, running):
            running.extend(self._threads.submit(self._run, move, start) for move in moves)
        for answer in running:
            answer.exception()  # waits
        return running

    def _run(self, move: Move, start: Barrier) -> Any:
        start.wait(self._patience)
        return move()

    @contextmanager
    def _held_back(self, review_id: UUID | None, running: Sequence[Future[Any]]) -> Iterator[None]:
        """Hold the review's lock until all who run wait for one."""
        if review_id is None:
            yield
            return
        with transaction.atomic():
            Review.objects.select_for_update().get(pk=review_id)
            yield
            self._wait_for(running)

    def _wait_for(self, running: Sequence[Future[Any]]) -> None:
        until = time.monotonic() + self._patience
        while (there := _waiting()) < len(running):
            passed = [move.exception() for move in running if move.done()]
            assert not passed, f"did not stop at the lock: {passed}"
            assert time.monotonic() < until, f"{there} of {len(running)} reached the lock"
            time.sleep(0.01)


@contextmanager
def line(size: int, *, patience: float = PATIENCE) -> Iterator[Line]:
    """A line of so many threads; who waits longer than `patience` fails. Afterwards none has a
    connection left.
    """
    with ThreadPoolExecutor(size) as threads:
        made = Line(threads, patience)
        try:
            yield made
        finally:
            made.race(*[connections.close_all] * size)


def patient(move: Move, patience: float = PATIENCE) -> Move:
    """The move, of somebody who would rather fail than wait for a lock for ever."""

    def run() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{patience:.0f}s'")
        return move()

    return run


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        row: Sequence[int] = cursor.fetchone()
    return row[0]
