"""What a queue promises: tasks in the database, and tasks in Redis."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import sleep

from tests.fire.figures import Count, Figure
from tests.fire.hosts.plant import Plant
from tests.fire.hosts.settings import RETRY, TIMEOUT
from tests.fire.part import Scale, say
from tests.fire.system import MANAGE
from tests.processes import eventually

MODULE = "tests.fire.hosts"
TASKS = 20
KILLS = 5
START_UP = 20.0  # seconds, on a busy machine


def figures(scale: Scale, plant: Plant) -> Iterator[Figure]:
    """For each broker the same four accidents."""
    for broker in ("database", "Redis"):
        say(f"broker: {broker}")
        yield from Queue(plant, broker, scale).figures()


@dataclass
class Queue:
    """One broker, and host E with a cluster of two workers that has nothing else to do."""

    plant: Plant
    broker: str
    scale: Scale
    settings: str = f"{MODULE}.settings"

    @property
    def promises(self) -> bool:
        """True if a task in the queue outlives what happens to it."""
        return self.broker == "database"

    def figures(self) -> Iterator[Figure]:
        """Transaction taken back, worker killed, host killed, broker restarted."""
        self.start()
        yield self.taken_back()
        yield self.worker_killed()
        yield self.host_killed()
        self.plant.kill("E")
        yield self.restarted()
        self.plant.kill("E")

    def taken_back(self) -> Figure:
        """Tasks that were put into the queue by a transaction which never happened."""
        names = self.put("taken_back", self.scale(TASKS), 0)
        later = self.put("later", 1, 0)  # proves that the cluster runs and has looked
        eventually(lambda: len(self.done("later")) == len(later), "a task put in later")
        sleep(2)
        ran = len(self.done("taken_back"))
        if self.promises:
            return Count(
                f"{self.broker}: tasks of a transaction taken back that ran", ran, len(names)
            )
        what = f"{self.broker}: tasks of a transaction taken back that did not run"
        return Count(what, len(names) - ran, len(names))

    def worker_killed(self) -> Figure:
        """Each task loses its worker the first time it runs."""
        names = []
        for turn in range(self.scale(KILLS)):
            label = f"worker_killed{turn}"
            names += self.put(label, 1, 3)
            first = eventually(partial(self.started, label), "a start")[0]
            os.kill(int(first[2]), signal.SIGKILL)
            sleep(1)
        return self.outlived("worker_killed", "worker was killed", names)

    def host_killed(self) -> Figure:
        """Each task loses its host; what waits in the cluster's local queue is lost with it."""
        names = self.put("host_killed", 4, 3)
        eventually(lambda: len(self.started("host_killed")) == 2, "two starts")
        self.plant.kill("E")
        self.start()
        return self.outlived("host_killed", "host was killed", names)

    def restarted(self) -> Figure:
        """The broker dies while tasks wait."""
        names = self.put("restarted", self.scale(TASKS), 0)
        if self.promises:
            self.plant.database.kill()
            self.plant.database.start()
        else:
            self.plant.kill("R")
            self.plant.start("R")
        self.start()
        return self.outlived("restarted", "broker was killed", names)

    def outlived(self, label: str, accident: str, names: list[str]) -> Figure:
        """How many were done at last, after the time in which the queue gives them out again."""
        end = (RETRY + TIMEOUT + START_UP) / 0.5
        while len(self.done(label)) < len(names) and (end := end - 1) > 0:
            sleep(0.5)
        lost = len(names) - len(self.done(label))
        if self.promises:
            return Count(f"{self.broker}: tasks lost whose {accident}", lost, len(names))
        kept = len(names) - lost
        return Count(f"{self.broker}: tasks not lost whose {accident}", kept, len(names))

    # --- doing -----------------------------------------------------------------------------------

    def environment(self) -> dict[str, str]:
        """Host E's, with this broker."""
        redis = {} if self.promises else {"REDIS_URL": self.plant.redis_url}
        own = self.plant.environment(self.plant.network["E"]) | {"REDIS_URL": ""} | redis
        return own | {"DJANGO_SETTINGS_MODULE": self.settings}

    def start(self) -> None:
        """The cluster on host E."""
        host = self.plant.network["E"]
        self.plant.up["E"] = self.plant.system.start(
            *(MANAGE, "up", "--no-web"), before=host.before(), more=self.environment()
        )

    def put(self, label: str, times: int, seconds: float) -> list[str]:
        """Put tasks into the queue; their names."""
        names = [f"{label}-{number}" for number in range(times)]
        how = "taken_back" if label == "taken_back" else "kept"
        words = ("-m", f"{MODULE}.errands", how, str(self.trace(label)), str(seconds), *names)
        pid = self.plant.system.start(
            *words, before=self.plant.network["F"].before(), more=self.environment()
        )
        eventually(lambda: self._ended(pid), "tasks in the queue")
        return names

    def _ended(self, pid: int) -> bool:
        process = next(row for row in self.plant.system.started if row.pid == pid)
        return process.poll() is not None

    def trace(self, label: str) -> Path:
        """Where tasks leave it."""
        kind = label.rstrip("0123456789")
        return self.plant.system.folder / f"{self.broker}-{kind}"

    def lines(self, label: str) -> list[list[str]]:
        """What tasks of this label have noted."""
        path = self.trace(label)
        rows = path.read_text().splitlines() if path.exists() else []
        return [row.split() for row in rows if row.split()[1].startswith(label)]

    def started(self, label: str) -> list[list[str]]:
        """Starts."""
        return [row for row in self.lines(label) if row[0] == "start"]

    def done(self, label: str) -> set[str]:
        """Names of the tasks that came to their end."""
        return {row[1] for row in self.lines(label) if row[0] == "done"}
