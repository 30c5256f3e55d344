"""A workflow back into YAML: nodes in their order, what is short on one line, defaults left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from gates.graph import Action, Branch, Condition, Data, End, Graph, HumanGate, Node, Retry
from gates.policyfile.layout import row


def workflow_in_yaml(graph: Graph) -> dict[str, Any]:
    """The map that reads as this workflow."""
    nodes = {name: _written(node) for name, node in graph.nodes.items()}
    return _said(description=graph.description, start=graph.start, nodes=nodes)


def _written(node: Node) -> dict[str, Any]:
    writer: Callable[[Any], dict[str, Any]] = _WRITERS[type(node)]
    found = writer(node)
    nested = any(isinstance(value, dict | list) for value in found.values())
    return found if nested else row(**found)


def _action(node: Action) -> dict[str, Any]:
    return _said(
        action=node.action,
        next=node.next,
        **{"with": _data(node.data)},
        **_unlike_default(node, "timeout"),
        retry=row(**_unlike_default(node.retry, "attempts", "pause", "longest")) or None,
        compensate=node.compensate,
    )


def _human_gate(node: HumanGate) -> dict[str, Any]:
    given = {"with": _data(node.data), "rounds": node.rounds}
    return _said(human_gate=node.gate, on=row(**node.on), **given)


def _condition(node: Condition) -> dict[str, Any]:
    asked = {
        "text": node.text,
        **_unlike_default(node, "confirms", "contact", "send", "timeout"),
    }
    return {"condition": row(**asked), "on": row(**node.on)}


def _branch(node: Branch) -> dict[str, Any]:
    cases = [row(when=case.when, next=case.to) for case in node.cases]
    rest = {"else": node.otherwise, "rounds": node.rounds, "exhausted": node.exhausted}
    return _said(branch=cases, **rest)


def _end(node: End) -> dict[str, Any]:
    return {"end": True}


def _data(data: Data) -> Any:
    return row(**data) if isinstance(data, dict) else data


def _unlike_default(value: Action | Condition | Retry, *names: str) -> dict[str, Any]:
    defaults = {field.name: field.default for field in fields(value)}
    found = {name: getattr(value, name) for name in names}
    return {name: part for name, part in found.items() if part != defaults[name]}


def _said(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None and value != ""}


_WRITERS: dict[type[Node], Callable[[Any], dict[str, Any]]] = {
    Action: _action,
    HumanGate: _human_gate,
    Condition: _condition,
    Branch: _branch,
    End: _end,
}
