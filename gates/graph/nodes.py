"""What one version of a workflow says, as plain values, with every default filled in.

`policyfile` makes a Graph from YAML, `document()` is its JSON form (stored on WorkflowVersion),
`from_document` reads that form back. Durations are seconds; expressions are CEL text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal

Outside = Literal["link", "api"]
Data = str | dict[str, str] | None
"""What a node is given: one expression, one for each member, or None for what came before it."""

DAY = 86_400
EXHAUSTED = "exhausted"
CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Retry:
    """How often an action is tried; the pause doubles from `pause` up to `longest` seconds."""

    attempts: int = 5
    pause: int = 2
    longest: int = 300

    def wait(self, attempt: int) -> int:
        """Seconds to wait after this attempt (from 1 on)."""
        doubled: int = self.pause * 2 ** min(attempt - 1, 30)
        return min(self.longest, doubled)


@dataclass(frozen=True, slots=True)
class Action:
    """Something is done, at least once. `compensate` names the action that undoes it."""

    kind: ClassVar = "action"
    name: str
    action: str
    next: str
    data: Data = field(default=None, hash=False)
    timeout: int = 30
    retry: Retry = Retry()
    compensate: str = ""

    @property
    def edges(self) -> dict[str, str]:
        """Where it goes on, by outcome."""
        return {"": self.next}


@dataclass(frozen=True, slots=True)
class HumanGate:
    """A proposal passes a gate. `rounds` is how often it may come here; None: as the gate says."""

    kind: ClassVar = "human_gate"
    name: str
    gate: str
    on: dict[str, str] = field(hash=False)
    data: Data = field(default=None, hash=False)
    rounds: int | None = None

    @property
    def edges(self) -> dict[str, str]:
        """Where it goes on, by outcome of the review; `exhausted` when the rounds are used up."""
        return self.on


@dataclass(frozen=True, slots=True)
class Condition:
    """Somebody outside confirms or denies. `contact` is an expression, `send` names the action that
    is given `{text, contact, url, due_at}` to pass the link on.
    """

    kind: ClassVar = "condition"
    name: str
    text: str
    on: dict[str, str] = field(hash=False)
    confirms: Outside = "link"
    contact: str = ""
    send: str = ""
    timeout: int = 7 * DAY

    @property
    def edges(self) -> dict[str, str]:
        """Where it goes on: met, denied or expired."""
        return self.on


@dataclass(frozen=True, slots=True)
class Case:
    """One way out of a branch: `to` if `when` holds."""

    when: str
    to: str


@dataclass(frozen=True, slots=True)
class Branch:
    """The first case that holds; `otherwise` if none does. With `rounds` it may lie on a loop."""

    kind: ClassVar = "branch"
    name: str
    cases: tuple[Case, ...]
    otherwise: str
    rounds: int | None = None
    exhausted: str = ""

    @property
    def edges(self) -> dict[str, str]:
        """Where it goes on, by the text of the case."""
        found = {case.when: case.to for case in self.cases} | {"else": self.otherwise}
        return found | ({EXHAUSTED: self.exhausted} if self.exhausted else {})


@dataclass(frozen=True, slots=True)
class End:
    """The run is over; its outcome is the name of this node."""

    kind: ClassVar = "end"
    name: str

    @property
    def edges(self) -> dict[str, str]:
        """Nowhere."""
        return {}


Node = Action | HumanGate | Condition | Branch | End

_KINDS: dict[str, type[Any]] = {
    kind.kind: kind for kind in (Action, HumanGate, Condition, Branch, End)
}


@dataclass(frozen=True, slots=True)
class Graph:
    """One workflow, whole; `nodes` by name, in the order of the file."""

    slug: str
    start: str
    nodes: dict[str, Node] = field(hash=False)
    description: str = ""

    @property
    def gates(self) -> list[str]:
        """The slugs of the gates it passes."""
        found = [node.gate for node in self.nodes.values() if isinstance(node, HumanGate)]
        return list(dict.fromkeys(found))

    @property
    def actions(self) -> list[str]:
        """The names of all actions it calls, those that undo or send included."""
        found = [name for node in self.nodes.values() for name in _called(node)]
        return list(dict.fromkeys(found))

    def undoer(self, name: str) -> str:
        """The action that undoes what is done at a node; "" if there is none."""
        node = self.nodes.get(name)
        return node.compensate if isinstance(node, Action) else ""

    def document(self) -> dict[str, Any]:
        """The JSON form, every key written out; equal documents mean equal workflows."""
        nodes = [{"kind": node.kind, **asdict(node)} for node in self.nodes.values()]
        body = {"slug": self.slug, "start": self.start, "description": self.description}
        document: dict[str, Any] = json.loads(json.dumps({**body, "nodes": nodes}))
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Graph:
        """The graph whose `document()` this is. Keys that it lacks take their defaults."""
        nodes = [_node(value) for value in document["nodes"]]
        return cls(**{**document, "nodes": {node.name: node for node in nodes}})


def _node(value: Mapping[str, Any]) -> Node:
    given = {key: part for key, part in value.items() if key != "kind"}
    if "retry" in given:
        given["retry"] = Retry(**given["retry"])
    if "cases" in given:
        given["cases"] = tuple(Case(**case) for case in given["cases"])
    node: Node = _KINDS[value["kind"]](**given)
    return node


def _called(node: Node) -> list[str]:
    if isinstance(node, Action):
        return [node.action, *([node.compensate] if node.compensate else [])]
    return [node.send] if isinstance(node, Condition) and node.send else []
