"""A rule ready to be asked. Here, and nowhere else, the library is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import cel

from gates.expressions.facts import RuleError, facts_for, read
from gates.expressions.names import ANYTHING, ITEM, Names, written
from gates.expressions.scan import Scan, scan
from gates.expressions.tokens import ExpressionError

__all__ = ["Rule", "RuleError", "compile_rule"]

MAX_SHOWN = 100
_WORDS = {
    "mismatched input '<EOF>'": "something is missing at the end",
    "Undefined variable or function: ": "missing, null or of the wrong type: ",
    "No such overload: the operation is not defined for the given operand types": (
        "values of these types do not go together"
    ),
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule. `text` is what its author wrote."""

    text: str
    form: Scan
    program: cel.Program

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """The answer for `{proposal, context, confidence}`. Raises RuleError if there is none."""
        known = facts_for(self.form, facts)
        try:
            answer = _guarded(lambda: self.program.execute(known))
        except Exception as error:
            raise RuleError(_said(error)) from error
        if not isinstance(answer, bool):
            raise RuleError("the answer is neither true nor false")
        return answer

    def values(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """What the rule looked at, by its written path: plain values only, long text cut."""
        shown: dict[str, Any] = {}
        for path in (
            reference.path for reference in self.form.references if ITEM not in reference.path
        ):
            value = read(facts, path)
            if value is None or isinstance(value, bool | int | float | str):
                shown[written(path)] = value[:MAX_SHOWN] if isinstance(value, str) else value
        return shown


def compile_rule(text: str, names: Names = ANYTHING) -> Rule:
    """The rule of this text.

    Raises ExpressionError if it breaks a limit or names what the gate does not have.
    """
    rule = _compiled(text)
    for reference in rule.form.references:
        complaint = names.complaint(reference.path)
        if complaint:
            raise ExpressionError(complaint)
    return rule


@lru_cache(maxsize=1000)
def _compiled(text: str) -> Rule:
    scanned = scan(text)
    try:
        program = _guarded(lambda: cel.compile(scanned.text))
    except Exception as error:
        raise ExpressionError(_said(error)) from error
    return Rule(text, scanned, program)


def _guarded(call: Callable[[], T]) -> T:
    """Call the library. A panic in it, which is no Exception, becomes an ordinary error."""
    try:
        return call()
    except Exception:
        raise
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise RuntimeError("the expression cannot be worked out") from error


def _said(error: Exception) -> str:
    """The library's message without its hints: one line that a policy author can use."""
    if isinstance(error, KeyError):
        return f"“{error.args[0]}” is missing or null"
    text = re.sub(
        r"^.*?ERROR: <input>:\d+:\d+: (Syntax error: )?", "", str(error), count=1, flags=re.DOTALL
    )
    text = re.split(r"\n|(?<!\d)\. | expecting ", text)[0].strip().rstrip(".")
    for theirs, ours in _WORDS.items():
        text = text.replace(theirs, ours)
    return text or "not understood"
