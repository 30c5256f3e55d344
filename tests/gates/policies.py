"""Gates to test with: small ones, changed where a test needs it."""

from __future__ import annotations

from typing import Any

from gates.policy import ContextItem, GatePolicy, Step, Triggers

SCHEMA = {
    "type": "object",
    "required": ["amount"],
    "properties": {
        "amount": {"type": "number", "exclusiveMinimum": 0},
        "kind": {"type": "string"},
        "lines": {"type": "array", "items": {"properties": {"sku": {}, "price": {}}}},
    },
}


def a_gate(**changes: Any) -> GatePolicy:
    """A refund gate with a chain of two and, unless the test says otherwise, no trigger."""
    settled: dict[str, Any] = {
        "slug": "refund",
        "description": "Refund of {{ proposal.amount }}",
        "steps": (Step("support_team", 300), Step("support_leads", 900)),
        "timeout_action": "escalate",
        "final_action": "reject",
        "triggers": Triggers(),
        "context": (ContextItem("order", "Order"), ContextItem("note", "Note", optional=True)),
        "proposal_schema": SCHEMA,
    }
    return GatePolicy(**{**settled, **changes})
