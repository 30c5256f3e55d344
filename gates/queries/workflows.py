"""Whether workflows and the gates and actions that they name go together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from gates import performers
from gates.expressions.names import meant
from gates.graph import Action, Condition, Finding, Graph, HumanGate, check, lacks
from gates.models import Gate, Workflow
from gates.policy import GatePolicy
from gates.queries.policies import graph_of, policy_of

NOTHING: Mapping[str, GatePolicy] = {}


def unfit(graph: Graph, along: Mapping[str, GatePolicy] = NOTHING) -> Iterator[Finding]:
    """All that is wrong with a workflow: in itself, with its gates (`along` are those that are
    published with it), and with the names of its actions.
    """
    policies = {**_published(graph.gates), **along}
    yield from check(graph, policies)
    yield from _unpublished(graph, policies)
    yield from _unperformed(graph)


def broken_by(policy: GatePolicy, along: Collection[str] = ()) -> Iterator[Finding]:
    """What published workflows lack if this becomes the gate's policy, each naming its workflow;
    those that are published along with it are left out.
    """
    passing = Workflow.objects.filter(version__gates__slug=policy.slug).exclude(slug__in=along)
    for workflow in passing.select_related("version").order_by("slug"):
        if workflow.version is not None:
            for lack in lacks(graph_of(workflow.version), {policy.slug: policy}):
                message = f"workflow “{workflow.slug}”: {lack}"
                yield Finding((), message, lack.fatal)


def _published(slugs: Collection[str]) -> dict[str, GatePolicy]:
    gates = Gate.objects.filter(slug__in=slugs, version__isnull=False).select_related("version")
    return {gate.slug: policy_of(gate.version) for gate in gates if gate.version is not None}


def _unpublished(graph: Graph, policies: Mapping[str, GatePolicy]) -> Iterator[Finding]:
    for node in graph.nodes.values():
        if isinstance(node, HumanGate) and node.gate not in policies:
            path = ("nodes", node.name, "human_gate")
            yield Finding(path, f"there is no published gate “{node.gate}”")


def _unperformed(graph: Graph) -> Iterator[Finding]:
    known = performers.known()
    for node in graph.nodes.values():
        for path, name in _called(node):
            if name and name not in known:
                message = f"nobody performs “{name}”{meant(name, known)}"
                yield Finding(("nodes", node.name, *path), message)


def _called(node: object) -> list[tuple[tuple[str, ...], str]]:
    if isinstance(node, Action):
        return [(("action",), node.action), (("compensate",), node.compensate)]
    return [(("condition", "send"), node.send)] if isinstance(node, Condition) else []
