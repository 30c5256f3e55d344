"""One gate of the file, key by key."""

from __future__ import annotations

from typing import Any, Literal

from gates import policy
from gates.policy import GatePolicy
from gates.policyfile import kinds, parts
from gates.policyfile.kinds import Wrong
from gates.policyfile.section import Section

MAX_UNDO = 86_400
MIN_LEASE, MAX_LEASE = 30, 7 * 86_400
MAX_APPROVALS = 20
MAX_ROUNDS = 100

_NOTHING: tuple[str, ...] = ()
FinalAction = Literal["reject", "approve", "skip"]


def gate_of(slug: str, gate: Section) -> GatePolicy:
    """The gate that the section describes; whatever is wrong is noted and reads as its default."""
    gate.take("publish", _only("self", "second_person"), "self")
    return GatePolicy(slug=slug, **_asking(gate), **_deciding(gate), **_looking(gate))


def _asking(gate: Section) -> dict[str, Any]:
    """Who is asked, when, and what happens if nobody answers."""
    return {
        "steps": parts.steps_of(gate),
        "triggers": parts.triggers_of(gate),
        "mode": gate.take("mode", kinds.one_of(policy.Mode), "gate"),
        "timeout_action": gate.need("timeout_action", kinds.one_of(policy.TimeoutAction), "reject"),
        "final_action": gate.take("final_action", kinds.one_of(FinalAction), ""),
        "working_time": gate.take("working_time", kinds.flag, default=False),
        "owner": gate.take("owner", kinds.slug, ""),
        "priority": gate.take("priority", kinds.one_of(policy.Priority), "normal"),
        "approve_needs_seen": gate.take("approve_needs_seen", kinds.flag, default=False),
    }


def _deciding(gate: Section) -> dict[str, Any]:
    """What a person may answer, and for how long."""
    options: Any = kinds.several(kinds.one_of(policy.Verdict), 1)
    return {
        "options": gate.take("options", options, ("approve", "reject")),
        "editable": gate.take("editable", kinds.several(kinds.pointer), _NOTHING),
        "items": parts.items_of(gate),
        "reasons": parts.reasons_of(gate),
        "conditions": parts.conditions_of(gate),
        "undo_window": gate.take("undo_window", kinds.whole(0, MAX_UNDO), 10),
        "lease": gate.take("lease", kinds.whole(MIN_LEASE, MAX_LEASE), 600),
        "approvals": gate.take("approvals", kinds.whole(1, MAX_APPROVALS), 1),
        "max_rounds": gate.take("max_rounds", kinds.whole(1, MAX_ROUNDS), 3),
        "batch": parts.batch_of(gate),
    }


def _looking(gate: Section) -> dict[str, Any]:
    """What is shown, and what is known of a proposal."""
    slug = str(gate.path[-1])
    return {
        "description": gate.take("description", kinds.text(), kinds.label_of(slug)),
        "context": parts.context_of(gate),
        "proposal_schema": gate.take("proposal_schema", _map, None),
        "limits": gate.take("limits", kinds.text(2000), ""),
        "subject": gate.take("subject", kinds.pointer, ""),
        "amount": gate.take("amount", kinds.pointer, ""),
        "example": parts.example_of(gate),
    }


def _map(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        raise Wrong("must be a map")
    return value


def _only(built: str, later: str) -> kinds.Kind[str]:
    """A word of which only one is built."""

    def read(value: Any) -> str:
        if value == later:
            raise Wrong(f"{later} is not available yet")
        if value != built:
            raise Wrong(f"must be {built}")
        return built

    return read
