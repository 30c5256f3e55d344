"""An hour in which nobody kept time, with a hundred thousand deadlines inside."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.fire import office, postgres
from tests.fire.clocks.watch import Health, watched
from tests.fire.figures import Count, Figure, Measure
from tests.fire.part import Scale, burn, say
from tests.fire.system import MANAGE, System, installed
from tests.processes import eventually

HOUR = 3600.0
TAIL = 120.0  # seconds for which deadlines go on while all is made and started
SLACK = 2.0  # seconds: what is late by less is on its way
CHAINS_END = 45.0  # seconds after which the short chains and the renewed approvals are through
PATIENCE = 1200.0


def run(scale: Scale) -> Iterator[Figure]:
    """Make the hour, start, and look at what became of every deadline."""
    with postgres.server() as server, installed(server.create()) as system:
        office.use(system)
        from tests.fire.clocks import trails  # noqa: PLC0415 (models, after `use`)

        count = _made(scale(100_000))
        health = Health(system.address)
        with watched(health.look):
            took, end = _started(system, health)
            time.sleep(CHAINS_END)
            stopped = _now()
        yield from _of_health(health, end)
        system.stop()
        found = trails.followed(stopped - timedelta(seconds=SLACK))
        say(f"  what happened: {dict(found.seen)}")
        yield Measure(f"time in which {count:,} deadlines were made up for", took, "s")
        late = found.wrong["approved late"]
        yield Count("late approvals that were given", late, late + found.seen["renewed"])
        yield from trails.figures(found)


def _made(count: int) -> int:
    """Deadlines evenly over an hour that ends soon, each gate in turn."""
    from tests.fire.clocks import backlog  # noqa: PLC0415 (models, after `use`)

    desks = list(backlog.desks().values())
    each, last = count // len(desks), _now() + timedelta(seconds=TAIL)
    for turn, at_desk in enumerate(desks):
        backlog.pile(at_desk, each, last - timedelta(seconds=turn * HOUR / count), HOUR / each)
    backlog.settled_in()
    made, left = each * len(desks), (last - _now()).total_seconds()
    say(f"  {made:,} reviews are made; the last deadline comes in {left:.0f} s")
    return made


def _started(system: System, health: Health) -> tuple[float, float]:
    """Start everything; the seconds until nothing was overdue any more, and when that was."""
    begun = time.monotonic()
    system.start(MANAGE, "up", "--port", str(system.port))
    eventually(health.first, "health", shown=system.log)
    eventually(lambda: not _overdue(), "an end of what is overdue", patience=PATIENCE)
    return time.monotonic() - begun, time.monotonic()


def _overdue() -> bool:
    from reviews.models import Review  # noqa: PLC0415 (after `use`)

    return Review.objects.due(_now() - timedelta(seconds=SLACK)).exists()


def _now() -> datetime:
    from gates import clock  # noqa: PLC0415 (after `use`)

    return clock.now()


def _of_health(health: Health, end: float) -> Iterator[Figure]:
    first = health.first() or 0.0
    yield Measure(
        "time from the first look until /healthz was 200", first - health.answers[0][0], "s"
    )
    yield Measure(
        "longest time that /healthz was not 200 after that", health.gap(first, end), "s", 0
    )


if __name__ == "__main__":
    burn("An hour of downtime", run)
