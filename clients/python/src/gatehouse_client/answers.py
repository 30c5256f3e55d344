"""What Gatehouse tells. Members that a later server adds are kept in `more`, never an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, ClassVar, Self

CLOSED, ENDED = "closed", "ended"
Read = Callable[[Any], Any]


@dataclass(frozen=True, kw_only=True)
class Told:
    """A JSON object whose members we know, and `more` that we do not."""

    more: Mapping[str, Any] = field(default_factory=dict, repr=False)
    _parts: ClassVar[Mapping[str, Read]] = {}

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """The object in this JSON."""
        known = {member.name for member in fields(cls)} - {"more"}
        members = {name: cls._part(name, document[name]) for name in known & document.keys()}
        more = {name: value for name, value in document.items() if name not in known}
        return cls(**members, more=more)

    @classmethod
    def _part(cls, name: str, value: Any) -> Any:
        read = cls._parts.get(name)
        return value if read is None or value is None else read(value)


def _each(kind: type[Told]) -> Read:
    return lambda documents: tuple(kind.read(document) for document in documents)


_moment = datetime.fromisoformat


@dataclass(frozen=True, kw_only=True)
class Why(Told):
    """A trigger that fired."""

    code: str
    text: str = ""
    name: str = ""
    value: Any = None


@dataclass(frozen=True, kw_only=True)
class Decision(Told):
    """A verdict, and where it came from: `human`, `policy`, `timeout` or `cancel`."""

    verdict: str | None = None
    source: str = ""
    reviewer: str | None = None
    reasons: tuple[str, ...] = ()
    note: str = ""
    patch: list[dict[str, Any]] | None = None
    decided_at: datetime | None = None
    _parts = {"reasons": tuple, "decided_at": _moment}


@dataclass(frozen=True, kw_only=True)
class Condition(Told):
    """What an approval is bound to."""

    id: str
    code: str = ""
    text: str = ""
    confirms: str = ""
    status: str = ""
    due_at: datetime | None = None
    url: str | None = None  # in a run: the way to answer it, while it can be answered
    _parts = {"due_at": _moment}


@dataclass(frozen=True, kw_only=True)
class Link(Told):
    """The way for an outside person to answer a condition. Told once, to who decided."""

    condition: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Review(Told):
    """One passage of one proposal through a gate. A person's key finds more in `more`."""

    id: str
    status: str
    gate: str = ""
    gate_version: int = 0
    outcome: str | None = None
    title: str = ""
    proposal: Any = None
    context: Mapping[str, Any] = field(default_factory=dict)
    recommendation: str | None = None
    confidence: float | None = None
    rationale: str = ""
    why: tuple[Why, ...] = ()
    result: Any = None
    priority: str = ""
    team: str | None = None
    level: int = 0
    due_at: datetime | None = None
    held_until: datetime | None = None
    submitted_at: datetime | None = None
    closed_at: datetime | None = None
    external_id: str = ""
    revises: str | None = None
    requester: Mapping[str, Any] | None = None
    digest: str = ""
    decision: Decision | None = None
    conditions: tuple[Condition, ...] = ()
    links: tuple[Link, ...] = ()
    url: str = ""
    _parts = {
        "why": _each(Why),
        "decision": Decision.read,
        "conditions": _each(Condition),
        "links": _each(Link),
        **dict.fromkeys(("due_at", "held_until", "submitted_at", "closed_at"), _moment),
    }

    @property
    def closed(self) -> bool:
        """True once outcome and result are final."""
        return self.status == CLOSED


@dataclass(frozen=True, kw_only=True)
class Forecast(Told):
    """What would happen to a proposal, and why. `timeout` is in seconds."""

    gate: str
    version: int = 0
    asks_person: bool
    why: tuple[Why, ...] = ()
    rules: tuple[str, ...] = ()
    team: str = ""
    timeout: int | None = None
    working_time: bool = False
    if_nobody_answers: str = ""
    calibration: float | None = None
    text: str = ""
    _parts = {"why": _each(Why), "rules": tuple}


@dataclass(frozen=True, kw_only=True)
class Step(Told):
    """One node's passage in a run."""

    id: str
    node: str
    status: str
    kind: str = ""
    round: int = 1
    data: Any = None
    output: Any = None
    outcome: str | None = None
    attempts: int = 0
    error: str = ""
    review: str | None = None
    condition: Condition | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    _parts = {"condition": Condition.read, "started_at": _moment, "ended_at": _moment}


@dataclass(frozen=True, kw_only=True)
class Run(Told):
    """One execution of a workflow."""

    id: str
    status: str
    workflow: str = ""
    workflow_version: int = 0
    outcome: str | None = None
    input: Any = None
    output: Any = None
    external_id: str = ""
    requester: Mapping[str, Any] | None = None
    compensates: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    url: str = ""
    steps: tuple[Step, ...] = ()
    _parts = {"started_at": _moment, "ended_at": _moment, "steps": _each(Step)}

    @property
    def ended(self) -> bool:
        """True once outcome and output are final."""
        return self.status == ENDED
