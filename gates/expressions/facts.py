"""The values that a rule is asked about: only what it reads, and no more than it can handle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gates.expressions.names import ITEM, Path, written
from gates.expressions.scan import Scan

Kept = Callable[[Path], bool]
"""Whether the null at a path is kept."""

MAX_LIST = 1000
MAX_DEPTH = 64
MAX_NUMBER = 2**53
MAX_WORK = 3_000_000  # values compared or copied inside loops; about half a second


class RuleError(ValueError):
    """The rule gives no answer for these values; the message says why."""


def facts_for(form: Scan, facts: Mapping[str, Any], *, whole: bool = False) -> dict[str, Any]:
    """What the library is given. Raises RuleError if that is too much, or cannot be judged.

    A null is kept where the text compares it with `null`; if `whole`, also where it only lies
    within something that the text names, so that what is handed on arrives complete.
    """
    references = form.references
    compared = {reference.path for reference in references if reference.nullable}
    named = {reference.path for reference in references} - compared
    kept: Kept = (lambda path: path not in named) if whole else compared.__contains__
    known = {}
    for root in dict.fromkeys(str(reference.path[0]) for reference in references):
        wanted = [reference.path for reference in references if reference.path[0] == root]
        value = _only(facts.get(root), wanted)
        if value is not None or (root,) in compared:
            known[root] = _plain(value, (root,), kept)
    _check_work(form, known)
    return known


def read(facts: Mapping[str, Any], path: Path) -> Any:
    """The value at `path`, or None if there is none."""
    value: Any = facts
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _only(value: Any, wanted: Sequence[Path]) -> Any:
    """A root without the members that the rule does not read."""
    if not isinstance(value, Mapping) or any(len(path) == 1 for path in wanted):
        return value
    members = {path[1] for path in wanted}
    return {key: member for key, member in value.items() if key in members}


def _plain(value: Any, path: Path, kept: Kept) -> Any:
    if len(path) > MAX_DEPTH:
        raise RuleError(f"{written(path[:3])} is nested too deeply")
    if isinstance(value, Mapping):
        members = {str(key): (member, (*path, str(key))) for key, member in value.items()}
        return {
            key: _plain(member, at, kept)
            for key, (member, at) in members.items()
            if member is not None or kept(at)
        }
    if isinstance(value, list | tuple):
        return _list(value, (*path, ITEM), kept)
    return _scalar(value, path)


def _list(values: Sequence[Any], path: Path, kept: Kept) -> list[Any]:
    if len(values) > MAX_LIST:
        raise RuleError(f"{written(path[:-1])} has more than {MAX_LIST} elements")
    if None in values and not kept(path):
        raise RuleError(f"{written(path[:-1])} holds null")
    return [_plain(value, path, kept) for value in values]


def _scalar(value: Any, path: Path) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if not isinstance(value, int | float):
        raise RuleError(f"{written(path)} is no JSON value")
    if not abs(value) <= MAX_NUMBER:
        raise RuleError(f"{written(path)} is too large a number")
    return float(value)


def _check_work(form: Scan, known: Mapping[str, Any]) -> None:
    """A loop works through its body once per element, and a filter copies what it has so far:
    refuse what would take long.
    """
    references = form.references
    lengths = [_longest(read(known, _fixed(reference.path))) for reference in references]
    rounds = form.literals + (sum(lengths) if form.joins else max(lengths, default=0))
    inside = [item.path for item in references if item.in_loop and not item.bound]
    work = rounds * sum(_weight(read(known, _fixed(path))) for path in inside)
    if work + form.filters * rounds**2 // 2 > MAX_WORK:
        raise RuleError("there is too much to compare inside a loop")


def _fixed(path: Path) -> Path:
    return path[: path.index(ITEM)] if ITEM in path else path


def _longest(value: Any) -> int:
    """The length of the longest list in a value."""
    parts = (
        list(value.values())
        if isinstance(value, dict)
        else value
        if isinstance(value, list)
        else []
    )
    own = len(value) if isinstance(value, list) else 0
    return max([own, *(_longest(part) for part in parts)])


def _weight(value: Any) -> int:
    """About how many steps it takes to compare a value."""
    if isinstance(value, dict):
        return 1 + sum(1 + len(key) // 16 + _weight(member) for key, member in value.items())
    if isinstance(value, list):
        return 1 + sum(_weight(part) for part in value)
    return 1 + len(value) // 16 if isinstance(value, str) else 1
