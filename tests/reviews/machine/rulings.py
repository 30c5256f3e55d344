"""DESIGN 4 and 6 on content, for the one kind of proposal that the machine makes: an amount and
lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gates.policy import Confirms, GatePolicy, Verdict
from reviews.verdicts import Answer

STAKES, LIMIT = 100, 1000
REASONS: dict[str, tuple[Verdict, ...]] = {
    "fraud": ("reject",),
    "too_much": ("reject", "modify", "partial"),
}
# Conditions: who confirms, in how many seconds.
CATALOGUE: dict[str, tuple[Confirms, int]] = {"returned": ("api", 3600)}
VERDICTS: tuple[Verdict, ...] = ("approve", "modify", "partial", "approve_if", "reject", "respond")
NOT_COUNTED = ("partial", "approve_if", "respond")


class Refused(Exception):
    """A move that is refused, by its code."""


@dataclass(frozen=True)
class Ruling:
    """What an answer amounts to: a verdict, a result, and (confirms, timeout) of its conditions."""

    verdict: str
    result: Any = None
    conditions: tuple[tuple[str, int], ...] = ()


def asks_a_person(proposal: dict[str, Any]) -> bool:
    """The gate's one trigger, and its limits."""
    return proposal["amount"] > STAKES or not within_limits(proposal)


def within_limits(proposal: dict[str, Any]) -> bool:
    """What no verdict may break."""
    return bool(proposal["amount"] <= LIMIT)


def rule(
    gate: GatePolicy, proposed: dict[str, Any], original: dict[str, Any], answer: Answer
) -> Ruling:
    """What the answer amounts to. Raises Refused."""
    if answer.verdict not in gate.options:
        raise Refused("verdict_not_offered")
    ruling = _content(proposed, original, answer)
    _check_reasons(answer, ruling)
    if gate.approvals > 1 and answer.verdict in NOT_COUNTED:
        raise Refused("not_with_quorum")
    return ruling


def _content(proposed: dict[str, Any], original: dict[str, Any], answer: Answer) -> Ruling:
    if answer.verdict in {"approve", "approve_if"}:
        if answer.verdict == "approve_if" and not answer.conditions:
            raise Refused("required")
        if not within_limits(proposed):
            raise Refused("over_limit")
        return Ruling(answer.verdict, proposed, tuple(map(_condition, answer.conditions)))
    if answer.verdict == "modify":
        return _modify(proposed, original, answer.proposal)
    if answer.verdict == "partial":
        return _partial(proposed, answer)
    if answer.verdict == "respond":
        if not answer.message:
            raise Refused("required")
        return Ruling("respond", {"message": answer.message})
    return Ruling("reject")


def _condition(given: Any) -> tuple[str, int]:
    if "code" not in given:
        return given["confirms"], given["timeout"]
    if given["code"] not in CATALOGUE:
        raise Refused("unknown_condition")
    return CATALOGUE[given["code"]]


def _modify(proposed: dict[str, Any], original: dict[str, Any], edited: Any) -> Ruling:
    """Only the amount may change, and something must."""
    if edited is None:
        raise Refused("required")
    if edited == proposed:
        raise Refused("unchanged")
    if edited | {"amount": 0} != original | {"amount": 0}:
        raise Refused("not_editable")
    if edited["amount"] <= 0:
        raise Refused("invalid_proposal")
    if not within_limits(edited):
        raise Refused("over_limit")
    return Ruling("modify", edited)


def _partial(proposed: dict[str, Any], answer: Answer) -> Ruling:
    """Each line once; what is left of them is released, and nothing left is a rejection."""
    given: dict[str, str] = {}
    for item in answer.items:
        if item["id"] not in {line["id"] for line in proposed["lines"]}:
            raise Refused("unknown_item")
        if item["id"] in given:
            raise Refused("duplicate_item")
        given[item["id"]] = item["verdict"]
    if len(given) < len(proposed["lines"]):
        raise Refused("items_missing")
    kept = [line for line in proposed["lines"] if given[line["id"]] == "approve"]
    if not kept:
        return Ruling("reject")
    if not within_limits(proposed):
        raise Refused("over_limit")
    return Ruling("partial", proposed | {"lines": kept})


def _check_reasons(answer: Answer, ruling: Ruling) -> None:
    parts = [item for item in answer.items if item["verdict"] == "reject"]
    given = [*answer.reasons, *(code for item in parts for code in item.get("reasons", ()))]
    if ruling.verdict == "reject" and not given:
        raise Refused("reasons_required")
    fitting = {answer.verdict, "reject"} if answer.verdict == "partial" else {answer.verdict}
    if any(not fitting & set(REASONS.get(code, ())) for code in given):
        raise Refused("unknown_reason")
