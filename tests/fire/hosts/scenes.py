"""What happens to hosts under load, and what must hold meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic, sleep

import httpx2
from django.db import connection
from django.db.models import QuerySet

from gates import clock
from reviews.models import Heartbeat, Review
from tests.fire.figures import Figure, Measure
from tests.fire.hosts.callers import Callers
from tests.fire.hosts.plant import Plant
from tests.fire.part import say
from tests.processes import eventually

PUNCTUAL = 2.5  # seconds: how late a deadline may be while another host keeps time
BURIED = 13.0  # seconds until PostgreSQL has given up a host that fell silent, and a sweep came
OUTAGE = 30.0
START_UP = 30.0  # that is how long `up` waits for a cluster's first beat


@dataclass
class Scene:
    """One plant under the load of these callers."""

    plant: Plant
    callers: Callers
    found: list[Figure] = field(default_factory=list)  # by the last `late`

    def all(self) -> Iterator[Figure]:
        """Each once; everything runs again after each."""
        for scene in (
            self.undisturbed, self.timers_killed, self.timers_deaf, self.timers_cut_off,
            self.web_cut_off, self.tasks_killed, self.redis_cut_off, self.redis_restarted,
            self.database_lost,
        ):  # fmt: skip
            say(scene.__name__)
            yield from scene()

    def undisturbed(self) -> Iterator[Figure]:
        """Nothing happens."""
        with self.late("all hosts there"):
            sleep(8)
        yield from self.found

    def timers_killed(self) -> Iterator[Figure]:
        """C loses every process at once; D goes on."""
        with self.late("a host that keeps time killed"):
            self.plant.kill("C")
            sleep(8)
        yield from self.found
        self.plant.start("C")
        yield Measure("a cluster that starts sweeps after", self.until_beating("C"), "s", START_UP)

    def timers_deaf(self) -> Iterator[Figure]:
        """D hears nothing any more; what it still says arrives."""
        with self.late("a host that keeps time hears nothing", BURIED):
            self.plant.network["D"].deafen()
            sleep(16)
        yield from self.found
        yield self.comes_back("D", "that heard nothing")

    def timers_cut_off(self) -> Iterator[Figure]:
        """D is alone; it may have been in the middle of a sweep."""
        with self.late("a host that keeps time cut off", BURIED):
            self.plant.network["D"].cut()
            sleep(16)
        yield from self.found
        yield self.comes_back("D", "that was cut off")

    def web_cut_off(self) -> Iterator[Figure]:
        """B vanishes in the middle of requests; its callers ask A."""
        begun = monotonic()
        with self.late("a web host cut off", BURIED):
            self.plant.network["B"].cut()
            sleep(20)
            self.plant.network["B"].mend()
            back = self.plant.until_healthy("B")
            sleep(2)
        yield from self.found
        what = "longest wait of a caller whose web host was cut off, retries and all"
        yield Measure(what, self.callers.longest(begun), "s", 25)
        yield Measure("web host healthy after its link is back", back, "s", 6)

    def tasks_killed(self) -> Iterator[Figure]:
        """E loses every process at once."""
        with self.late("a host that does tasks killed"):
            self.plant.kill("E")
            sleep(4)
        yield from self.found
        self.plant.start("E")
        self.until_beating("E")

    def redis_cut_off(self) -> Iterator[Figure]:
        """Nobody reaches Redis; a host that keeps time is restarted meanwhile."""
        before = self.hearts()
        with self.late("Redis cut off"):
            self.plant.network["R"].cut()
            sleep(15)
        yield from self.found
        yield Measure(
            "clusters restarted because Redis was away", self.hearts() - before, "times", 0
        )
        with self.late("Redis cut off, one of two hosts that keep time restarted"):
            self.plant.kill("C")
            self.plant.start("C")
            took = self.until_beating("C")
        yield from self.found
        yield Measure("a cluster that starts without Redis sweeps after", took, "s", START_UP)
        self.plant.network["R"].mend()

    def redis_restarted(self) -> Iterator[Figure]:
        """Redis dies and comes back empty."""
        with self.late("Redis killed and started again"):
            self.plant.kill("R")
            sleep(3)
            self.plant.start("R")
            sleep(4)
        yield from self.found

    def database_lost(self) -> Iterator[Figure]:
        """For half a minute hosts B and D do not reach PostgreSQL, all others do."""
        network = self.plant.network
        with self.late("PostgreSQL out of reach of one web host and one that keeps time", BURIED):
            network["B"].lose_database()
            network["D"].lose_database()
            begun = monotonic()
            said = self.until_not_ready("B", begun)
            sleep(max(0.0, begun + OUTAGE - monotonic()))
            network["B"].mend()
            back = self.plant.until_healthy("B")
        yield from self.found
        yield Measure("web host says that it is not ready after", said, "s", 16)
        yield Measure("web host healthy after the database is back", back, "s", 6)
        yield self.comes_back("D", "that did not reach the database")

    # --- looking ---------------------------------------------------------------------------------

    @contextmanager
    def late(self, what: str, most: float = PUNCTUAL) -> Iterator[None]:
        """Measure how late the latest deadline of the block was applied: into `found`."""
        begun = clock.now()
        yield
        ended = clock.now()
        sleep(4)  # what fell due last is over, too
        late, n = lateness(begun, ended)
        self.found = [Measure(f"latest of {n:,} deadlines, {what}", late, "s", most)]

    def until_beating(self, name: str) -> float:
        """Wait until the cluster of a host has beaten since now; how long that took."""
        since, begun = clock.now(), monotonic()
        eventually(lambda: self.beats(name).filter(at__gt=since).exists(), f"a beat of {name}")
        return monotonic() - begun

    def beats(self, name: str) -> QuerySet[Heartbeat]:
        """Heartbeats of a host's clusters."""
        return Heartbeat.objects.filter(cluster__contains=f"@{name}:")

    def hearts(self) -> int:
        """How often clusters were started; each start has a heart of its own."""
        return sum(
            int(name.rpartition(".")[2])
            for name in Heartbeat.objects.values_list("cluster", flat=True)
        )

    def comes_back(self, name: str, what: str) -> Measure:
        """Mend a host's link; how long until its cluster works again."""
        self.plant.network[name].mend()
        took = self.until_beating(name)
        return Measure(f"host {what} keeps time again after its link is back", took, "s", 12)

    def until_not_ready(self, name: str, begun: float) -> float:
        """When a web host tells a balancer to leave it alone."""
        unavailable = httpx2.codes.SERVICE_UNAVAILABLE
        eventually(
            lambda: self.plant.answer(name, "/readyz")[0] == unavailable, "503", patience=1200
        )
        return monotonic() - begun


def lateness(begun: datetime, ended: datetime) -> tuple[float, int]:
    """By how many seconds the latest deadline between two instants was missed, and of how many."""
    due = Review.objects.filter(version__gate__slug="quick", due_at__range=(begun, ended))
    now = clock.now()
    late = [
        ((closed_at or now) - due_at).total_seconds()
        for due_at, closed_at in due.values_list("due_at", "closed_at")
        if due_at is not None
    ]
    return max(late, default=0.0), len(late)


# --- a row that is locked by a host which is gone ---

HOLD = """
import django, sys, time
django.setup()
from django.db import transaction
from reviews.models import Review
with transaction.atomic():
    Review.objects.select_for_update().get(pk=sys.argv[1])
    print("locked", flush=True)
    time.sleep(3600)
"""


def locks(plant: Plant) -> Iterator[Figure]:
    """How long a row stays locked by a transaction of which nothing more is heard."""
    yield Measure(
        "a row locked by a host that was cut off is free after",
        held(plant, lambda pid: plant.network["F"].cut()),
        "s",
        BURIED,
    )
    plant.network["F"].mend()
    yield Measure(
        "a row locked by a process that stands still is free after",
        held(plant, lambda pid: os.kill(pid, signal.SIGSTOP)),
        "s",
        32,
    )


def held(plant: Plant, vanish: Callable[[int], None]) -> float:
    """Lock a row on host F, let the holder vanish; seconds until somebody else gets the row."""
    host = plant.network["F"]
    row = str(Review.objects.filter(status="closed").values_list("pk", flat=True)[0])
    command = plant.system.environment() | plant.environment(host)
    holder = subprocess.Popen(
        [*host.before(), sys.executable, "-c", HOLD, row], env=command, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    vanish(holder.pid)
    begun = monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM reviews_review WHERE id = %s FOR UPDATE", [row])
    took = monotonic() - begun
    holder.kill()
    holder.wait()
    return took
