"""What is wrong with a workflow: its edges, its loops, and what its nodes are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gates.expressions.names import meant
from gates.graph import paths
from gates.graph.asked import asked_too_early
from gates.graph.nodes import CANCELLED, EXHAUSTED, Branch, Condition, End, Graph, HumanGate
from gates.graph.outcomes import OF_CONDITION, OF_GATE, outcomes_of
from gates.graph.paths import Path
from gates.policy import GatePolicy

IN_A_PROPOSAL = ("proposal", "context", "recommendation", "confidence", "rationale", "requester")
"""What a gate may be given."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, at a path within the workflow as its file says it. Only a `fatal` one bars
    publishing.
    """

    path: Path
    message: str
    fatal: bool = True

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path))}: {self.message}"


def check(graph: Graph, policies: Mapping[str, GatePolicy]) -> list[Finding]:
    """All that is wrong; gates are judged by these policies, as far as they are there."""
    return [*flaws(graph), *lacks(graph, policies)]


def flaws(graph: Graph) -> Iterator[Finding]:
    """What is wrong whatever the gates say. Ways are followed only if all edges lead somewhere."""
    astray = list(_astray(graph))
    yield from astray
    yield from _words(graph)
    if not astray:
        ahead = paths.ahead(paths.edges_of(graph))
        yield from _unreached(graph, ahead)
        yield from _endless(graph)
        yield from _rounds(graph, ahead)
        yield from (Finding(*found) for found in asked_too_early(graph, ahead))


def lacks(graph: Graph, policies: Mapping[str, GatePolicy]) -> Iterator[Finding]:
    """What the gates can come to that the workflow has no edge for, and edges without use."""
    for node in graph.nodes.values():
        if isinstance(node, HumanGate) and node.gate in policies:
            yield from _outcomes(node, policies[node.gate])


def _outcomes(node: HumanGate, policy: GatePolicy) -> Iterator[Finding]:
    reachable = outcomes_of(policy)
    for outcome in OF_GATE:
        path: Path = ("nodes", node.name, "on", outcome)
        if outcome in reachable and outcome not in node.on:
            yield Finding(path, f"is missing: gate “{node.gate}” can end so")
        elif outcome in node.on and outcome not in {*reachable, CANCELLED, EXHAUSTED}:
            yield Finding(path, f"has no effect: gate “{node.gate}” never ends so", fatal=False)
    if node.rounds is not None and node.rounds > policy.max_rounds:
        most = f"gate “{node.gate}” takes a proposal at most {policy.max_rounds} times"
        yield Finding(("nodes", node.name, "rounds"), most)


def _astray(graph: Graph) -> Iterator[Finding]:
    """Edges that lead nowhere."""
    ways: list[tuple[Path, str]] = [(("start",), graph.start)]
    for name, node in graph.nodes.items():
        ways += [(("nodes", name, *at), to) for at, to in paths.ways_out(node)]
    for path, to in ways:
        if to not in graph.nodes:
            yield Finding(path, f"there is no node “{to}”{meant(to, list(graph.nodes))}")


def _words(graph: Graph) -> Iterator[Finding]:
    """Outcomes that do not exist or are missing, and members that a gate does not take."""
    for node in graph.nodes.values():
        at: Path = ("nodes", node.name)
        if isinstance(node, Condition):
            yield from _unknown((*at, "on"), node.on, OF_CONDITION, "outcome")
            missing = [outcome for outcome in OF_CONDITION if outcome not in node.on]
            yield from (Finding((*at, "on", outcome), "is missing") for outcome in missing)
        elif isinstance(node, HumanGate):
            yield from _unknown((*at, "on"), node.on, OF_GATE, "outcome")
            if isinstance(node.data, dict):
                yield from _unknown((*at, "with"), node.data, IN_A_PROPOSAL, "key")
                if "proposal" not in node.data:
                    yield Finding((*at, "with", "proposal"), "is missing")
        elif isinstance(node, Branch):
            yield from _cases(node)


def _unknown(
    path: Path, given: Mapping[str, str], known: tuple[str, ...], called: str
) -> Iterator[Finding]:
    for word in given.keys() - set(known):
        yield Finding((*path, word), f"there is no such {called}{meant(word, known)}")


def _cases(node: Branch) -> Iterator[Finding]:
    """Each case must have a text of its own: it names the edge."""
    seen = {EXHAUSTED}
    for at, case in enumerate(node.cases):
        if case.when in seen:
            yield Finding(
                ("nodes", node.name, "branch", at, "when"), f"“{case.when}” is there twice"
            )
        seen.add(case.when)
    if (node.rounds is None) != (not node.exhausted):
        missing = "exhausted" if node.rounds is not None else "rounds"
        yield Finding(("nodes", node.name, missing), "is missing: rounds and exhausted go together")


def _unreached(graph: Graph, ahead: Mapping[str, frozenset[str]]) -> Iterator[Finding]:
    ends = {name for name, node in graph.nodes.items() if isinstance(node, End)}
    for name in graph.nodes:
        if name != graph.start and name not in ahead[graph.start]:
            yield Finding(("nodes", name), "no edge leads here from the start")
        elif name not in ends and not ends & ahead[name]:
            yield Finding(("nodes", name), "no end can be reached from here")


def _endless(graph: Graph) -> Iterator[Finding]:
    """Each loop that nothing bounds, once."""
    edges = paths.unbounded(graph)
    told: set[str] = set()
    for name in edges:
        loop = paths.loop_from(edges, name)
        if loop and told.isdisjoint(loop):
            told.update(loop)
            way = " → ".join(loop)
            yield Finding(("nodes", name), f"this loop has no rounds: {way}")


def _rounds(graph: Graph, ahead: Mapping[str, frozenset[str]]) -> Iterator[Finding]:
    """What counts rounds needs a way out when they are used up, and a loop to count them on."""
    for name, node in graph.nodes.items():
        at: Path = ("nodes", name)
        loops = name in ahead[name]
        if isinstance(node, HumanGate):
            if loops and EXHAUSTED not in node.on:
                yield Finding((*at, "on", EXHAUSTED), "is missing: the gate lies on a loop")
            if not loops and EXHAUSTED in node.on:
                yield _idle((*at, "on", EXHAUSTED))
        if isinstance(node, HumanGate | Branch) and node.rounds is not None and not loops:
            yield _idle((*at, "rounds"))


def _idle(path: Path) -> Finding:
    return Finding(path, "has no effect: the node lies on no loop", fatal=False)
