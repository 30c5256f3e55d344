"""An operation beside its floor: both in one run, turn by turn, and a line of the table for them.

A part is a module of this package with `run(bench) -> Iterator[Line]` that ends with
`measure(run)`; nothing is asserted while something is timed.
"""

from __future__ import annotations

import gc
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median

from tests.benchmarks import server
from tests.fire.postgres import Server

Round = Callable[[], float]  # does its share once; what it measured
ROUNDS = 7
HEAD = (
    f"{'operation':<52}{'ours':>11}{'floor':>11} {'unit':<5}{'ratio':>7}{'limit':>8}   "
    f"{'n':>9}  lowest-highest"
)


@dataclass(frozen=True, slots=True)
class Line:
    """What was measured. The limit is one of the ratio (the median of the rounds' own), or of the
    value itself where there is no floor. `n` operations made one round.
    """

    what: str
    ours: Sequence[float]
    floor: Sequence[float] = ()
    unit: str = "ms"
    least: float | None = None
    most: float | None = None
    n: int = 1

    @property
    def values(self) -> Sequence[float]:
        """What is compared with the limit, round by round."""
        pairs = zip(self.ours, self.floor, strict=True) if self.floor else ()
        return [one / other for one, other in pairs] or self.ours

    @property
    def fine(self) -> bool:
        """True within the limit."""
        value = median(self.values)
        low = self.least is not None and value < self.least
        return not low and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        ours, values = _short(median(self.ours)), self.values
        floor = _short(median(self.floor)) if self.floor else ""
        ratio = f"{median(values):.2f}" if self.floor else ""
        limit = f"<= {self.most:g}" if self.most is not None else ""
        limit = f">= {self.least:g}" if self.least is not None else limit
        said = "ok" if self.fine else "NO"
        return (
            f"{self.what:<52}{ours:>11}{floor:>11} {self.unit:<5}{ratio:>7}{limit:>8} "
            f"{said if limit else '':<2}{f'{self.n}x{len(values)}':>9}  "
            f"{_short(min(values))}-{_short(max(values))}"
        )


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a part works: the server, and how much of everything there is."""

    server: Server
    small: bool

    @property
    def few(self) -> int:
        """The smaller stock."""
        return 1_000 if self.small else 10_000

    @property
    def many(self) -> int:
        """The larger stock."""
        return 10_000 if self.small else 1_000_000

    def times(self, whole: int) -> int:
        """So often, or a tenth of it."""
        return max(1, whole // 10) if self.small else whole

    def stock(self, count: int) -> str:
        """The address of a database with so many reviews, which others read too: do not write."""
        return server.stocked(self.server, count)

    def file(self, count: int) -> str:
        """The address of a SQLite file with as many: do not write either."""
        return server.filed(self.server, count)

    def copy(self, count: int) -> AbstractContextManager[str]:
        """The address of a copy of it, to do with it what one likes; afterwards it is gone."""
        return server.copied(self.server, count)


def beside(ours: Round, floor: Round, *, rounds: int = ROUNDS) -> tuple[list[float], list[float]]:
    """What both measured: first a turn of each that does not count, then turn by turn."""
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for into, act in zip(found, (ours, floor), strict=True):
            gc.collect()
            value = act()
            if number:
                into.append(value)
    return found


def alone(ours: Round, *, rounds: int = ROUNDS) -> list[float]:
    """What it measured, after a turn that does not count."""
    ours()
    return [ours() for _ in range(rounds)]


def milliseconds(act: Callable[[], object]) -> Round:
    """How long it takes."""

    def timed() -> float:
        begun = time.perf_counter()
        act()
        return (time.perf_counter() - begun) * 1000

    return timed


def say(text: str) -> None:
    """A line of the answer."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def measure(run: Callable[[Bench], Iterator[Line]]) -> None:
    """Run a part and print its lines; the process ends with 1 if one is over its limit."""
    parser = ArgumentParser()
    parser.add_argument("--small", action="store_true", help="small stocks, to see that all works")
    small: bool = parser.parse_args().small
    code = 0
    with server.running() as one:
        for line in run(Bench(one, small)):
            code |= not line.fine
            say(str(line))
    raise SystemExit(code)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
