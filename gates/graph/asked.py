"""What the expressions of a workflow ask for: only what has run by then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gates.expressions import ExpressionError, compile_rule, compile_value
from gates.graph.nodes import Action, Branch, Condition, Data, Graph, HumanGate, Node
from gates.graph.paths import Path

INPUT = "input"
"""What the run was started with, in expressions."""


def asked_too_early(
    graph: Graph, ahead: Mapping[str, frozenset[str]]
) -> Iterator[tuple[Path, str]]:
    """Each expression that cannot be compiled, or names a node that never runs before its own."""
    roots = (INPUT, *graph.nodes)
    for name, node in graph.nodes.items():
        early = [root for root in graph.nodes if name not in ahead[root]]
        for at, text in _expressions(node):
            complaint = _complaint(text, at[-1] == "when", roots, early)
            if complaint:
                yield ("nodes", name, *at), complaint


def _complaint(text: str, rule: bool, roots: tuple[str, ...], early: list[str]) -> str:
    try:
        asked = compile_rule(text, roots=roots) if rule else compile_value(text, roots)
    except ExpressionError as error:
        return str(error)
    found = next((str(path[0]) for path in asked.paths if path[0] in early), "")
    return f"“{found}” has not run by then" if found else ""


def _expressions(node: Node) -> list[tuple[Path, str]]:
    """The expressions of a node, each with its place."""
    if isinstance(node, Action | HumanGate):
        return _of_data(node.data)
    if isinstance(node, Branch):
        return [(("branch", at, "when"), case.when) for at, case in enumerate(node.cases)]
    contact = isinstance(node, Condition) and node.contact
    return [(("condition", "contact"), contact)] if contact else []


def _of_data(data: Data) -> list[tuple[Path, str]]:
    if data is None:
        return []
    if isinstance(data, str):
        return [(("with",), data)]
    return [(("with", member), text) for member, text in data.items()]
