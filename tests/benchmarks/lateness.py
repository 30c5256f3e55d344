"""How late deadlines are applied by a cluster that `up` keeps, while a million reviews are open: by
the time of the event.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.benchmarks import waiting
from tests.benchmarks.frame import Bench, Line, measure
from tests.benchmarks.sweep import sqlite
from tests.fire.office import use
from tests.fire.system import MANAGE, System
from tests.processes import eventually

PER_SECOND, SECONDS = 50, 120
HEAD_START = timedelta(seconds=5)
SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


def run(bench: Bench) -> Iterator[Line]:
    """A steady stream, then a burst, on PostgreSQL; the stream on SQLite."""
    with bench.copy(bench.many) as url:
        system = System(url)
        use(system)
        _open_so_many(bench.many)
        yield from _with_cluster(bench, system, f"{bench.many:,} open", bench.times(100_000))
    with sqlite() as url:
        waiting.turn_to(url)
        yield from _with_cluster(bench, System(url), "SQLite", bench.times(10_000))


def _with_cluster(bench: Bench, system: System, where: str, burst: int) -> Iterator[Line]:
    system.start(MANAGE, "up", "--no-web")
    try:
        eventually(_beats, "a heartbeat", shown=system.log)
        desk = waiting.desk("bench_late")
        count = PER_SECOND * max(10, bench.times(SECONDS))
        for name, value in _shares(_late(desk, count, 1 / PER_SECOND)).items():
            limit = 1.5 if name == "p99" else None
            what = f"{where}: lateness at {PER_SECOND}/s, {name}"
            yield Line(what, [value], unit="s", most=limit, n=count)
        late = _shares(_late(desk, burst, 0))
        yield Line(f"{where}: {burst:,} due at once, p50", [late["p50"]], unit="s", n=burst)
        yield Line(f"{where}: {burst:,} due at once, all done", [late["max"]], unit="s", n=burst)
    finally:
        system.stop()


def _open_so_many(count: int) -> None:
    from gates import clock  # noqa: PLC0415 (after the set-up)
    from reviews.models import Review  # noqa: PLC0415

    missing = count - Review.objects.open().count()
    far = clock.now() + timedelta(days=30)
    waiting.wait_at(waiting.desk("bench_open"), max(1, missing), due=far, step=1)


def _late(desk: Any, count: int, step: float) -> list[float]:
    """Seconds from each deadline to its event, in order of size."""
    from django.db import connection  # noqa: PLC0415

    from gates import clock  # noqa: PLC0415
    from reviews.models import Review  # noqa: PLC0415

    # The stream must not begin before all of it is stored.
    spare = timedelta(seconds=count / 5_000)
    first = clock.now() + HEAD_START + spare
    ids = waiting.wait_at(desk, count, due=first, step=step)
    if clock.now() > first:
        raise AssertionError("It took too long to store what was to fall due.")
    rows = Review.objects.filter(pk__gte=ids[0], pk__lte=ids[-1], gate=desk.gate)
    patience = 60 + spare.total_seconds() + count * max(step, 0.01)
    eventually(lambda: not rows.open().exists(), "the end of all", patience=patience)
    late = [_seconds(due_at, closed_at) for due_at, closed_at in _ends(rows)]
    connection.close()
    if len(late) != count:
        raise AssertionError(f"{len(late)} of {count} ended.")
    return sorted(late)


def _ends(rows: Any) -> list[tuple[datetime, datetime]]:
    """Deadline and end: what closes by time is stamped like its event."""
    return list(rows.values_list("due_at", "closed_at"))


def _seconds(due_at: datetime, at: datetime) -> float:
    return (at - due_at).total_seconds()


def _shares(late: list[float]) -> dict[str, float]:
    last = len(late) - 1
    return {name: late[round(share * last)] for name, share in SHARES.items()}


def _beats() -> bool:
    from reviews.models import Heartbeat  # noqa: PLC0415

    return Heartbeat.objects.filter(sweeps=True).exists()


if __name__ == "__main__":
    measure(run)
