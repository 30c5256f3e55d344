"""How much was tried, so that nothing is starved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """What sequences did."""

    sequences: int = 0  # whole ones: a few are dropped on the way
    steps: int = 0
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)  # (step, code or "ok")
    ends: Counter[tuple[str, str]] = field(default_factory=Counter)  # (outcome, source)

    def add(self, other: Tally) -> None:
        """Both together."""
        self.sequences += other.sequences
        self.steps += other.steps
        self.answers += other.answers
        self.ends += other.ends

    def lines(self) -> list[str]:
        """One for each step: how often it was made, how often refused, and why."""
        told = [f"{step}: {self._codes(step)}" for step in self.kinds()]
        ends = ", ".join(
            f"{outcome} by {by} {n:,}" for (outcome, by), n in sorted(self.ends.items())
        )
        return [*told, f"ends: {ends}"]

    def kinds(self) -> list[str]:
        """The kinds of steps that were tried."""
        return sorted({step for step, _ in self.answers})

    def never_made(self) -> list[str]:
        """The kinds of steps that were always refused."""
        return [step for step in self.kinds() if not self.answers[step, "ok"]]

    def _codes(self, step: str) -> str:
        found = Counter({code: n for (kind, code), n in self.answers.items() if kind == step})
        return ", ".join(f"{code} {n:,}" for code, n in found.most_common())
