"""A shop whose refunds are a workflow: its actions, its graph, its people."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import rfc8785

from gates import clock, performers
from gates.graph import Action, Condition, End, Graph, HumanGate, Node, Retry
from gates.models import ApiKey, Gate, Workflow, WorkflowVersion
from gates.performers import Call
from reviews import deadlines, engine
from reviews.models import Review, Run, Step
from reviews.states import StepStatus
from reviews.transitions.runs.starting import Start, start
from tests import factories
from tests.factories import CONTEXT, Desk

OUTCOMES = {
    "approved": "execute",
    "modified": "execute",
    "rejected": "revise",
    "answered": "done",
    "skipped": "done",
    "condition_failed": "stopped",
    "exhausted": "stopped",
}
NODES: tuple[Node, ...] = (
    Action("analyse", "analyse_ticket", "propose"),
    Action("propose", "propose_refund", "gate", data={"order": "input.order"}),
    HumanGate("gate", "refund", OUTCOMES),
    Action("revise", "revise_refund", "gate"),
    Action("execute", "issue_refund", "done", compensate="reverse_refund"),
    End("done"),
    End("stopped"),
)
Does = Callable[[Call], Any]


def graph(*nodes: Node, slug: str = "refunds", first: str = "") -> Graph:
    """The shop's workflow, or one of these nodes."""
    chosen = nodes or NODES
    return Graph(slug, first or chosen[0].name, {node.name: node for node in chosen})


def asking(node: str, to: str, *, data: Any = None, **outcomes: str) -> HumanGate:
    """A gate that goes on to one node whatever comes of it."""
    return HumanGate(node, "refund", dict.fromkeys(OUTCOMES, to) | outcomes, data)


def confirming(node: str, **more: Any) -> Condition:
    """A condition of a workflow."""
    return Condition(node, "You sent the lamp back", **more)


def publish(wanted: Graph) -> WorkflowVersion:
    """A version as a row, unchecked: the tests of publishing have the checks."""
    workflow, _ = Workflow.objects.get_or_create(slug=wanted.slug)
    version = WorkflowVersion.objects.create(
        workflow=workflow,
        number=workflow.versions.count() + 1,
        document=wanted.document(),
        digest=hashlib.sha256(rfc8785.dumps(wanted.document())).hexdigest(),
        published_at=clock.now(),
        published_by="test",
    )
    version.gates.set(Gate.objects.filter(slug__in=wanted.gates))
    workflow.version = version
    workflow.save()
    return version


@dataclass
class Shop:
    """What its actions did (`name: data` in order) and how; each test may say otherwise."""

    desk: Desk
    key: ApiKey
    done: list[tuple[str, Any]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    does: dict[str, Does] = field(default_factory=dict)

    def start(self, data: Any = None, **fields: Any) -> Run:
        """A run, up to where it must act."""
        given = {"order": "A-17", "email": "jane@example.com"} if data is None else data
        return start(Start("refunds", given, **fields), key=self.key)

    def perform(self, call: Call) -> Any:
        """What an action does: note it, and answer."""
        self.calls.append(call)
        output = self.does[call.action](call)
        self.done.append((call.action, call.data))
        return output

    def review(self, run: Run) -> Review:
        """What the run waits for."""
        return Review.objects.filter(step__run=run).latest("id")

    def decide(self, run: Run, verdict: str = "approve", **fields: Any) -> None:
        """A person decides what the run waits for, and the run goes on."""
        factories.decide(self.review(run), self.desk.reviewer, verdict, **fields)
        go_on(run)


DOES: dict[str, Does] = {
    "analyse_ticket": lambda call: {"mood": "calm", **call.data},
    "propose_refund": lambda call: {
        "proposal": {"amount": 49.99, "order": call.data["order"]},
        "context": CONTEXT,
        "recommendation": "approve",
        "confidence": 0.87,
    },
    "revise_refund": lambda call: {
        "proposal": {**call.data["proposal"], "amount": 35},
        "context": CONTEXT,
    },
    "issue_refund": lambda call: {"refunded": call.data["amount"]},
    "reverse_refund": lambda call: {"reversed": call.data["output"]},
    "mail_link": lambda call: None,
    "tick": lambda call: call.data,
}


@contextmanager
def shop(*nodes: Node, **overrides: Any) -> Iterator[Shop]:
    """A shop with its workflow published, without an undo window unless it is asked for."""
    desk = factories.desk(**({"undo_window": 0} | overrides))
    publish(graph(*nodes))
    made = Shop(desk, factories.key(desk.gate, name="shop"), does=dict(DOES))
    kept = dict(performers._performers)
    performers._performers.update(dict.fromkeys(DOES, made.perform))
    try:
        yield made
    finally:
        performers._performers.clear()
        performers._performers.update(kept)


def run_waiting(slug: str = "refund") -> Run:
    """A run that waits for a condition which any key of all gates may see; its workflow has the
    name of the gate.
    """
    ask = confirming("ask", on=dict.fromkeys(("met", "denied", "expired"), "done"), confirms="api")
    publish(graph(ask, End("done"), slug=slug))
    return start(Start(slug, {}), key=factories.key(name="flows"))


def go_on(run: Run, limit: int = 30) -> Run:
    """Do what tasks would do, until the run waits for people or time."""
    for _ in range(limit):
        ready = Step.objects.filter(run=run, status=StepStatus.READY)
        soon = ready.filter(wake_at__lte=clock.now() + timedelta(seconds=10)).first()
        if soon is None:
            return now(run)
        engine.advance(soon.pk)
    raise AssertionError("The run never comes to rest.")


def tick(seconds: float, run: Run) -> Run:
    """Let the time pass and the sweep run."""
    with clock.at(clock.now() + timedelta(seconds=seconds)):
        deadlines.sweep()
        engine.drive()
        return go_on(run)


def now(run: Run) -> Run:
    """The run as it is stored."""
    return Run.objects.get(pk=run.pk)


def path(run: Run) -> list[tuple[str, str]]:
    """Where it has been: (node, outcome or state)."""
    steps = Step.objects.filter(run=run).order_by("id")
    return [(step.node, step.outcome or step.status) for step in steps]


ONCE = Retry(attempts=1)
