"""Who kills: at points that are armed, a few at a time, and whole parts at any moment."""

from __future__ import annotations

import json
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, time

from tests.fire import faults
from tests.fire.workflows.points import ANYBODY, DEATHS, POINTS
from tests.fire.workflows.scene import TASKS, TIMERS, WEB, Pair

AT_ONCE = 5  # points that are armed
PAUSE = 1.0  # seconds from one to the next, on average
PARTS = {"cluster of tasks": TASKS, "cluster of timers": TIMERS, "web server": WEB}
KILLS = (*POINTS, *PARTS)


@dataclass(frozen=True, slots=True)
class Death:
    """Of a process at a point, with the steps that it held; or of a part, with the steps that it
    worked on, if any. `back` is the second in which the part worked again.
    """

    kill: str
    at: float
    steps: tuple[str, ...] = ()
    back: float = 0.0


@dataclass
class Hand:
    """Deals out kills; `left` are those to come."""

    scene: Pair
    left: deque[str]
    at_work: Callable[[], tuple[str, ...]]
    armed: set[str] = field(default_factory=set)
    down: list[Death] = field(default_factory=list)
    parts: list[Death] = field(default_factory=list)
    next: float = 0.0

    def look(self) -> None:
        """Note who has died and who is back, and deal out another."""
        self.note()
        if not self.left or monotonic() < self.next:
            return
        self.next = monotonic() + random.uniform(0, 2 * PAUSE)  # noqa: S311
        kill = self.left.popleft()
        done = self._kill(kill) if kill in PARTS else self._arm(kill)
        if not done:
            self.left.append(kill)

    def rest(self) -> None:
        """Nobody else dies for now; what did not come will come later."""
        for point in list(self.armed):
            armed = self._file(point)
            if armed.exists():
                armed.unlink(missing_ok=True)
                self.left.append(point)
        self.armed.clear()

    def deaths(self) -> list[Death]:
        """All so far."""
        told = self.scene.faults / DEATHS
        lines = told.read_text().splitlines() if told.exists() else []
        found = [json.loads(line) for line in lines]
        return [
            *self.parts,
            *(Death(row["point"], row["at"], tuple(row["steps"])) for row in found),
        ]

    def all_back(self) -> bool:
        """True if every part that was killed works again."""
        self.note()
        return not self.down

    def note(self) -> None:
        """See who has died and who is back."""
        self.armed = {point for point in self.armed if self._file(point).exists()}
        for death in list(self.down):
            if self.scene.is_back(PARTS[death.kill]):
                self.down.remove(death)
                self.parts.append(Death(death.kill, death.at, death.steps, time()))

    def _kill(self, kill: str) -> bool:
        busy = any(death.kill == kill for death in self.down)
        steps = self.at_work() if kill == "cluster of tasks" else ()
        if busy or not self.scene.kill(PARTS[kill]):
            return False
        self.down.append(Death(kill, time(), steps))
        return True

    def _arm(self, point: str) -> bool:
        if point in self.armed or len(self.armed) >= AT_ONCE:
            return False
        faults.arm(self.scene.faults, ANYBODY, point)
        self.armed.add(point)
        return True

    def _file(self, point: str) -> Path:
        return self.scene.faults / f"{ANYBODY}.{point}"
