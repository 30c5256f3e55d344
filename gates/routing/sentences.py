"""What our own rules say when they fire; those of a gate's author stay in his words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gates.policy import GatePolicy

Say = Callable[[str], str]


def said_by(code: str, value: Any, policy: GatePolicy, say: Say = str) -> str:
    """The sentence of a rule that saw `value`; empty where the rule is its author's."""
    return _RULES[code](value, policy, say) if code in _RULES else ""


def _irreversible(value: Any, policy: GatePolicy, _: Say) -> str:
    return _("This action cannot be undone.")


def _stakes(value: Any, policy: GatePolicy, _: Say) -> str:
    return _("The stakes are high: %s.") % policy.triggers.stakes


def _confidence(value: Any, policy: GatePolicy, _: Say) -> str:
    floor = policy.triggers.confidence_below
    if value is None:
        return _("The AI gave no confidence; %s is needed.") % floor
    said = {"confidence": value, "floor": floor}
    return _("The AI's confidence of %(confidence)s is below %(floor)s.") % said


def _calibration(value: Any, policy: GatePolicy, _: Say) -> str:
    share = f"{(policy.triggers.calibration or 0) * 100:g}"
    return _("Chosen at random: %s %% of all proposals go to a person.") % share


def _over_limit(value: Any, policy: GatePolicy, _: Say) -> str:
    return _("It breaks the gate's limits: %s.") % policy.limits


def _revision(value: Any, policy: GatePolicy, _: Say) -> str:
    return _("It revises what a person rejected.")


_RULES: dict[str, Callable[[Any, GatePolicy, Say], str]] = {
    "irreversible": _irreversible,
    "stakes": _stakes,
    "confidence_below": _confidence,
    "calibration": _calibration,
    "over_limit": _over_limit,
    "revision": _revision,
}
