"""Runs of a workflow over the demo's gate, played a little in the past: their actions are done
here, before the cluster sees that there is anything to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

from django.db import transaction

from gates import clock, performers
from gates.graph import Action, Branch, Case, Condition, End, Graph, HumanGate
from gates.models import ApiKey, Workflow
from gates.performers import Call, Refused
from hitl_project.demo.cases import INVENTORS
from hitl_project.demo.seeding import AGENT_KEY
from reviews import deadlines
from reviews.models import Review, Run
from reviews.transitions.runs import people
from reviews.transitions.runs.starting import Start, start
from tests.e2e import demo
from tests.factories import decide
from tests.factories import person as acting
from tests.reviews.runs.shop import go_on, publish

SLUG = "refunds"
BEGAN = timedelta(seconds=90)  # ago
OUTCOMES = {
    "approved": "execute",
    "modified": "execute",
    "rejected": "revise",
    "condition_failed": "stopped",
    "exhausted": "stopped",
}
ANSWERS = {"met": "size", "denied": "stopped", "expired": "done"}
GRAPH = Graph(
    SLUG,
    "analyse",
    {
        node.name: node
        for node in (
            Action("analyse", "analyse_ticket", "propose"),
            Action("propose", "propose_refund", "gate"),
            HumanGate("gate", "refund", OUTCOMES),
            Action("revise", "revise_refund", "gate"),
            Action("execute", "issue_refund", "ask", compensate="reverse_refund"),
            Condition("ask", "You got the money", ANSWERS, contact="input.email", timeout=86_400),
            Branch("size", (Case("gate.result.amount > 100", "audit"),), "done"),
            Action("audit", "write_audit", "done"),
            End("done"),
            End("stopped"),
        )
    },
    "Refunds of the shop",
)
REFUSAL = "The bank answered 422: the card has been closed since the order."
TICKET = {"ticket": "T-4711", "email": "jane.smith@example.com", "said": "It arrived broken."}


def workflow() -> Workflow:
    """The workflow; published once."""
    found = Workflow.objects.filter(slug=SLUG).first()
    return found or publish(GRAPH).workflow


def waiting() -> Run:
    """One that waits for a person."""
    with _played():
        return _started()


def stuck() -> Run:
    """One whose refund was refused by the bank."""
    with _played(issue_refund=_refuse):
        return _approved(_started())


def asking() -> Run:
    """One that waits for the customer's answer."""
    with _played():
        return _approved(_started())


def revised() -> Run:
    """One that was rejected and waits again."""
    with _played():
        run = _started()
        decide(review_of(run), demo.person("reviewer"), "reject", reasons=("wrong_amount",))
        return _settled(run)


def undone() -> Run:
    """One that was cancelled, with what it did undone."""
    with _played():
        run = _approved(_started())
        people.cancel(run.pk, actor=acting(demo.person("admin")), undo=True)
        go_on(Run.objects.get(compensates=run))
        return run


def some() -> Workflow:
    """The workflow, with runs in many places."""
    for make in (waiting, waiting, stuck, asking, revised, undone):
        make()
    return workflow()


def _started() -> Run:
    key = ApiKey.objects.get(name=AGENT_KEY, revoked=False)
    body = Start(SLUG, TICKET, external_id=f"T-{uuid4().hex[:6]}", requester={"id": "jane.smith"})
    return go_on(start(body, key=key))


def _approved(run: Run) -> Run:
    decide(review_of(run), demo.person("reviewer"), note="Seen the picture.")
    return _settled(run)


def _settled(run: Run) -> Run:
    """After the time in which a verdict can be undone."""
    with clock.at(clock.now() + timedelta(seconds=20)):
        deadlines.enforce(review_of(run).pk)
        return go_on(run)


def review_of(run: Run) -> Review:
    """What it last put before the gate."""
    return Review.objects.filter(step__run=run).latest("id")


@contextmanager
def _played(**others: Callable[[Call], Any]) -> Iterator[None]:
    """Those who perform are here, and the clock is a little behind."""
    workflow()
    kept = dict(performers._performers)
    performers._performers.update(DOES | others)
    try:
        with transaction.atomic(), clock.at(clock.now() - BEGAN):
            yield
    finally:
        performers._performers.clear()
        performers._performers.update(kept)


def _refuse(call: Call) -> Any:
    raise Refused(REFUSAL)


def _propose(call: Call) -> Any:
    body = INVENTORS["refund"](Random(6), "broken", 149.0).submission()  # noqa: S311
    kept = ("proposal", "context", "recommendation", "rationale")
    return {name: body[name] for name in kept if name in body} | {"confidence": 0.7}


DOES: dict[str, Callable[[Call], Any]] = {
    "analyse_ticket": lambda call: {"mood": "calm", "topic": "refund", **call.data},
    "propose_refund": _propose,
    "revise_refund": _propose,
    "issue_refund": lambda call: {"refunded": call.data["amount"], "transfer": "TR-20391"},
    "reverse_refund": lambda call: {"reversed": call.data["output"]["transfer"]},
    "write_audit": lambda call: None,
}
