"""CEL expressions, and the only door to the library: the rules of a gate over `proposal`, `context`
and `confidence`, and the rules and values of a workflow over `input` and the outputs of its nodes.

An expression is checked whole before it is saved, because a running one cannot be interrupted:
it holds the interpreter.
Every number, from JSON or in the text, is a double. A member that is null reads as missing, so that
comparing it is an error and never a quiet "no"; only a rule that compares the member with `null`
itself sees it.
"""

from gates.expressions.facts import RuleError
from gates.expressions.names import ANYTHING, ITEM, RESERVED, Names, unknown_member
from gates.expressions.rule import Rule, compile_rule
from gates.expressions.tokens import ExpressionError
from gates.expressions.value import Value, compile_value

__all__ = [
    "ANYTHING",
    "ITEM",
    "RESERVED",
    "ExpressionError",
    "Names",
    "Rule",
    "RuleError",
    "Value",
    "compile_rule",
    "compile_value",
    "unknown_member",
]
