"""How far the play is, and how fast it may go."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import TextIO

EVERY = 5.0
ON_A_TERMINAL = 0.5


class Pace:
    """Holds the play back to `speed` seconds of the log in one of ours; without it nothing waits."""

    def __init__(self, speed: float | None, sleep: Callable[[float], None] = time.sleep) -> None:
        self._speed = speed
        self._sleep = sleep
        self._start: tuple[datetime, float] | None = None

    def wait_for(self, at: datetime) -> None:
        """Return when it is time for what the log has at `at`; the first moment has no wait."""
        if self._speed is None:
            return
        if self._start is None:
            self._start = at, time.monotonic()
        first, started = self._start
        ahead = (at - first).total_seconds() / self._speed - (time.monotonic() - started)
        if ahead > 0:
            self._sleep(ahead)


class Progress:
    """One line on a terminal, a line every few seconds elsewhere."""

    def __init__(self, out: TextIO, total: int) -> None:
        self._out = out
        self._total = total
        self._terminal = out.isatty()
        self._started = self._last = time.monotonic()
        self.made = self.woken = 0

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._started

    @property
    def rate(self) -> float:
        """Transitions per second, those of the sweep among them."""
        return (self.made + self.woken) / max(self.seconds, 1e-9)

    def due(self) -> bool:
        """True when it is time for another word; the answer starts the next wait."""
        now = time.monotonic()
        if now - self._last < (ON_A_TERMINAL if self._terminal else EVERY):
            return False
        self._last = now
        return True

    def tell(self, at: datetime) -> None:
        """Say how far the play is."""
        text = f"{at:%Y-%m-%d %H:%M}  {self.made}/{self._total} moves, {self.rate:.0f} per second"
        self._out.write(f"\r{text}\x1b[K" if self._terminal else f"{text}\n")
        self._out.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._terminal:
            self._out.write("\n")
