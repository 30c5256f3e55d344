"""An expression ready to be worked out. Here, and nowhere else, the library is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import cel

from gates.expressions.facts import RuleError, facts_for
from gates.expressions.names import Roots
from gates.expressions.scan import Scan, scan
from gates.expressions.tokens import ExpressionError

_WORDS = {
    "mismatched input '<EOF>'": "something is missing at the end",
    "Undefined variable or function: ": "missing, null or of the wrong type: ",
    "No such overload: the operation is not defined for the given operand types": (
        "values of these types do not go together"
    ),
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled expression. `text` is what its author wrote."""

    text: str
    form: Scan
    compiled: cel.Program

    def answer(self, facts: Mapping[str, Any], *, whole: bool = False) -> Any:
        """What comes of it. Raises RuleError if nothing does. `whole` as in `facts_for`."""
        known = facts_for(self.form, facts, whole=whole)
        try:
            return _guarded(lambda: self.compiled.execute(known))
        except Exception as error:
            raise RuleError(_said(error)) from error


@lru_cache(maxsize=1000)
def program_of(text: str, roots: Roots) -> Program:
    """The program of this text. Raises ExpressionError if it breaks a limit or leaves its roots."""
    scanned = scan(text, roots)
    try:
        compiled = _guarded(lambda: cel.compile(scanned.text))
    except Exception as error:
        raise ExpressionError(_said(error)) from error
    return Program(text, scanned, compiled)


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
