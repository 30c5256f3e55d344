"""The rules of a gate: CEL expressions over `proposal`, `context` and `confidence`, and
the only door to the library.

A rule is checked whole before it is saved, because a running one cannot be interrupted:
it holds the interpreter.
Every number, from JSON or in the text, is a double. A member that is null reads as
missing, so that comparing it is
an error and never a quiet "no"; only a rule that compares the member with `null` itself sees it.
"""

from gates.expressions.names import ANYTHING, ITEM, Names, unknown_member
from gates.expressions.rule import Rule, RuleError, compile_rule
from gates.expressions.tokens import ExpressionError

__all__ = [
    "ANYTHING",
    "ITEM",
    "ExpressionError",
    "Names",
    "Rule",
    "RuleError",
    "compile_rule",
    "unknown_member",
]
