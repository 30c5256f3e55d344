"""Text into tokens. Forms that could be read in two ways (raw, byte and triple-quoted
strings) are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_BYTES = 1024

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n\f]+|//[^\n]*)
    |(?P<text>"(?:\\[^\n]|[^"\\\n\r])*"|'(?:\\[^\n]|[^'\\\n\r])*')
    |(?P<number>(?:0[xX][0-9a-fA-F]+|\d+\.\d+(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\d+(?:[eE][+-]?\d+)?)[uU]?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]{}])
    """,
    re.VERBOSE | re.ASCII,
)


class ExpressionError(ValueError):
    """The text is no rule that can be saved; the message says why."""


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a rule. `kind` is text, number, name, sign or end."""

    kind: str
    text: str
    column: int


def tokens_of(text: str) -> list[Token]:
    """The tokens of a rule, with an `end` behind the last."""
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise ExpressionError(f"longer than {MAX_BYTES} bytes")
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ExpressionError(f"column {at + 1}: unexpected {text[at]!r}")
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match.group(), at + 1))
        at = match.end()
    if not found:
        raise ExpressionError("empty")
    return [*found, Token("end", "", len(text) + 1)]
