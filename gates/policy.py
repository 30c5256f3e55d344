"""What one version of a gate says, as plain values: the article's `human_gate:` block with every
default filled in.

`policyfile` makes a GatePolicy from YAML, `document()` is its JSON form (stored on GateVersion,
exported, diffed), `from_document` reads that form back. Durations are seconds; expressions are CEL
text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Verdict = Literal["approve", "modify", "partial", "approve_if", "reject", "respond"]
TimeoutAction = Literal["reject", "approve", "skip", "escalate"]
Mode = Literal["gate", "observe"]
Priority = Literal["low", "normal", "high", "critical"]
Confirms = Literal["link", "api", "reviewer"]
ContextKind = Literal["text", "money", "date", "table", "markdown", "json", "link"]
Origin = Literal["system", "ai", "customer"]

DAY = 86_400
_SINCE = {"mode": "gate"}


@dataclass(frozen=True, slots=True)
class ContextItem:
    """One fact a person needs; `origin` is who said it (`from:` in the file)."""

    key: str
    label: str
    kind: ContextKind = "text"
    origin: Origin = "ai"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One level of the chain: who is asked and for how many seconds. Level 0 is the assignee."""

    assignee: str
    timeout: int


@dataclass(frozen=True, slots=True)
class Boundary:
    """An edge of what the AI may do; `policy` is the text shown to the person."""

    code: str
    when: str
    policy: str


@dataclass(frozen=True, slots=True)
class Triggers:
    """The rules that send a proposal to a person; empty or None means the trigger is not set."""

    irreversible: bool | str = False
    stakes: str = ""
    boundary: tuple[Boundary, ...] = ()
    confidence_below: float | None = None
    calibration: float | None = None
    always_because: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """Where the list of a partial verdict is (`list`, a JSON Pointer) and which member key
    identifies one (`id`).
    """

    list: str
    id: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A coded reason; `verdicts` says with which verdicts it may be given, `text` is canned
    wording.
    """

    code: str
    label: str
    verdicts: tuple[Verdict, ...] = ("reject",)
    text: str = ""
    needs_note: bool = False


@dataclass(frozen=True, slots=True)
class ConditionTemplate:
    """A condition of the catalogue that `approve_if` may name."""

    code: str
    text: str
    confirms: Confirms
    timeout: int = 7 * DAY


@dataclass(frozen=True, slots=True)
class Batch:
    """When batch approval is allowed (CEL) and for how many at once."""

    when: str
    cap: int


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """One gate, whole. `steps` holds the assignee at level 0 and then the escalation chain."""

    slug: str
    description: str
    steps: tuple[Step, ...]
    timeout_action: TimeoutAction
    triggers: Triggers
    final_action: Literal["", "reject", "approve", "skip"] = ""
    mode: Mode = "gate"
    options: tuple[Verdict, ...] = ("approve", "reject")
    context: tuple[ContextItem, ...] = ()
    working_time: bool = False
    owner: str = ""
    priority: Priority = "normal"
    proposal_schema: dict[str, Any] | None = field(default=None, hash=False)
    editable: tuple[str, ...] = ()
    items: Items | None = None
    limits: str = ""
    subject: str = ""
    amount: str = ""
    reasons: tuple[Reason, ...] = ()
    conditions: tuple[ConditionTemplate, ...] = ()
    undo_window: int = 10
    lease: int = 600
    approvals: int = 1
    max_rounds: int = 3
    approve_needs_seen: bool = False
    batch: Batch | None = None
    example: dict[str, Any] | None = field(default=None, hash=False)

    @property
    def levels(self) -> int:
        """Number of escalation steps above the assignee."""
        return len(self.steps) - 1

    def action_at(self, level: int) -> TimeoutAction:
        """What happens when nobody has answered by the deadline of `level`."""
        if level < self.levels:
            return "escalate"
        return self.final_action or self.timeout_action

    def reason(self, code: str) -> Reason | None:
        """The reason with this code, or None."""
        return next((reason for reason in self.reasons if reason.code == code), None)

    def condition(self, code: str) -> ConditionTemplate | None:
        """The catalogue's condition with this code, or None."""
        return next((item for item in self.conditions if item.code == code), None)

    def document(self) -> dict[str, Any]:
        """The JSON form; equal documents mean equal gates. Keys that came later are left out at
        their default: the release before can read it, and a gate that says the same stays the same.
        """
        document: dict[str, Any] = json.loads(json.dumps(asdict(self), allow_nan=False))
        usual = [key for key, value in _SINCE.items() if document[key] == value]
        return {key: value for key, value in document.items() if key not in usual}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> GatePolicy:
        """The policy whose `document()` this is. Keys that it lacks take their defaults."""
        parts = {
            key: _READ[key](value) if key in _READ and value is not None else value
            for key, value in document.items()
        }
        return cls(**parts)


def _triggers(value: Mapping[str, Any]) -> Triggers:
    return Triggers(
        **{**value, "boundary": tuple(Boundary(**item) for item in value.get("boundary", ()))}
    )


def _reason(value: Mapping[str, Any]) -> Reason:
    return Reason(**{**value, "verdicts": tuple(value["verdicts"])})


# How each part that is no plain value is read back from its JSON form.
_READ: dict[str, Callable[[Any], Any]] = {
    "steps": lambda rows: tuple(Step(**row) for row in rows),
    "triggers": _triggers,
    "options": tuple,
    "context": lambda rows: tuple(ContextItem(**row) for row in rows),
    "editable": tuple,
    "items": lambda value: Items(**value),
    "reasons": lambda rows: tuple(_reason(row) for row in rows),
    "conditions": lambda rows: tuple(ConditionTemplate(**row) for row in rows),
    "batch": lambda value: Batch(**value),
}
