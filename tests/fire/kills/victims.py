"""Who dies, and when."""

from __future__ import annotations

import os
import random
import signal
from dataclasses import dataclass
from pathlib import Path
from time import sleep

from tests.fire import faults
from tests.fire.kills.scene import Scene
from tests.processes import eventually

PATIENCE = 120.0  # seconds in which somebody gets to a point
TABLES = ("review", "decision", "delivery")
WEB_WRITES = ('"gates_event"', '"reviews_idempotencykey"', *(f'"reviews_{t}"' for t in TABLES))
WORKER_WRITES = ('"gates_event"', '"reviews_heartbeat"', *(f'"reviews_{t}"' for t in TABLES))
# Of many statements that come by, those that matter, each as often as another.
WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("web", "lock"): ("pg_try_advisory", '"reviews_review"'),
    ("worker", "lock"): ('"reviews_review"',),
    ("web", "write"): WEB_WRITES,
    ("worker", "write"): WORKER_WRITES,
    ("web", "answer"): ("POST",),
}


@dataclass(frozen=True, slots=True)
class Kill:
    """One way to die."""

    role: str
    moment: str

    def __str__(self) -> str:
        return f"{self.role} {self.moment.replace('_', ' ')}"

    def do(self, scene: Scene) -> int:
        """Returns when it has happened; the id of who died, or 0 if only he knows."""
        if self.moment in faults.POINTS.get(self.role, ()):
            self._at_the_point(scene.faults)
            return 0
        sleep(random.random())  # noqa: S311 (ticks and looks come once a second)
        pid = self._found(scene)
        os.kill(pid, signal.SIGKILL)
        return pid

    def _at_the_point(self, folder: Path) -> None:
        words = random.choice(WORDS.get((self.role, self.moment.rpartition("_")[2]), ("",)))  # noqa: S311
        armed = faults.arm(folder, self.role, self.moment, words)
        eventually(lambda: not armed.exists(), f"{self} {words}", patience=PATIENCE)

    def _found(self, scene: Scene) -> int:
        if self.role == "worker":
            return eventually(lambda: _idle(scene, holder=self.moment == HOLDER), str(self))
        return scene.sentinel if self.role == "sentinel" else scene.cluster


HOLDER, OTHER = "idle_with_the_lock", "idle_in_line"
OUTSIDE = (
    *(Kill("worker", HOLDER), Kill("worker", OTHER)),
    *(Kill("sentinel", "at_any_moment"), Kill("parent", "at_any_moment")),
)
KILLS = (
    *(Kill(role, point) for role, points in faults.POINTS.items() for point in points),
    *OUTSIDE,
)


def _idle(scene: Scene, *, holder: bool) -> int:
    """A worker that waits for a task: one reads the queue and holds its lock, the others wait for
    that lock. 0 if there is none.
    """
    waits_in = "pipe_read" if holder else "futex"
    return next(
        (
            pid
            for pid in scene.playing("worker")
            if waits_in in Path(f"/proc/{pid}/wchan").read_text()
        ),
        0,
    )
