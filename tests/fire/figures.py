"""What a part has found, and how sure that is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import exp, lgamma, log, log1p


@dataclass(frozen=True, slots=True)
class Count:
    """How often something that must not happen did: `bad` times of `n`."""

    what: str
    bad: int
    n: int

    @property
    def fine(self) -> bool:
        """True if it never happened, and was tried."""
        return self.bad == 0 < self.n

    def __str__(self) -> str:
        low, high = interval(self.bad, self.n)
        return f"{self.what}: {self.bad} of {self.n:,} (95 % interval {low:.4%} to {high:.4%})"


@dataclass(frozen=True, slots=True)
class Measure:
    """A measured value that has a limit, if `most` is given."""

    what: str
    value: float
    unit: str
    most: float | None = None

    @property
    def fine(self) -> bool:
        """True within the limit."""
        return self.most is None or self.value <= self.most

    def __str__(self) -> str:
        limit = "" if self.most is None else f" (at most {self.most:g})"
        return f"{self.what}: {self.value:,.4g} {self.unit}{limit}"


Figure = Count | Measure


def interval(bad: int, n: int) -> tuple[float, float]:
    """The exact two-sided 95 % interval of a share (Clopper and Pearson 1934)."""
    low = 0.0 if bad == 0 else _share_at(lambda p: 1 - _up_to(bad - 1, n, p), 0.025)
    high = 1.0 if bad == n else _share_at(lambda p: 1 - _up_to(bad, n, p), 0.975)
    return low, high


def told(figures: Iterable[Figure]) -> int:
    """Print each figure as it comes; the exit code: 1 if one of them is not as it must be."""
    code = 0
    for figure in figures:
        code |= not figure.fine
        sys.stdout.write(f"{'  ' if figure.fine else '! '}{figure}\n")
        sys.stdout.flush()
    return code


def _up_to(bad: int, n: int, p: float) -> float:
    """The chance of at most `bad` of `n`, each with chance 0 < p < 1."""
    return sum(
        exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p))
        for k in range(bad + 1)
    )


def _share_at(rising: Callable[[float], float], chance: float) -> float:
    """Where the rising function of a share reaches the chance, by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < chance else (low, middle)
    return (low + high) / 2
