"""Races for tests, on PostgreSQL only."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from reviews.errors import DomainError
from tests.races.line import Move, line, patient

REASON = "needs PostgreSQL: SQLite lets one writer in at a time, so nothing can race"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip these tests where they would prove nothing."""
    if connection.vendor != "postgresql":
        for item in items:
            if item.path.parent.name == "races":
                item.add_marker(pytest.mark.skip(reason=REASON))


@pytest.fixture
def race() -> Callable[..., list[Any]]:
    """Run moves at the same time, perhaps `behind` a review's lock; their answers, a refusal as
    the answer where there was one.
    """
    return _race


def _race(*moves: Move, behind: UUID | None = None) -> list[Any]:
    with line(len(moves)) as runners:
        done = runners.race(*map(patient, moves), behind=behind)
    return [_answer(future) for future in done]


def _answer(done: Future[Any]) -> Any:
    refusal = done.exception()
    return refusal if isinstance(refusal, DomainError) else done.result()
