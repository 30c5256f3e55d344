"""Gates to test with: small ones, changed where a test needs it."""

from __future__ import annotations

from textwrap import indent
from typing import Any

from gates.policy import ContextItem, GatePolicy, Step, Triggers
from gates.policyfile import read

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


SMALL = {
    "timeout": "60",
    "timeout_action": "reject",
    "assignee": "team",
    "triggers": "{always: true, because: It is new.}",
}


def gate_text(**keys: str | None) -> str:
    """A file with one small gate; a key that is None is left out."""
    lines = [f"{key}: {value}" for key, value in {**SMALL, **keys}.items() if value is not None]
    return "gates:\n  refund:\n" + indent("\n".join(lines), "    ")


def gate_of(**keys: str | None) -> GatePolicy:
    """The gate of such a file, which has no error."""
    file = read(gate_text(**keys), "f.yaml")
    assert file.errors == ()
    return file.gates[0]


def told(text: str) -> list[str]:
    """What is said of a file, without its name."""
    return [str(problem).removeprefix("f.yaml:") for problem in read(text, "f.yaml").problems]
