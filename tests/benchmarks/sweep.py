"""The sweep of what is overdue, beside SQL that writes the same rows; and whether it minds how much
is stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from tests.benchmarks import raw, waiting
from tests.benchmarks.frame import Bench, Line, beside, measure
from tests.fire.office import use
from tests.fire.system import System

ROUNDS = 5


def run(bench: Bench) -> Iterator[Line]:
    """PostgreSQL with many stored, with a tenth of that, and SQLite."""
    whole, stored = bench.times(100_000), bench.many // 10
    with bench.copy(bench.many) as url:
        use(System(url))
        at_desk = waiting.desk("bench_sweep")
        ours, floor = _beside_chunks(at_desk, whole)
        yield Line(f"sweep of {whole:,} overdue", ours, floor, "s", most=3, n=whole)
        once = [_timed(at_desk, whole, lambda: raw.expire(whole)) for _ in range(ROUNDS)]
        yield Line("… beside one big statement", ours, once, "s", n=whole)
        with bench.copy(stored) as smaller:
            yield _mind_how_much(url, smaller, at_desk, whole // 4, f"{stored:,}")
    yield from _on_sqlite(bench.times(10_000))


def _mind_how_much(many: str, few: str, at_desk: Any, count: int, stored: str) -> Line:
    waiting.turn_to(few)
    other = waiting.desk("bench_sweep")

    def among(url: str, desk: Any) -> float:
        waiting.turn_to(url)
        return _timed(desk, count, _ours)

    ours, floor = beside(lambda: among(many, at_desk), lambda: among(few, other), rounds=ROUNDS)
    return Line(f"sweep, ten times as much stored as {stored}", ours, floor, "s", most=1.3, n=count)


def _on_sqlite(count: int) -> Iterator[Line]:
    with sqlite() as url:
        waiting.turn_to(url)
        ours, floor = _beside_chunks(waiting.desk("bench_sweep"), count)
        yield Line(f"SQLite: sweep of {count:,} overdue", ours, floor, "s", most=3, n=count)


@contextmanager
def sqlite() -> Iterator[str]:
    """The address of a database without anything stored; afterwards it is gone."""
    with TemporaryDirectory(prefix="gatehouse-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'db.sqlite3'}"
        System(url, folder=Path(folder)).manage("migrate", "--verbosity=0")
        yield url


def _beside_chunks(at_desk: Any, count: int) -> tuple[list[float], list[float]]:
    return beside(
        lambda: _timed(at_desk, count, _ours),
        lambda: _timed(at_desk, count, _in_chunks),
        rounds=ROUNDS,
    )


def _timed(at_desk: Any, count: int, act: Any) -> float:
    """Seconds that it takes to apply so many deadlines."""
    from django.db import connection  # noqa: PLC0415 (after the set-up)

    from gates import clock  # noqa: PLC0415

    waiting.wait_at(at_desk, count, due=clock.now() - timedelta(seconds=5))
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE reviews_review" if connection.vendor == "postgresql" else "SELECT 1"
        )
    begun = perf_counter()
    done = act()
    seconds = perf_counter() - begun
    if done < count:
        raise AssertionError(f"Of {count} that are overdue {done} were found.")
    return seconds


def _ours() -> int:
    from reviews import deadlines  # noqa: PLC0415

    return deadlines.sweep(cluster="bench")


def _in_chunks() -> int:
    from reviews.deadlines import CHUNK  # noqa: PLC0415

    total = 0
    while done := raw.expire(CHUNK):
        total += done
    return total


if __name__ == "__main__":
    measure(run)
