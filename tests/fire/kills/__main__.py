"""`python -m tests.fire.kills`: four systems side by side, one of them with its tasks in Redis."""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from statistics import median

import redis

from tests.fire import postgres
from tests.fire.figures import Count, Figure, Measure
from tests.fire.kills import lane
from tests.fire.kills.victims import HOLDER, KILLS, Kill
from tests.fire.part import Scale, burn

TIMES = 50
LIMIT = 60.0  # seconds
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
LANES = ("", "", "", REDIS)


def run(scale: Scale) -> Iterator[Figure]:
    """Deal the kills out to the lanes, and put together what these found."""
    _ask_redis()
    kills = list(KILLS) * scale(TIMES)
    random.shuffle(kills)
    with postgres.server() as server:
        jobs = [
            lane.Job(f"fire-{os.getpid()}-{n}", server.create(f"kills{n}"), url, tuple(dealt))
            for n, url in enumerate(LANES)
            if (dealt := kills[n :: len(LANES)])
        ]
        with ProcessPoolExecutor(len(jobs), get_context("spawn")) as pool:
            reports = [
                done.result() for done in as_completed(pool.submit(lane.run, job) for job in jobs)
            ]
    deaths = [death for report in reports for death in report.deaths]
    yield from _of_deaths(deaths)
    in_redis = [death for report in reports if report.redis for death in report.deaths]
    yield _late("those with tasks in Redis", in_redis)
    yield from _summed(figure for report in reports for figure in report.truths)


def _ask_redis() -> None:
    try:
        redis.from_url(REDIS, socket_timeout=2).ping()
    except redis.ConnectionError as refusal:
        raise SystemExit(f"Redis is needed at {REDIS}: set TEST_REDIS_URL.") from refusal


def _of_deaths(deaths: list[lane.Death]) -> Iterator[Figure]:
    """By kill, then of all."""
    by_kill: dict[Kill, list[lane.Death]] = defaultdict(list)
    for death in deaths:
        by_kill[death.kill].append(death)
    for kill in KILLS:
        yield _late(str(kill), by_kill[kill])
    yield _late("all", deaths)
    yield Measure("the longest", max(death.seconds for death in deaths), "s", LIMIT)
    held = [death.restarted for death in deaths if death.kill.moment == HOLDER]
    yield Measure(
        "clusters that hung with the lock of the dead, restarted", sum(held), f"of {len(held)}"
    )
    yield Count(
        "processes of a former group left over", sum(d.left > 0 for d in deaths), len(deaths)
    )


def _late(who: str, deaths: list[lane.Death]) -> Count:
    seconds = [death.seconds for death in deaths]
    restarts = sum(death.restarted for death in deaths)
    told = f"median {median(seconds):.1f} s, worst {max(seconds):.1f} s, {restarts} new clusters"
    return Count(
        f"{who}: not well within {LIMIT:g} s ({told})",
        sum(s > LIMIT for s in seconds),
        len(seconds),
    )


def _summed(counts: Iterable[Count]) -> Iterator[Count]:
    by_what: dict[str, list[Count]] = defaultdict(list)
    for count in counts:
        by_what[count.what].append(count)
    for what, found in by_what.items():
        yield Count(what, sum(each.bad for each in found), sum(each.n for each in found))


if __name__ == "__main__":
    burn("Kills", run)
