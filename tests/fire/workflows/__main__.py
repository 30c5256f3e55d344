"""`python -m tests.fire.workflows`: two systems side by side, one with its tasks in the database,
one with its tasks in a Redis of its own.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from statistics import median

from tests.fire import postgres
from tests.fire.figures import Count, Figure, Measure
from tests.fire.part import Scale, burn
from tests.fire.workflows import lane
from tests.fire.workflows.hand import KILLS
from tests.fire.workflows.store import redis_server

TIMES, RUNS = 50, 1000


def run(scale: Scale) -> Iterator[Figure]:
    """Deal the kills out to the lanes, and put together what these found."""
    kills = list(KILLS) * scale(TIMES)
    random.shuffle(kills)
    kills.sort(key=lambda kill: not kill.startswith("drive"))  # they need what others have lost
    runs = max(50, scale(RUNS))
    with postgres.server() as server, redis_server() as url:
        jobs = [
            lane.Job("database", server.create("tasks"), "", runs, tuple(kills[::2])),
            lane.Job("redis", server.create("redis"), url, runs, tuple(kills[1::2])),
        ]
        with ProcessPoolExecutor(len(jobs), get_context("spawn")) as pool:
            found = [pool.submit(lane.run, job) for job in jobs]
            reports = [done.result() for done in as_completed(found)]
    yield from _of_deaths(reports, len(kills))
    yield from _of_runs(reports, runs)
    yield from _summed(truth for report in reports for truth in report.truths)


def _of_deaths(reports: Iterable[lane.Report], dealt: int) -> Iterator[Figure]:
    """By point, then of all."""
    by_kill: dict[str, list[float]] = defaultdict(list)
    for report in reports:
        for kill, seconds in report.healed:
            by_kill[kill].append(seconds)
    for kill in KILLS:
        yield _killed(kill.replace("_", " "), by_kill[kill])
    yield _killed("all of these", [seconds for found in by_kill.values() for seconds in found])
    yield Count("kills that never came", sum(report.never for report in reports), dealt)


def _killed(what: str, seconds: list[float]) -> Measure:
    """What is done again waits behind what else there is to do: a wave is longer than a cure."""
    told = f", median {median(seconds):.1f} s, worst {max(seconds):.1f} s" if seconds else ""
    return Measure(f"killed: {what}", len(seconds), f"times; until what it hit went on{told}")


def _of_runs(reports: list[lane.Report], runs: int) -> Iterator[Figure]:
    waves = [late for report in reports for late in report.late]
    late = sum(wave.bad for wave in waves)
    what = f"runs that had not ended {lane.PATIENCE:g} s after the last restart"
    yield Measure("waves of so many runs at once", len(waves), f"x {runs}")
    yield Count(what, late, sum(wave.n for wave in waves))
    longest = max(seconds for report in reports for seconds in report.ended)
    yield Measure("from the last restart until the last run of a wave ended", longest, "s")
    again, tried = (sum(parts) for parts in zip(*(each.again for each in reports), strict=True))
    yield Measure("actions done again, by retries", again, f"of {tried:,}")


def _summed(counts: Iterable[Count]) -> Iterator[Count]:
    by_what: dict[str, list[Count]] = defaultdict(list)
    for count in counts:
        by_what[count.what].append(count)
    for what, found in by_what.items():
        yield Count(what, sum(each.bad for each in found), sum(each.n for each in found))


if __name__ == "__main__":
    burn("Workflows", run)
