"""The rules of a gate: compiled against what the gate knows, and tried on its example."""

from __future__ import annotations

from typing import Any, Protocol

import jsonpointer

from gates.expressions import ExpressionError, RuleError, compile_rule
from gates.policy import GatePolicy
from gates.routing import NamedRule, names_of, problems_with, rules_of


class Notes(Protocol):
    """Takes findings, by key."""

    def error(self, key: str, message: str) -> None:
        """Note an error."""

    def warning(self, key: str, message: str) -> None:
        """Note a warning."""

    def faulty(self, key: str) -> bool:
        """True if there is an error at or below the key."""


def check_rules(policy: GatePolicy, note: Notes) -> None:
    """Every rule must compile and name only what the gate has; one trigger is needed."""
    for rule in _all_rules(policy):
        try:
            compile_rule(rule.when, names_of(policy))
        except ExpressionError as error:
            note.error(rule.key, str(error))
    triggers = policy.triggers
    floors = (triggers.confidence_below, triggers.calibration)
    if not (rules_of(policy) or triggers.irreversible or triggers.always_because) and floors == (
        None,
        None,
    ):
        note.error(
            "triggers",
            "sends nothing to a person: say what needs one, or `always: true` and `because`",
        )


def check_example(policy: GatePolicy, note: Notes) -> None:
    """The example must be a proposal that the gate takes, and no rule may fail on it."""
    example = policy.example
    if example is None or note.faulty("example"):
        return
    for problem in problems_with(policy, example["proposal"], example["context"]):
        place = ".".join(str(part) for part in jsonpointer.JsonPointer(problem.pointer).parts)
        note.error(f"example.{place}", problem.message)
    for rule in _all_rules(policy):
        if not note.faulty(rule.key):
            _try(rule, policy, example, note)


def _try(rule: NamedRule, policy: GatePolicy, example: dict[str, Any], note: Notes) -> None:
    try:
        holds = compile_rule(rule.when, names_of(policy)).holds(example)
    except RuleError as error:
        note.error(rule.key, f"cannot be judged on the example: {error}")
        return
    if rule.key == "limits" and not holds:
        note.warning("limits", "the example breaks them")


def _all_rules(policy: GatePolicy) -> list[NamedRule]:
    others = [("limits", policy.limits), ("batch.when", policy.batch.when if policy.batch else "")]
    return [*rules_of(policy), *(NamedRule(key, key, when, "") for key, when in others if when)]
