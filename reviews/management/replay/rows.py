"""The rows of a log. What is known only late in a case stays in the file."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

COLUMNS = ("case", "submitted", "amount", "verdict", "decided", "decider")
VERDICTS = ("approved", "declined", "cancelled")
AUTOMATON = "112"  # the bank's automatic step: nobody's verdict
_LARGEST = 2**53 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN = re.compile(r"[\w.@+-]{1,100}")


@dataclass(frozen=True, slots=True)
class Row:
    """One application. `verdict` and `decider` are empty and `decided` is None while it is open."""

    line: int
    case: str
    submitted: datetime
    amount: int | float
    verdict: str
    decided: datetime | None
    decider: str

    @property
    def automatic(self) -> bool:
        """True if no person answered but the bank's automatic step."""
        return self.decider == AUTOMATON


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that cannot be played, and why."""

    line: int
    problem: str


def read(lines: Iterable[str], *, until: datetime) -> Iterator[Row | BadRow]:
    """Every line after the header, in the file's order. What lies after `until` did not happen
    yet. Raises ValueError for a header without our columns.
    """
    numbered = enumerate(lines, start=1)
    header = _fields(next(numbered, (1, ""))[1].removeprefix("\ufeff"))
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise ValueError(f"line 1: no column {', '.join(missing)}")
    first_line: dict[str, int] = {}
    for number, text in numbered:
        if text.strip():
            yield _checked(number, header, text, first_line, until)


def _checked(
    number: int, header: list[str], text: str, first_line: dict[str, int], until: datetime
) -> Row | BadRow:
    try:
        row = _row(number, header, _fields(text), until)
    except ValueError as error:
        return BadRow(number, str(error))
    before = first_line.setdefault(row.case, number)
    return row if before == number else BadRow(number, f"case {row.case} is on line {before} too")


def _fields(text: str) -> list[str]:
    """The fields of one line. Each line stands alone, so that a stray quote spoils only its own."""
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error as error:
        raise ValueError(f"not CSV: {error}") from error


def _row(number: int, header: list[str], fields: list[str], until: datetime) -> Row:
    if len(fields) != len(header):
        raise ValueError(f"{len(fields)} fields where the header has {len(header)}")
    case, submitted, amount, verdict, decided, decider = map(
        dict(zip(header, fields, strict=True)).__getitem__, COLUMNS
    )
    answer = _answer(verdict, decided, decider)
    row = Row(number, _plain("case", case), _time(submitted), _number(amount), *answer)
    if row.decided is not None and row.decided < row.submitted:
        raise ValueError("decided before it was submitted")
    if row.submitted < _EPOCH or max(row.submitted, row.decided or row.submitted) > until:
        raise ValueError("lies in the future, or before 1970")
    return row


def _answer(verdict: str, decided: str, decider: str) -> tuple[Any, ...]:
    """(verdict, decided, decider), with nothing in them while the case is open."""
    if verdict == "open":
        if decided or decider:
            raise ValueError("open, and decided all the same")
        return "", None, ""
    if verdict not in VERDICTS:
        raise ValueError(f"unknown verdict {verdict!r}")
    return verdict, _time(decided), _plain("decider", decider)


def _plain(name: str, text: str) -> str:
    if not _PLAIN.fullmatch(text):
        raise ValueError(f"{name} {text[:40]!r} is empty, too long or no plain name")
    return text


def _time(text: str) -> datetime:
    instant = datetime.fromisoformat(text) if text else None
    if instant is None or instant.tzinfo is None:
        raise ValueError(f"{text!r} is no time with an offset")
    return instant


def _number(text: str) -> int | float:
    value = float(text)
    if not math.isfinite(value) or abs(value) > _LARGEST:
        raise ValueError(f"amount {text} is no number that JSON can hold")
    return int(value) if value.is_integer() else value
