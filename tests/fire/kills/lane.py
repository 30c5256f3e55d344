"""One system in which one kill follows the other. Several run side by side, each in a process of
its own, for Django knows one database.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic, sleep

import redis

from tests.fire import faults, office
from tests.fire.figures import Count
from tests.fire.kills.scene import Scene
from tests.fire.kills.victims import Kill
from tests.fire.part import say
from tests.fire.system import System, installed
from tests.processes import eventually

PATIENCE = 120.0  # seconds until we give a system up for dead
SOON = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Job:
    """What a lane does; with `redis_url` its tasks are in Redis."""

    name: str
    database_url: str
    redis_url: str
    kills: tuple[Kill, ...]


@dataclass(frozen=True, slots=True)
class Death:
    """What came of a kill: seconds until what fell due before it or in the second after it was
    settled, and all was well again; whether `up` had started the whole cluster anew; processes of
    former groups that were still there.
    """

    kill: Kill
    seconds: float
    restarted: bool
    left: int


@dataclass(frozen=True, slots=True)
class Report:
    """Of one lane."""

    redis: bool
    deaths: list[Death]
    truths: list[Count]


def run(job: Job) -> Report:
    """Kill, and then ask the database what it knows."""
    more = {"REDIS_URL": job.redis_url} if job.redis_url else {}
    with _tidy(job), installed(job.database_url, Q_CLUSTER_NAME=job.name, **more) as system:
        office.use(system)
        from tests.fire import truth  # noqa: PLC0415 (models, after `use`)

        scene = _upon(system)
        opened = office.opened(system.address)
        with office.busy(opened, callers=2, pause=0.25) as ledger:
            deaths = [_death(scene, kill, job.name) for kill in job.kills]
        eventually(lambda: not truth.overdue(), "an end of what is due", patience=PATIENCE)
        system.stop()
        left = len(scene.left_over())
        ends = Count("processes left over at the end", left, len(scene.known))
        return Report(bool(job.redis_url), deaths, [*truth.figures(ledger), ends])


def _upon(system: System) -> Scene:
    folder = system.folder / "faults"
    folder.mkdir()
    system.more[faults.FOLDER] = str(folder)
    scene = Scene(system, folder)
    scene.again()
    return scene


def _death(scene: Scene, kill: Kill, lane: str) -> Death:
    from gates import clock  # noqa: PLC0415 (models, after `use`)

    eventually(lambda: _due(clock.now() + SOON), "work", patience=PATIENCE)
    before = scene.cluster
    kill.do(scene)
    begun, due_by = monotonic(), clock.now() + SOON
    sleep(SOON.total_seconds())

    settled = _settles(scene, due_by)
    took = monotonic() - begun
    say(f"{lane} {kill}: {took:.1f} s{'' if settled else ', never settled'}")
    death = Death(kill, took, scene.cluster != before, len(scene.left_over()))
    if not settled:
        scene.again()
    return death


def _settles(scene: Scene, due_by: datetime) -> bool:
    """Whether it did, with what the processes said if it did not."""

    def settled() -> bool:
        return not _due(due_by) and scene.whole()

    try:
        return eventually(settled, "peace", patience=PATIENCE, shown=scene.system.log)
    except AssertionError as never:
        say(str(never))
        return False


def _due(moment: datetime) -> bool:
    from reviews.models import Review  # noqa: PLC0415

    return Review.objects.due(moment).exists()


@contextmanager
def _tidy(job: Job) -> Iterator[None]:
    """Leave nothing of ours in Redis."""
    try:
        yield
    finally:
        if job.redis_url:
            with redis.from_url(job.redis_url) as client:
                client.delete(f"django_q:{job.name}:q")
