"""Somebody who looks on and has a clock of his own: at the health of a system, and at its
reviews.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any
from uuid import UUID

import httpx2

BETWEEN = 0.1  # seconds
UNDER_WAY = 2.0  # seconds that a transaction takes at the longest
CLOSE = timedelta(milliseconds=20)  # what two readers of one clock may differ by


@dataclass
class Health:
    """What /healthz said, and when by the watch."""

    address: str
    answers: list[tuple[float, int, str]] = field(default_factory=list)

    def look(self) -> None:
        """Ask once."""
        with httpx2.Client(timeout=5) as client:
            try:
                answer = client.get(f"{self.address}/healthz")
                self.answers.append((time.monotonic(), answer.status_code, answer.text))
            except httpx2.TransportError as error:
                self.answers.append((time.monotonic(), 0, repr(error)))

    def gap(self, begin: float, end: float) -> float:
        """The longest time (s) within which it was never healthy; counted from the first answer
        that was not.
        """
        longest, since = 0.0, None
        for moment, status, _ in self.answers:
            if begin <= moment <= end:
                since = None if status == 200 else (since or moment)
                longest = max(longest, moment - since if since else 0.0)
        return longest + (BETWEEN if longest else 0.0)

    def well(self, begin: float, end: float) -> int:
        """How often it was healthy."""
        return sum(begin <= at <= end and status == 200 for at, status, _ in self.answers)

    def first(self) -> float | None:
        """When it was healthy first."""
        return next((at for at, status, _ in self.answers if status == 200), None)


@dataclass
class Witness:
    """Sees reviews move by time alone, and compares with his own clock, which is `ahead` of the
    host's. Those of `others` people move, too: he does not judge them.
    """

    ahead: Callable[[], timedelta]
    others: tuple[str, ...] = ()
    moved: int = 0
    early: list[str] = field(default_factory=list)
    _before: dict[UUID, tuple[Any, ...]] = field(default_factory=dict)
    _aheads: list[tuple[float, timedelta]] = field(default_factory=list)

    def look(self) -> None:
        """Whatever has moved since the last look had been due by now."""
        from reviews.models import Review  # noqa: PLC0415 (after `use`)

        rows = Review.objects.exclude(gate__slug__in=self.others)
        now = {row[0]: row[1:] for row in rows.values_list("pk", "status", "level", "wake_at")}
        shown = self._shown()
        for pk, state in now.items():
            before = self._before.get(pk, state)
            if before != state:
                self.moved += 1
                if before[2] is None or before[2] > shown:
                    self.early.append(f"{pk} from {before} to {state}, by {shown}")
        self._before = now

    def _shown(self) -> datetime:
        """What the clock shows at the latest; who looked at it just before it was set back may
        come to an end just after.
        """
        instant, moment = datetime.now(UTC), time.monotonic()
        self._aheads.append((moment, self.ahead()))
        lately = [ahead for at, ahead in self._aheads if at > moment - UNDER_WAY]
        return instant + max(lately) + CLOSE


@contextmanager
def watched(*looks: Callable[[], None]) -> Iterator[None]:
    """Each looks again and again until the block ends; what one raises is raised at its end."""
    over = Event()
    errors: list[BaseException] = []

    def work(look: Callable[[], None]) -> None:
        try:
            while not over.is_set():
                look()
                over.wait(BETWEEN)
        except BaseException as error:  # noqa: BLE001 (told below)
            errors.append(error)

    threads = [Thread(target=work, args=(look,)) for look in looks]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]
