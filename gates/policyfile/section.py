"""A map of the file that is being read: known keys only, each of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

from gates.policyfile.kinds import Kind, Wrong, slug
from gates.policyfile.problems import Report
from gates.policyfile.source import Path
from gates.registry import NOT_YET, keys_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Section:
    """The values of one map. `name` is what the registry calls it."""

    report: Report
    path: Path
    name: str
    values: dict[str, Any]

    def check_keys(self) -> None:
        """Refuse keys that the registry does not know."""
        known = keys_of(self.name)
        for key in self.values.keys() - known:
            later = not self.name and key in NOT_YET
            self.error(key, "is not available yet" if later else unknown(key, known))

    def take(self, key: str, kind: Kind[T], default: T) -> T:
        """The value of a key; the default where there is none, or a wrong one."""
        if key not in self.values:
            return default
        try:
            return kind(self.values[key])
        except Wrong as error:
            self.error(key, str(error))
            return default

    def need(self, key: str, kind: Kind[T], default: T) -> T:
        """The value of a key that must be there."""
        if key not in self.values:
            self.error(key, "is missing")
        return self.take(key, kind, default)

    def error(self, key: str, message: str) -> None:
        """Note an error at a key."""
        self.report.error((*self.path, key), message)

    def inside(self, key: str) -> Section | None:
        """The map under a key; None where there is none, or no map."""
        if key not in self.values:
            return None
        return self._section((*self.path, key), self._named(key), self.values[key])

    def each(self, key: str) -> Iterator[Any]:
        """The elements of the list under a key: sections for maps, anything else as it is."""
        listed = self.values.get(key, [])
        if not isinstance(listed, list):
            self.error(key, "must be a list")
            return
        for at, value in enumerate(listed):
            path = (*self.path, key, at)
            yield (
                self._section(path, f"{self._named(key)}[]", value)
                if isinstance(value, dict)
                else value
            )

    def coded(self, key: str) -> Iterator[tuple[str, Section]]:
        """The entries of a map of codes."""
        entries = self.values.get(key, {})
        if not isinstance(entries, dict):
            self.error(key, "must be a map of codes")
            return
        for code, value in entries.items():
            path = (*self.path, key, code)
            try:
                slug(code)
            except Wrong as error:
                self.report.error(path, str(error))
            section = self._section(path, f"{self._named(key)}{{}}", {} if value is None else value)
            if section is not None:
                yield code, section

    def _named(self, key: str) -> str:
        return f"{self.name}.{key}" if self.name else key

    def _section(self, path: Path, name: str, value: Any) -> Section | None:
        if not isinstance(value, dict):
            self.report.error(path, "must be a map")
            return None
        section = Section(self.report, path, name, value)
        section.check_keys()
        return section


def unknown(key: str, known: frozenset[str]) -> str:
    """What is said of a key that nobody knows."""
    close = get_close_matches(key, sorted(known), n=1)
    return f"there is no such key; did you mean {close[0]}?" if close else "there is no such key"
