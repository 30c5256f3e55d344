"""The title of a review: a gate's `description`, filled in once at submission.

The language is Django's, cut down to `{{ proposal.a.b|filter:"argument" }}` and `{# remark #}`: no
tags, the filters `money`, `date` and `default`, no escaping (pages escape), nothing local. It is
read here rather than by Django because there a variable may call what it finds (`proposal.clear`
empties a dict); here values are looked up and never called.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from gates.expressions import ANYTHING, ITEM, Names

MAX_TEMPLATE = 500
MAX_TITLE = 200

_MARK = re.compile(r"\{\{(.*?)\}\}|\{#.*?#\}", re.DOTALL)
_VARIABLE = re.compile(r"\s*([A-Za-z_]\w*(?:\.[A-Za-z0-9_-]+)*)\s*((?:\|[^|]*)*)\s*", re.ASCII)
_FILTER = re.compile(
    r"\|\s*(\w+)\s*(?::\s*(?:\"([^\"|]*)\"|'([^'|]*)'|(-?\d+(?:\.\d+)?))\s*)?", re.ASCII
)
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


class TitleError(ValueError):
    """The text is no title that can be saved; the message says why."""


@dataclass(frozen=True, slots=True)
class _Variable:
    """What stands between `{{` and `}}`. A filter's argument is None where it has none."""

    path: tuple[str, ...]
    filters: tuple[tuple[str, str | None], ...]


def check_title(text: str, names: Names = ANYTHING) -> None:
    """Raise TitleError if the text cannot be a gate's `description`."""
    if not text.strip():
        raise TitleError("empty")
    if len(text) > MAX_TEMPLATE:
        raise TitleError(f"longer than {MAX_TEMPLATE} characters")
    for part in _parts(text):
        complaint = names.complaint(_typed(part.path)) if isinstance(part, _Variable) else ""
        if complaint:
            raise TitleError(complaint)


def render_title(text: str, proposal: Any, context: Any) -> str:
    """One line of at most 200 characters. What is missing leaves nothing; it never raises."""
    try:
        parts = _parts(text)
    except TitleError:
        parts = (text,)
    facts = {"proposal": proposal, "context": context}
    line = _one_line(
        "".join(part if isinstance(part, str) else _shown(part, facts) for part in parts)
    )
    return line if len(line) <= MAX_TITLE else line[: MAX_TITLE - 1].rstrip() + "…"


@lru_cache(maxsize=1000)
def _parts(text: str) -> tuple[str | _Variable, ...]:
    """Plain text and variables, in order. Raises TitleError."""
    parts: list[str | _Variable] = []
    at = 0
    for mark in _MARK.finditer(text):
        parts.append(_plain(text[at : mark.start()]))
        if mark[1] is not None:
            parts.append(_variable(mark[1]))
        at = mark.end()
    return (*parts, _plain(text[at:]))


def _plain(text: str) -> str:
    if "{%" in text:
        raise TitleError("tags ({% … %}) are not available")
    if "{{" in text or "{#" in text:
        raise TitleError("“{{” or “{#” is never closed")
    return text


def _variable(text: str) -> _Variable:
    match = _VARIABLE.fullmatch(text)
    if match is None:
        raise TitleError(f"“{{{{{text}}}}}” is not a value to show")
    path = tuple(match[1].split("."))
    if path[0] not in {"proposal", "context"}:
        raise TitleError(f"“{path[0]}” is not known; a title shows proposal and context")
    return _Variable(path, tuple(_filter("|" + part) for part in match[2].split("|")[1:]))


def _filter(text: str) -> tuple[str, str | None]:
    match = _FILTER.fullmatch(text.rstrip())
    if match is None or match[1] not in _FILTERS:
        raise TitleError(
            f"“{text.strip()}” is not available; the filters are {', '.join(_FILTERS)}"
        )
    argument = next((group for group in match.groups()[1:] if group is not None), None)
    if match[1] == "default" and argument is None:
        raise TitleError('default needs what to show: default:"…"')
    return match[1], argument


def _typed(path: tuple[str, ...]) -> tuple[str | int, ...]:
    return tuple(ITEM if part.isdigit() else part for part in path)


def _shown(variable: _Variable, facts: Mapping[str, Any]) -> str:
    value = _value(facts, variable.path)
    for name, argument in variable.filters:
        value = _FILTERS[name](value, argument)
    return _text(value)


def _value(facts: Any, path: tuple[str, ...]) -> Any:
    value = facts
    for part in path:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, default=str)


def _money(value: Any, currency: str | None) -> Any:
    """Two decimals and commas; the argument stands behind it. What is no number stays as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return f"{value:,.2f} {currency or ''}".rstrip()


def _date(value: Any, pattern: str | None) -> Any:
    """An RFC 3339 date or time by the letters Y y F M m n d j H i s; all else stays as it is."""
    if not isinstance(value, str):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return "".join(
        _LETTERS[letter](moment) if letter in _LETTERS else letter for letter in pattern or "j M Y"
    )


_FILTERS: dict[str, Callable[[Any, str | None], Any]] = {
    "money": _money,
    "date": _date,
    "default": lambda value, instead: value or instead,
}
_LETTERS: dict[str, Callable[[datetime], str]] = {
    "Y": lambda moment: f"{moment.year:04}",
    "y": lambda moment: f"{moment.year % 100:02}",
    "F": lambda moment: _MONTHS[moment.month - 1],
    "M": lambda moment: _MONTHS[moment.month - 1][:3],
    "m": lambda moment: f"{moment.month:02}",
    "n": lambda moment: str(moment.month),
    "d": lambda moment: f"{moment.day:02}",
    "j": lambda moment: str(moment.day),
    "H": lambda moment: f"{moment.hour:02}",
    "i": lambda moment: f"{moment.minute:02}",
    "s": lambda moment: f"{moment.second:02}",
}


def _one_line(text: str) -> str:
    """Without controls, line ends, and what is invisible or turns the reading direction."""
    return " ".join("".join(_kept(letter) for letter in text).split())


def _kept(letter: str) -> str:
    if letter in "\u200c\u200d":  # joiners, which scripts and emoji need
        return letter
    category = unicodedata.category(letter)
    if category in {"Cf", "Cs"}:
        return ""
    return " " if category in {"Cc", "Zl", "Zp"} else letter
