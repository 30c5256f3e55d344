"""What is wrong with a policy file, each with its line; all of it, not just the first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gates.policyfile.source import Path, Source

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, at a `key` such as `gates.refund.timeout`. Warnings stop nothing."""

    file: str
    line: int
    key: str
    message: str
    level: Level = "error"

    @classmethod
    def at(cls, path: Path, message: str, level: Level, file: str, source: Source) -> Problem:
        """A problem at a path, with the line and key of that."""
        return cls(file, source.line(path), ".".join(map(str, path)), message, level)

    def __str__(self) -> str:
        said = self.message if self.level == "error" else f"warning: {self.message}"
        return (
            f"{self.file}:{self.line}: {self.key}: {said}"
            if self.key
            else f"{self.file}:{self.line}: {said}"
        )


@dataclass(slots=True)
class Report:
    """Collects problems. One place is told of once: the first finding causes the others."""

    file: str
    source: Source
    found: dict[Path, Problem] = field(default_factory=dict)

    def error(self, path: Path, message: str) -> None:
        """Note an error at a path."""
        self._note(path, message, "error")

    def warning(self, path: Path, message: str) -> None:
        """Note a warning at a path."""
        self._note(path, message, "warning")

    def faulty(self, path: Path) -> bool:
        """True if there is an error at the path or below it."""
        return any(
            problem.level == "error" and at[: len(path)] == path
            for at, problem in self.found.items()
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems, by line."""
        return tuple(sorted(self.found.values(), key=lambda problem: problem.line))

    def _note(self, path: Path, message: str, level: Level) -> None:
        self.found.setdefault(path, Problem.at(path, message, level, self.file, self.source))
