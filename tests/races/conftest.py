"""A starting line: all stand in the queue for one row's lock before anybody moves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from reviews.errors import DomainError
from reviews.models import Review

REASON = "needs PostgreSQL: SQLite lets one writer in at a time, so nothing can race"
PATIENCE = 20.0
Move = Callable[[], Any]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip these tests where they would prove nothing."""
    if connection.vendor != "postgresql":
        for item in items:
            if item.path.parent.name == "races":
                item.add_marker(pytest.mark.skip(reason=REASON))


@pytest.fixture
def race() -> Callable[..., list[Any]]:
    """Run moves at the same time; their answers, a refusal as the answer where there was one.

    With `behind`, all of them first queue for that review's lock: each has looked before one wrote.
    """
    return _race


def _race(*moves: Move, behind: UUID | None = None) -> list[Any]:
    start = Barrier(len(moves))
    with ThreadPoolExecutor(len(moves)) as threads, _held_back(behind, len(moves)):
        running = [threads.submit(_run, move, start) for move in moves]
    return [answer.result() for answer in running]


def _run(move: Move, start: Barrier) -> Any:
    try:
        with connection.cursor() as cursor:  # who waits for ever fails instead
            cursor.execute(f"SET lock_timeout = '{PATIENCE:.0f}s'")
        start.wait(PATIENCE)
        return move()
    except DomainError as refusal:
        return refusal
    finally:
        connections.close_all()


@contextmanager
def _held_back(review_id: UUID | None, waiting: int) -> Iterator[None]:
    """Hold the review's lock until as many transactions wait for one."""
    if review_id is None:
        yield
        return
    with transaction.atomic():
        Review.objects.select_for_update().get(pk=review_id)
        yield
        _wait_for(waiting)


def _wait_for(count: int) -> None:
    until = time.monotonic() + PATIENCE
    while _waiting() < count:
        assert time.monotonic() < until, "not everybody reached the lock"
        time.sleep(0.01)


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        row: Sequence[int] = cursor.fetchone()
    return row[0]
