"""JSON from outside, as both databases keep it: the API's rules for what is sent to it."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

DEEPEST = 32
LARGEST = 2**53 - 1  # what every JSON reader holds exactly
_LONGEST_INTEGER = 17
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def strict(text: bytes) -> Any:
    """The value. Raises ValueError for what is no JSON or cannot be kept exactly."""
    try:
        value = _DECODER.decode(text.decode())
    except RecursionError:
        raise ValueError("It is nested too deep.") from None
    except UnicodeDecodeError:
        raise ValueError("It is not UTF-8.") from None
    _check(value, DEEPEST)
    return value


def _check(value: Any, depth: int) -> None:
    if isinstance(value, dict | list):
        if not depth:
            raise ValueError("It is nested too deep.")
        parts = [*value, *value.values()] if isinstance(value, dict) else value
        for part in parts:
            _check(part, depth - 1)
    elif isinstance(value, str) and _UNSTORABLE.search(value):
        raise ValueError("It holds NUL or a lone surrogate.")
    elif isinstance(value, int | float) and not abs(value) <= LARGEST:
        raise ValueError("It holds a number beyond 2^53.")


def _integer(digits: str) -> float:
    """Reading a very long number takes long; it is out of range anyway."""
    return int(digits) if len(digits) <= _LONGEST_INTEGER else math.inf


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON.")


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("A member is there twice in one object.")
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_int=_integer, parse_constant=_constant)
