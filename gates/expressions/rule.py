"""A rule ready to be asked: true or false."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from gates.expressions.facts import RuleError, read
from gates.expressions.names import ANYTHING, ITEM, ROOTS, Names, Path, written
from gates.expressions.program import Program, program_of
from gates.expressions.tokens import ExpressionError

MAX_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule."""

    program: Program

    @property
    def text(self) -> str:
        """What its author wrote."""
        return self.program.text

    @property
    def paths(self) -> list[Path]:
        """All that it reads."""
        return [reference.path for reference in self.program.form.references]

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """The answer for facts by root. Raises RuleError if there is none."""
        answer = self.program.answer(facts)
        if not isinstance(answer, bool):
            raise RuleError("the answer is neither true nor false")
        return answer

    def values(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """What the rule looked at, by its written path: plain values only, long text cut."""
        shown: dict[str, Any] = {}
        for path in (path for path in self.paths if ITEM not in path):
            value = read(facts, path)
            if value is None or isinstance(value, bool | int | float | str):
                shown[written(path)] = value[:MAX_SHOWN] if isinstance(value, str) else value
        return shown


def compile_rule(
    text: str, names: Names = ANYTHING, *, roots: Collection[str] | None = ROOTS
) -> Rule:
    """The rule of this text, over `{proposal, context, confidence}` or other roots (None: any).

    Raises ExpressionError if it breaks a limit, or names what the gate or the roots do not have.
    """
    rule = Rule(program_of(text, None if roots is None else tuple(roots)))
    for path in rule.paths if roots is ROOTS else ():
        complaint = names.complaint(path)
        if complaint:
            raise ExpressionError(complaint)
    return rule
