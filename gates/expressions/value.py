"""An expression that gives a JSON value: what a node of a workflow is handed."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from gates.expressions.facts import MAX_NUMBER, RuleError
from gates.expressions.names import Path, written
from gates.expressions.program import Program, program_of

_PLAIN_PATH = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Value:
    """A compiled expression over facts by root."""

    program: Program

    @property
    def text(self) -> str:
        """What its author wrote."""
        return self.program.text

    @property
    def paths(self) -> list[Path]:
        """All that it reads."""
        return [reference.path for reference in self.program.form.references]

    def of(self, facts: Mapping[str, Any]) -> Any:
        """The value, as JSON. Raises RuleError if there is none.

        What is only named (`propose.proposal`) is handed on untouched, nulls included.
        """
        text = self.text.strip()
        if self.paths and _PLAIN_PATH.fullmatch(text):
            return _at(facts, tuple(text.split(".")))
        return _json(self.program.answer(facts, whole=True))


def compile_value(text: str, roots: Collection[str] | None = None) -> Value:
    """The value of this text, which may start from these roots; from any where none are told.

    Raises ExpressionError if it breaks a limit that rules have too, or names another root.
    """
    return Value(program_of(text, None if roots is None else tuple(roots)))


def _at(facts: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = facts
    for end, part in enumerate(path, 1):
        if not isinstance(value, Mapping) or part not in value:
            raise RuleError(f"{written(path[:end])} is missing")
        value = value[part]
    return value


def _json(answer: Any) -> Any:
    """The answer with its whole numbers as such: inside, every number is a double."""
    if answer is None or isinstance(answer, bool | str):
        return answer
    if isinstance(answer, int | float):
        return _number(answer)
    if isinstance(answer, list):
        return [_json(part) for part in answer]
    if isinstance(answer, dict) and all(isinstance(key, str) for key in answer):
        return {key: _json(part) for key, part in answer.items()}
    raise RuleError("the answer is no JSON value")


def _number(answer: float) -> int | float:
    if not math.isfinite(answer):
        raise RuleError("the answer is no number")
    whole = abs(answer) <= MAX_NUMBER and answer == int(answer)
    return int(answer) if whole else answer
