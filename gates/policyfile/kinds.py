"""What a single value may be. Each kind reads a YAML value, or raises Wrong in clear words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar, get_args

import jsonpointer

T = TypeVar("T")
Kind = Callable[[Any], T]

MAX_SECONDS = 10 * 366 * 86_400

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}", re.ASCII)
_ACTION = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class Wrong(ValueError):
    """The value is not of its kind."""


def text(longest: int = 500) -> Kind[str]:
    """Text that says something, of at most `longest` characters."""

    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong(f"must be text, not {_called(value)}")
        if not value.strip():
            raise Wrong("must not be empty")
        if len(value) > longest:
            raise Wrong(f"longer than {longest} characters")
        if _UNSEEN.search(value):
            raise Wrong("holds a control character")
        return value

    return read


def slug(value: Any) -> str:
    """The short name of a gate or a team."""
    if not isinstance(value, str) or not _SLUG.fullmatch(value):
        raise Wrong(f"{_called(value)} is no short name: use up to 50 of a-z, 0-9, _ and -")
    return value


def name(value: Any) -> str:
    """A name that rules can write."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Wrong(
            f"{_called(value)} is no name: use up to 64 letters, digits and _, and no digit first"
        )
    return value


def action(value: Any) -> str:
    """The name of an action."""
    if not isinstance(value, str) or not _ACTION.fullmatch(value):
        raise Wrong(f"{_called(value)} names no action: use up to 64 letters, digits, _ and -")
    return value


def whole(least: int, most: int) -> Kind[int]:
    """A whole number within bounds."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Wrong(f"must be a whole number, not {_called(value)}")
        if not least <= value <= most:
            raise Wrong(f"must be between {least} and {most}")
        return value

    return read


seconds = whole(1, MAX_SECONDS)


def share(value: Any) -> float:
    """A number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong(f"must be a number, not {_called(value)}")
    if not 0 <= value <= 1:
        raise Wrong("must be between 0 and 1")
    return float(value)


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Wrong(f"must be true or false, not {_called(value)}")
    return value


def one_of(choices: Any) -> Kind[Any]:
    """One of the words of a Literal."""
    words = get_args(choices)

    def read(value: Any) -> Any:
        if value not in words:
            raise Wrong(f"must be one of {', '.join(words)}, not {_called(value)}")
        return value

    return read


def several(kind: Kind[T], least: int = 0) -> Kind[tuple[T, ...]]:
    """A list of one kind, nothing twice."""

    def read(value: Any) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise Wrong(f"must be a list, not {_called(value)}")
        found = tuple(kind(part) for part in value)
        if len(set(found)) < len(found):
            raise Wrong("something is there twice")
        if len(found) < least:
            raise Wrong("must not be empty")
        return found

    return read


def pointer(value: Any) -> str:
    """A JSON Pointer to a member, such as /order/amount."""
    try:
        parts = jsonpointer.JsonPointer(value).parts if isinstance(value, str) else []
    except jsonpointer.JsonPointerException:
        parts = []
    if not parts:
        raise Wrong(f"{_called(value)} is no JSON Pointer to a member, such as /amount")
    return str(value)


def label_of(code: str) -> str:
    """How a code reads when nobody says: `order_details` as “Order details”."""
    words = code.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _called(value: Any) -> str:
    """How a value is called in a message."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "a map" if isinstance(value, dict) else "a list"
    return f"“{str(value)[:50]}”"
