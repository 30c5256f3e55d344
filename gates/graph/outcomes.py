"""How the passage of a gate can end: the outcomes that a workflow needs edges for."""

from __future__ import annotations

from collections.abc import Iterator

from gates.graph.nodes import CANCELLED, EXHAUSTED
from gates.policy import GatePolicy

APPROVED = "approved"
OF_CONDITION = ("met", "denied", "expired")
"""How a condition ends."""

_OF_VERDICT = {
    "approve": (APPROVED,),
    "modify": ("modified",),
    "partial": ("partially_approved", "rejected"),  # all items rejected is a rejection
    "approve_if": (APPROVED, "condition_failed"),
    "reject": ("rejected",),
    "respond": ("answered",),
}
_OF_DEADLINE = {
    "approve": (APPROVED, "rejected"),  # what must not pass unseen or over its limits is rejected
    "reject": ("rejected",),
    "skip": ("skipped",),
}

OF_GATE = (
    *dict.fromkeys(outcome for outcomes in _OF_VERDICT.values() for outcome in outcomes),
    "skipped",
    CANCELLED,
    EXHAUSTED,
)
"""All that an edge of a gate may be named after."""


def outcomes_of(policy: GatePolicy) -> frozenset[str]:
    """The outcomes that this gate can reach. Any review can also be `cancelled`."""
    return frozenset({APPROVED} if policy.mode == "observe" else _outcomes(policy))


def _outcomes(policy: GatePolicy) -> Iterator[str]:
    for verdict in policy.options:
        yield from _OF_VERDICT[verdict]
    for level in range(policy.levels + 1):
        yield from _OF_DEADLINE.get(policy.action_at(level), ())
    always = policy.triggers.always_because or policy.triggers.irreversible is True
    if not always:
        yield APPROVED
