"""Five hundred approvals at once: by the transition and over HTTP, beside one set-based transaction
that writes the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import Any
from uuid import UUID

import httpx2

from tests.benchmarks import raw, waiting
from tests.benchmarks.frame import Bench, Line, beside, measure
from tests.benchmarks.site import served
from tests.benchmarks.sweep import sqlite

COUNT = 500

Act = Callable[[list[UUID]], object]


def run(bench: Bench) -> Iterator[Line]:
    """PostgreSQL, HTTP, SQLite."""
    with bench.copy(bench.many) as url, served(url) as system:
        yield from _transitions("")
        yield _over_http(system.address)
    with sqlite() as url:
        waiting.turn_to(url)
        yield from _transitions("SQLite: ")


def _transitions(where: str) -> Iterator[Line]:
    for what, window in (("held", 10), ("released at once", 0)):
        desk = waiting.desk(f"bench_batch_{window}", undo_window=window)
        ours = partial(_timed, desk, partial(_approve, desk))
        floor = partial(_timed, desk, partial(_floor, desk, window))
        yield Line(f"{where}batch of {COUNT}, {what}", *beside(ours, floor), most=5, n=COUNT)


def _over_http(address: str) -> Line:
    from tests.factories import personal_key, secret_of  # noqa: PLC0415 (after the set-up)

    desk = waiting.desk("bench_batch_10", undo_window=10)
    key = secret_of(personal_key(desk.reviewer, "batches"))
    with httpx2.Client(base_url=address, timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        ours, floor = beside(
            lambda: _timed(desk, partial(_post, client)),
            lambda: _timed(desk, partial(_floor, desk, 10)),
        )
    return Line(f"batch of {COUNT} over HTTP, held", ours, floor, most=5, n=COUNT)


def _timed(desk: Any, act: Act) -> float:
    """Milliseconds for fresh reviews."""
    from gates import clock  # noqa: PLC0415

    ids = waiting.wait_at(desk, COUNT, due=clock.now() + timedelta(hours=1))
    begun = perf_counter()
    act(ids)
    return (perf_counter() - begun) * 1000


def _approve(desk: Any, ids: list[UUID]) -> None:
    from reviews.transitions import batches  # noqa: PLC0415
    from reviews.verdicts import Answer  # noqa: PLC0415
    from tests.factories import person  # noqa: PLC0415

    ann = desk.reviewer
    results = batches.decide_all(ids, actor=person(ann), principal=ann, answer=Answer("approve"))
    _check([item.as_json() for item in results])


def _post(client: httpx2.Client, ids: list[UUID]) -> None:
    body = {"ids": list(map(str, ids)), "verdict": "approve"}
    answer = client.post("/api/v1/reviews/batch/", json=body)
    answer.raise_for_status()
    _check(answer.json()["results"])


def _check(results: list[dict[str, Any]]) -> None:
    refused = [item for item in results if not item["ok"]]
    if refused or len(results) != COUNT:
        raise AssertionError(f"{len(refused)} of {len(results)} refused: {refused[:1]}")


def _floor(desk: Any, window: int, ids: list[UUID]) -> None:
    raw.approve(ids, desk.reviewer.pk, at_once=window == 0)


if __name__ == "__main__":
    measure(run)
