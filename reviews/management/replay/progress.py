"""What the play says on its way, and how fast it may go."""

from __future__ import annotations

import time
from datetime import datetime

from django.core.management.base import OutputWrapper

EVERY = 5.0
ON_A_TERMINAL = 0.5


class Pace:
    """Holds the play back to `speed` seconds of the log in one of ours; without it none waits."""

    def __init__(self, speed: float | None) -> None:
        self._speed = speed
        self._start: tuple[datetime, float] | None = None

    def wait_for(self, at: datetime) -> None:
        """Return when it is time for the log's `at`; the first moment starts the watch."""
        if self._speed is None:
            return
        if self._start is None:
            self._start = at, time.monotonic()
        first, started = self._start
        ahead = (at - first).total_seconds() / self._speed - (time.monotonic() - started)
        if ahead > 0:
            time.sleep(ahead)


class Progress:
    """One line that changes on a terminal, a line every few seconds elsewhere."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out = out
        self._terminal = out.isatty()
        self._started = self._told = time.monotonic()
        self.total = self.made = self.woken = 0

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._started

    @property
    def rate(self) -> float:
        """Transitions per second, those of the sweep among them."""
        return (self.made + self.woken) / max(self.seconds, 1e-9)

    def so_far(self) -> str:
        """What this run has done."""
        return f"{self.made} moves and {self.woken} deadlines in {self.seconds:.0f} s"

    def due(self) -> bool:
        """True when it is time for another word."""
        pause = ON_A_TERMINAL if self._terminal else EVERY
        return time.monotonic() - self._told >= pause

    def tell(self, at: datetime) -> None:
        """Say how far the play is."""
        self._told = time.monotonic()
        text = f"{at:%Y-%m-%d %H:%M}  {self.made}/{self.total} moves, {self.rate:.0f} per second"
        self._say(f"\r{text}\x1b[K" if self._terminal else f"{text}\n")

    def complain(self, line: int, problem: str) -> None:
        """Name a line of the file that was not played, and why."""
        start = "\r\x1b[K" if self._terminal else ""
        self._say(f"{start}line {line}: {problem}\n")

    def end(self) -> None:
        """Nothing more to say: leave the line."""
        if self._terminal:
            self._say("\n")

    def _say(self, text: str) -> None:
        self._out.write(text, style_func=str, ending="")
        self._out.flush()
