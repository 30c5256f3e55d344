"""The article's flow in LangGraph: propose, ask, execute what was approved, revise what was not. It
knows Gatehouse by address and key only.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypedDict

from gatehouse_client import Gatehouse, Submission
from gatehouse_client.langgraph import human_gate, outcome_of
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph

CONTEXT = {
    "order_details": "One lamp",
    "customer_history": "Three orders",
    "refund_reason": "Broken on arrival",
}
Effect = Callable[[str, Any], None]
NO_WAY = ("rejected", "cancelled", "skipped", "condition_failed", "answered", "exhausted")
EDGES: dict[Hashable, str] = {
    "approved": "execute",
    "modified": "execute",
    **dict.fromkeys(NO_WAY, END),
}
REVISES: dict[Hashable, str] = EDGES | {"rejected": "revise"}


class State(TypedDict, total=False):
    """What the flow knows."""

    amount: float
    gate: dict[str, Any]
    done: list[str]


def propose(state: State) -> Submission:
    """What the gate is asked."""
    return {
        "proposal": {"amount": state["amount"], "order": "A-17"},
        "context": CONTEXT,
        "recommendation": "approve",
    }


def flow(
    client: Gatehouse,
    saver: BaseCheckpointSaver[str] | None,
    effect: Effect = lambda review, result: None,
    edges: dict[Hashable, str] = EDGES,
    **options: Any,
) -> Any:
    """The flow, compiled; `effect` is what `execute` does."""

    def execute(state: State) -> State:
        effect(state["gate"]["review"], state["gate"]["result"])
        return {"done": [*state.get("done", []), state["gate"]["review"]]}

    def revise(state: State) -> State:
        return {"amount": state["amount"] / 2}

    graph = StateGraph(State)
    graph.add_node("gate", human_gate(client, "refund", propose, **options))
    graph.add_node("execute", execute)
    graph.add_node("revise", revise)
    graph.add_edge(START, "gate")
    graph.add_conditional_edges("gate", outcome_of(), edges)
    graph.add_edge("execute", END)
    graph.add_edge("revise", "gate")
    return graph.compile(checkpointer=saver)


def asked(answer: Mapping[str, Any]) -> str:
    """The review that the flow was interrupted for."""
    (found,) = answer["__interrupt__"]
    review: str = found.value["review"]
    return review
