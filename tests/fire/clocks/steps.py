"""The wall clock is stepped by 40 days, an hour back and forth again under a running system; in
the end a cluster dies just before the clock goes back.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from os import killpg
from signal import SIGKILL

from tests.fire import office
from tests.fire.clocks.fake import Wall
from tests.fire.clocks.load import callers, knocks
from tests.fire.clocks.watch import Health, Witness, watched
from tests.fire.figures import Count, Figure, Measure
from tests.fire.part import Scale, say
from tests.fire.system import MANAGE, ROOT, Cluster, System, leader
from tests.processes import eventually

FAR, HOUR = timedelta(days=40), timedelta(hours=1)
STEPS = (FAR, FAR - HOUR, FAR)
STAY = 25.0  # seconds between two steps
SLACK = timedelta(seconds=3)
BLIND = 3.0  # seconds until a beat by the new time shows that all is well
QUEUED = 30.0  # seconds; one that is lost on its way comes again after 180
FRESH = 10.0  # seconds for which a beat is good
TROUBLES = ("stands_still", "exited", "reincarnated", "Traceback", "sweep_failed")


@dataclass
class World:
    """A system, the clock that is stepped, and whether it is the one that counts."""

    system: System
    wall: Wall
    counts: bool
    health: Health = field(init=False)

    def __post_init__(self) -> None:
        """Somebody watches it."""
        self.health = Health(self.system.address)

    def ahead(self) -> timedelta:
        """What the clock that counts is ahead of the true one."""
        return self.wall.ahead if self.counts else timedelta(0)

    def now(self) -> datetime:
        """What the clock that counts shows."""
        return self.wall.now() - self.wall.ahead + self.ahead()


def run(world: World, scale: Scale) -> Iterator[Figure]:
    """Let things stand, step the clock three times, and look at every deadline."""
    office.use(world.system)
    from tests.fire.clocks import standing, trails  # noqa: PLC0415 (models, after `use`)

    desk = office.opened(world.system.address)
    count = standing.stand(scale(300))
    up = world.system.up()
    witness = Witness(world.ahead, others=("slow", "held"))
    with watched(world.health.look, witness.look):
        with callers([desk], world.ahead, each=4) as told:
            yield from _stepped(world, up)
        seen = world.now() - SLACK
    yield from told.figures()
    yield Count(
        "reviews that moved before their time by the witness", len(witness.early), witness.moved
    )
    for line in witness.early[:5]:
        say(f"  early: {line}")
    found = trails.followed(seen)
    say(f"  of {count} standing and {told.submitted} quick ones: {dict(found.seen)}")
    yield from trails.figures(found)
    yield from standing.figures(moved=world.counts)
    world.system.stop()
    yield from _dead(world)


def _stepped(world: World, up: int) -> Iterator[Figure]:
    """The steps; nothing is restarted for them, and everything goes on."""
    time.sleep(STAY / 2)
    before = _members(up)
    for ahead in STEPS:
        say(f"  the clock goes to {ahead}")
        world.wall.set(ahead)
        begun = time.monotonic()
        yield Measure("time that a task took, queued after it", _queue(world.system), "s", QUEUED)
        yield knocks(world.system.address)
        time.sleep(max(0.0, begun + STAY - time.monotonic()))
        gap = world.health.gap(begun, time.monotonic())
        most = BLIND if world.counts else 0
        yield Measure(f"/healthz not 200 after the step to {ahead}", gap, "s", most)
    yield Count("processes of the cluster gone since", len(before - _members(up)), len(before))
    log = (world.system.folder / "log").read_text(errors="replace")
    for trouble in TROUBLES:
        lines = [line for line in log.splitlines() if trouble in line]
        for line in lines[:5]:
            say(f"  {line}")
        yield Count(f"lines of the log with {trouble!r}", len(lines), len(log.splitlines()))


def _members(up: int) -> set[int]:
    parent = leader(up, "qcluster")
    return {parent, *(row.pid for row in Cluster(parent).members)}


def _queue(system: System) -> float:
    """The seconds until a task is done that is queued now: django-q2's own loops go on."""
    from django_q.models import OrmQ  # noqa: PLC0415 (after `use`)

    before = set(OrmQ.objects.values_list("pk", flat=True))
    system.manage("shell", "-c", "import django_q.tasks as t; t.async_task('math.sqrt', 4)")
    begun, new = time.monotonic(), OrmQ.objects.exclude(pk__in=before)
    eventually(lambda: not new.exists(), "the end of a task", patience=200, shown=system.log)
    return time.monotonic() - begun


def _dead(world: World) -> Iterator[Figure]:
    """A web server alone, and a cluster that dies with a beat which the clock then undoes."""
    from reviews.models import Heartbeat  # noqa: PLC0415 (after `use`)

    web = ("--interface", "wsgi", "--port", str(world.system.port), "hitl_project.wsgi:application")
    world.system.start("-m", "granian", *web)
    up = world.system.start(MANAGE, "up", "--no-web")
    world.system.until_healthy()
    world.health.answers.clear()
    with watched(world.health.look):
        for pid in (up, leader(up, "qcluster")):
            with suppress(ProcessLookupError):
                killpg(pid, SIGKILL)
        died = time.monotonic()
        world.wall.set(world.wall.ahead - HOUR)
        time.sleep(2 * FRESH)
    blind = died + (1.0 if world.counts else FRESH + 1.0)
    asked = sum(at > blind for at, _, _ in world.health.answers)
    alive = partial(world.health.well, end=time.monotonic())
    assert Heartbeat.objects.exists(), "the dead cluster's beat is gone: nothing was tried"
    yield Count("times a dead cluster passed for a live one", alive(blind), asked)


def environment(wall: Wall) -> dict[str, str]:
    """Of our processes that go by the wall clock."""
    return wall.environment(str(ROOT))
