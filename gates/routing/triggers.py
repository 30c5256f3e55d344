"""Which triggers fire for a proposal: all are kept, and a rule that cannot be judged fires."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gates.expressions import ExpressionError, Names, Rule, RuleError, compile_rule
from gates.policy import GatePolicy
from gates.routing.sentences import said_by

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Why:
    """One trigger that fired. `name` tells rules of a kind apart; `value` (JSON) is what it saw."""

    code: str
    text: str
    name: str = ""
    value: Any = None

    def as_json(self) -> dict[str, Any]:
        """`{code, text}`, with `name` and `value` where there are any."""
        found: dict[str, Any] = {"code": self.code, "text": self.text}
        if self.name:
            found["name"] = self.name
        if self.value is not None:
            found["value"] = self.value
        return found


@dataclass(frozen=True, slots=True)
class Routing:
    """Where a proposal goes, and why."""

    why: tuple[Why, ...]

    @classmethod
    def from_json(cls, rows: Sequence[Mapping[str, Any]]) -> Routing:
        """The routing that a review keeps as `why`."""
        return cls(
            tuple(
                Why(row["code"], row["text"], row.get("name", ""), row.get("value")) for row in rows
            )
        )

    @property
    def asks_person(self) -> bool:
        """True if a person decides."""
        return bool(self.why)

    @property
    def over_limit(self) -> bool:
        """True if the proposal cannot be approved as it is."""
        return any(item.code == "over_limit" for item in self.why)


@dataclass(frozen=True, slots=True)
class NamedRule:
    """A CEL rule of a gate, at `key` of the policy file; `text` is shown when it fires."""

    key: str
    code: str
    when: str
    text: str
    name: str = ""


def names_of(policy: GatePolicy) -> Names:
    """What the rules of a gate may name."""
    return Names(policy.proposal_schema, frozenset(item.key for item in policy.context))


def rules_of(policy: GatePolicy) -> list[NamedRule]:
    """The CEL triggers of a gate."""
    triggers = policy.triggers
    rules = [
        NamedRule(
            "triggers.irreversible",
            "irreversible",
            triggers.irreversible,
            said_by("irreversible", None, policy),
        )
        if isinstance(triggers.irreversible, str)
        else None,
        NamedRule("triggers.stakes", "stakes", triggers.stakes, said_by("stakes", None, policy))
        if triggers.stakes
        else None,
        *(
            NamedRule(
                f"triggers.boundary.{edge.code}.when", "boundary", edge.when, edge.policy, edge.code
            )
            for edge in triggers.boundary
        ),
    ]
    return [rule for rule in rules if rule is not None]


def route(
    policy: GatePolicy,
    *,
    proposal: Any,
    context: Facts,
    confidence: float | None,
    coin: float | None,
    revision: bool = False,
) -> Routing:
    """Where a proposal goes. `coin` is None where none is tossed, or where it must not show; a
    `revision` of what a person rejected goes to a person, or the AI could have the last word.
    """
    facts = {"proposal": proposal, "context": context, "confidence": confidence}
    return Routing(
        (
            *_fixed(policy),
            *(why for rule in rules_of(policy) if (why := _ask(rule, policy, facts))),
            *_confidence(policy, confidence),
            *_calibration(policy, coin),
            *_limits(policy, facts),
            *([Why("revision", said_by("revision", None, policy))] if revision else []),
        )
    )


def within_limits(
    policy: GatePolicy, result: Any, context: Facts, confidence: float | None
) -> bool:
    """True if the gate's `limits` hold for what would be released; if in doubt they do not."""
    if not policy.limits:
        return True
    try:
        rule = compile_rule(policy.limits, names_of(policy))
        return rule.holds({"proposal": result, "context": context, "confidence": confidence})
    except (ExpressionError, RuleError):
        return False


def _fixed(policy: GatePolicy) -> Iterator[Why]:
    """The triggers that look at nothing."""
    if policy.triggers.irreversible is True:
        yield Why("irreversible", said_by("irreversible", None, policy))
    if policy.triggers.always_because:
        yield Why("always", policy.triggers.always_because)


def _ask(rule: NamedRule, policy: GatePolicy, facts: Facts) -> Why | None:
    try:
        compiled = compile_rule(rule.when, names_of(policy))
        if not compiled.holds(facts):
            return None
    except (ExpressionError, RuleError) as error:
        name = rule.key.removeprefix("triggers.").removesuffix(".when")
        return Why(
            "rule_error",
            f"The rule “{name}” could not be judged: {error}.",
            name,
            {"rule": rule.when},
        )
    return Why(rule.code, rule.text, rule.name, _seen(compiled, facts))


def _seen(rule: Rule, facts: Facts) -> dict[str, Any] | None:
    return rule.values(facts) or None


def _confidence(policy: GatePolicy, confidence: float | None) -> Iterator[Why]:
    floor = policy.triggers.confidence_below
    if floor is not None and (confidence is None or confidence < floor):
        text = said_by("confidence_below", confidence, policy)
        yield Why("confidence_below", text, value=confidence)


def _calibration(policy: GatePolicy, coin: float | None) -> Iterator[Why]:
    share = policy.triggers.calibration
    if share is not None and coin is not None and coin < share:
        yield Why("calibration", said_by("calibration", share, policy), value=share)


def _limits(policy: GatePolicy, facts: Facts) -> Iterator[Why]:
    if within_limits(policy, facts["proposal"], facts["context"], facts["confidence"]):
        return
    try:
        value = _seen(compile_rule(policy.limits), facts)
    except ExpressionError:
        value = None
    yield Why("over_limit", said_by("over_limit", value, policy), value=value)
