"""JSON as both databases and every reader can keep it. No look-ups."""

from __future__ import annotations

import json
import math
import re
from collections import deque
from collections.abc import Iterator
from typing import Any

from reviews.errors import FieldError

DEEPEST = 32
LARGEST = 2**53 - 1  # what every JSON reader holds exactly
_LONGEST_INTEGER = 17  # a sign and 16 digits; anything longer is out of range unread
_MOST_FLAWS = 20
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Malformed(ValueError):
    """The text is no JSON."""


class TooDeep(ValueError):
    """Nested deeper than `DEEPEST`."""

    def __init__(self) -> None:
        super().__init__(f"It is nested deeper than {DEEPEST}.")


def strict(text: bytes) -> Any:
    """The value, if it can be kept exactly. Raises ValueError, which says what is wrong."""
    value = parse(text)
    for flaw in flaws(value):
        raise ValueError(f"{flaw.pointer}: {flaw.message}" if flaw.pointer else flaw.message)
    return value


def parse(text: bytes) -> Any:
    """The value. Numbers that nobody can hold come back as infinity or NaN, for `flaws` to find.

    Raises Malformed (also for a member that is there twice) and TooDeep.
    """
    try:
        return _DECODER.decode(text.decode())
    except RecursionError as error:
        raise TooDeep from error
    except ValueError as error:
        raise Malformed(_reason(error)) from error


def flaws(value: Any) -> list[FieldError]:
    """Where the value holds what cannot be kept exactly, nearest the root first; at most 20 places.

    Raises TooDeep.
    """
    found: list[FieldError] = []
    todo = deque([(value, "", 0)])
    while todo and len(found) < _MOST_FLAWS:
        item, pointer, depth = todo.popleft()
        if isinstance(item, dict | list):
            if depth == DEEPEST:
                raise TooDeep
            found += _flawed_names(item, pointer)
            todo.extend((part, f"{pointer}/{name}", depth + 1) for name, part in _parts(item))
        elif message := _flaw(item):
            found.append(FieldError(pointer, "unrepresentable", message))
    return found[:_MOST_FLAWS]


def escaped(name: str) -> str:
    """A member's name as a JSON Pointer writes it (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _parts(item: dict[str, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    """The members or items, by how a pointer names them; what a pointer cannot name is left out."""
    if isinstance(item, list):
        yield from ((str(at), part) for at, part in enumerate(item))
        return
    yield from ((escaped(name), part) for name, part in item.items() if not _flaw(name))


def _flawed_names(item: dict[str, Any] | list[Any], pointer: str) -> list[FieldError]:
    """A name that cannot be kept is told at its object: nor could a pointer to it be kept."""
    if isinstance(item, list):
        return []
    return [
        FieldError(pointer, "unrepresentable", f"In a member's name: {message}")
        for message in map(_flaw, item)
        if message
    ]


def _flaw(item: Any) -> str:
    if isinstance(item, str):
        return "NUL and lone surrogates cannot be kept." if _UNSTORABLE.search(item) else ""
    if isinstance(item, int | float) and not abs(item) <= LARGEST:  # true of NaN too
        return "Numbers must be finite and within ±(2^53 - 1); send others as text."
    return ""


def _integer(digits: str) -> float:
    """An int, or infinity for one that is out of range whatever it says: reading it takes long."""
    return int(digits) if len(digits) <= _LONGEST_INTEGER else math.inf


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; two readers may disagree on which of two members of one name counts."""
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("A member is there twice in one object.")
    return found


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno}, column {error.colno}."
    if isinstance(error, UnicodeDecodeError):
        return "The text is not UTF-8."
    return str(error)


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_int=_integer)
