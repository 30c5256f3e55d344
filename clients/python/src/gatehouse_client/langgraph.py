"""A Gatehouse gate as a node of a LangGraph StateGraph (the extra `langgraph`).

The node opens a review, interrupts the graph with its id and address, and when the graph is resumed
asks Gatehouse how the review ended: what somebody resumes it with is never taken for a verdict.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any, Protocol

from langgraph.pregel import Pregel
from langgraph.runtime import get_runtime
from langgraph.types import Command, StateSnapshot, interrupt

from gatehouse_client.answers import Review
from gatehouse_client.bodies import Submission
from gatehouse_client.client import Gatehouse
from gatehouse_client.problems import RoundsExhausted
from gatehouse_client.turns import Turns

KIND = "gatehouse.review"  # of the interrupts that are ours
LONGEST_CASE = 200  # characters of an external id

Config = Mapping[str, Any]


class Node(Protocol):
    """What `add_node` takes."""

    def __call__(self, state: Any) -> dict[str, Any]:
        """The update of the state."""


class ProposalChanged(Exception):
    """What the node would propose now is not what its review is about: `propose` must answer the
    same when LangGraph runs the node again, so make what varies in a node before it.
    """


def human_gate(
    client: Gatehouse,
    gate: str,
    propose: Callable[[Any], Submission],
    *,
    into: str = "gate",
    patience: float = 60.0,
) -> Node:
    """A node that lets what `propose` makes of the state through a gate.

    It sets the key `into` of the state to `{outcome, result, proposal, context, verdict, source,
    reasons, note, message, review, gate, url}`; do what follows once per `review`.
    After a rejection at the same gate it submits a revision, and ends in `exhausted` when the gate
    allows no more. Who resumes before the review is closed waits for `patience` seconds, and is
    interrupted again.
    """

    def node(state: Any) -> dict[str, Any]:
        try:
            review = _opened(client, gate, propose(state), _case(), _rejected(state, into, gate))
        except RoundsExhausted:
            return {into: dict(_member(state, into) or {}) | {"outcome": "exhausted"}}
        while not review.closed:
            interrupt(_asking(review))
            review = client.wait(review.id, seconds=patience)
        return {into: _answer(review)}

    return node


def outcome_of(into: str = "gate") -> Callable[[Any], str]:
    """The outcome that `human_gate` left in the state, for `add_conditional_edges`."""
    return lambda state: str(_member(state, into)["outcome"])


def resume_when_closed(
    graph: Pregel[Any, Any, Any, Any],
    config: Config,
    client: Gatehouse,
    *,
    turns: Turns,
    seconds: float | None = None,
    stranded: bool = False,
) -> StateSnapshot:
    """Wait until every review that this thread stands at is closed, then let the graph go on, once
    however many ask for it at the same time. Returns where it stands then.

    With `seconds` it may be left where it stands. `stranded` says that nobody is at work on the
    thread: then it also goes on from between two nodes, where a process died, and the node that was
    at work runs again.
    """
    reviews = _reviews(graph.get_state(_config(config)))
    if not _all_closed(client, set(reviews.values()), seconds):
        return graph.get_state(_config(config))
    with turns(str(config["configurable"]["thread_id"])):
        # Only now: somebody else's turn may have taken the graph on meanwhile.
        now = graph.get_state(_config(config))
        resume = {at: {"review": review} for at, review in _reviews(now).items() if at in reviews}
        # `sync`: the verdict is stored before anything is done on its strength.
        if resume:
            graph.invoke(Command(resume=resume), _config(config), durability="sync")
        elif stranded and now.next and not now.interrupts:
            graph.invoke(None, _config(config), durability="sync")
        return graph.get_state(_config(config))


def _config(config: Config) -> Any:
    """The thread as it stands, even if the caller's config names an older checkpoint."""
    named = dict(config["configurable"])
    named.pop("checkpoint_id", None)
    return {**config, "configurable": named}


def _case() -> str:
    """One name for this passage, each time LangGraph runs the node for it: its task's id is made of
    the checkpoint, the node and its place. The next round has another.
    """
    at = get_runtime().execution_info
    if at is None or at.thread_id is None:
        raise RuntimeError("A human gate needs a graph with a checkpointer and a thread_id.")
    case = f"{at.thread_id}:{at.task_id}"
    return case if len(case) <= LONGEST_CASE and case.isprintable() else _hash(case)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _opened(
    client: Gatehouse, gate: str, submission: Submission, case: str, rejected: str | None
) -> Review:
    """The review of this passage: found, or opened now. Found, because Gatehouse forgets an
    Idempotency-Key after a month, and a person may take longer.
    """
    content: dict[str, Any] = {"revises": rejected, **submission, "external_id": case}
    proposal = json.loads(json.dumps(content.pop("proposal")))  # as it is told: tuples are lists
    for review in client.reviews(gate=gate, external_id=case):
        if review.proposal != proposal:
            raise ProposalChanged(f"{review.id} is about another proposal.")
        return review
    return client.submit(gate, proposal, idempotency_key=_hash(case), **content)


def _rejected(state: Any, into: str, gate: str) -> str | None:
    """The review that the next one revises."""
    last = _member(state, into)
    if not last or last.get("outcome") != "rejected" or last.get("gate") != gate:
        return None
    return str(last["review"])


def _member(state: Any, name: str) -> Any:
    return state.get(name) if isinstance(state, Mapping) else getattr(state, name, None)


def _asking(review: Review) -> dict[str, Any]:
    """What whoever runs the graph learns of the interrupt."""
    due_at = review.due_at.isoformat() if review.due_at else None
    return {
        "kind": KIND,
        "review": review.id,
        "gate": review.gate,
        "title": review.title,
        "url": review.url,
        "due_at": due_at,
    }


def _answer(review: Review) -> dict[str, Any]:
    """What the graph goes on with: plain JSON, for any checkpointer keeps that."""
    decision = review.decision
    answered = review.outcome == "answered"
    return {
        "outcome": review.outcome,
        "result": review.result,
        "proposal": review.proposal,
        "context": dict(review.context),
        "verdict": decision.verdict if decision else None,
        "source": decision.source if decision else "",
        "reasons": list(decision.reasons) if decision else [],
        "note": decision.note if decision else "",
        "message": review.result["message"] if answered else "",
        "review": review.id,
        "gate": review.gate,
        "url": review.url,
    }


def _reviews(at: StateSnapshot) -> dict[str, str]:
    """The reviews that the graph stands at, by the ids of their interrupts."""
    return {
        found.id: str(found.value["review"])
        for found in at.interrupts
        if isinstance(found.value, Mapping) and found.value.get("kind") == KIND
    }


def _all_closed(client: Gatehouse, reviews: set[str], seconds: float | None) -> bool:
    """Wait for all: LangGraph goes on only when each of its parallel nodes has."""
    end = None if seconds is None else monotonic() + seconds
    for review in reviews:
        left = None if end is None else max(end - monotonic(), 0.0)
        if not client.wait(review, seconds=left).closed:
            return False
    return True
