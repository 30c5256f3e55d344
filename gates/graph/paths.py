"""Where the edges of a workflow lead, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gates.graph.nodes import Action, Branch, Graph, HumanGate, Node

Path = tuple[str | int, ...]
Edges = Mapping[str, Iterable[str]]


def ways_out(node: Node) -> list[tuple[Path, str]]:
    """The edges of a node: (where the file says it, the node it leads to)."""
    if isinstance(node, Action):
        return [(("next",), node.next)]
    if not isinstance(node, Branch):
        return [(("on", outcome), to) for outcome, to in node.edges.items()]
    cases: list[tuple[Path, str]] = [
        (("branch", at, "next"), case.to) for at, case in enumerate(node.cases)
    ]
    rounds: list[tuple[Path, str]] = [(("exhausted",), node.exhausted)] if node.exhausted else []
    return [*cases, (("else",), node.otherwise), *rounds]


def edges_of(graph: Graph) -> dict[str, list[str]]:
    """The nodes that each node leads to."""
    return {name: list(node.edges.values()) for name, node in graph.nodes.items()}


def ahead(edges: Edges) -> dict[str, frozenset[str]]:
    """What can run after each node. One that lies on a loop can run after itself."""
    return {name: frozenset(_walked(edges, name)) for name in edges}


def unbounded(graph: Graph) -> dict[str, list[str]]:
    """The edges among the nodes that count no rounds; a loop of them would never end."""
    free = {name: node for name, node in graph.nodes.items() if not counts_rounds(node)}
    return {name: [to for to in node.edges.values() if to in free] for name, node in free.items()}


def counts_rounds(node: Node) -> bool:
    """True if the node lets a run through only so many times."""
    return isinstance(node, HumanGate) or (isinstance(node, Branch) and node.rounds is not None)


def loop_from(edges: Edges, start: str) -> list[str]:
    """The shortest way from a node back to itself, both ends included; empty if there is none."""
    trails = [[start]]
    seen: set[str] = set()
    while trails:
        trail = trails.pop(0)
        for to in edges.get(trail[-1], ()):
            if to == start:
                return [*trail, start]
            if to not in seen:
                seen.add(to)
                trails.append([*trail, to])
    return []


def _walked(edges: Edges, start: str) -> set[str]:
    found: set[str] = set()
    todo = [start]
    while todo:
        new = [to for to in edges.get(todo.pop(), ()) if to not in found]
        found.update(new)
        todo += new
    return found
