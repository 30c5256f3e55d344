"""What a dry walk makes up, and what it tells of each node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gates.expressions.names import meant
from gates.graph.nodes import Action, Condition, Graph, HumanGate


@dataclass(frozen=True, slots=True)
class Plan:
    """What is made up, by node and round by round; the last of a list stays. `outputs` are what
    actions return, and the results that people make at gates.
    """

    input: Any = None
    outputs: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def output(self, node: str, round_: int) -> tuple[Any, ...]:
        """The output of that round; empty if there is none, since null is one too."""
        return _of_round(self.outputs.get(node, ()), round_)

    def choice(self, node: str, round_: int) -> str:
        """The outcome of that round, or nothing."""
        return "".join(_of_round(self.choices.get(node, ()), round_))


@dataclass(slots=True)
class Passed:
    """One node's passage. With a `problem` it goes no further; `choices` would help."""

    node: str
    kind: str
    round: int
    given: Any
    outcome: str = ""
    handed: Any = None
    to: str = ""
    said: tuple[str, ...] = ()
    warning: str = ""
    problem: str = ""
    choices: tuple[str, ...] = ()


def misplaced(graph: Graph, plan: Plan) -> Iterator[str]:
    """What a plan says of nodes that are not there, or that have no such thing."""
    yield from _unfit(graph, plan.choices, (HumanGate, Condition), "no outcome is chosen there")
    yield from _unfit(graph, plan.outputs, (HumanGate, Action), "its output is not made up")


def _unfit(
    graph: Graph, names: Iterable[str], kinds: tuple[type[Any], ...], said: str
) -> Iterator[str]:
    for name in names:
        node = graph.nodes.get(name)
        if node is None:
            yield f"there is no node “{name}”{meant(name, list(graph.nodes))}"
        elif not isinstance(node, kinds):
            yield f"“{name}” is of the kind {node.kind}: {said}"


def _of_round(values: Sequence[Any], round_: int) -> tuple[Any, ...]:
    return tuple(values[:round_][-1:])
