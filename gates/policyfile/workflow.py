"""One workflow of the file, node by node."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from gates.expressions import RESERVED
from gates.graph import (
    INPUT,
    Action,
    Branch,
    Case,
    Condition,
    Data,
    End,
    Finding,
    Graph,
    HumanGate,
    Node,
    Retry,
)
from gates.graph.nodes import DAY, Outside
from gates.policyfile import kinds
from gates.policyfile.kinds import Wrong
from gates.policyfile.problems import Report
from gates.policyfile.section import Section

MAX_NODES = 200
MAX_ROUNDS = 100
MAX_ATTEMPTS = 100
MAX_ACTION = 120
"""Seconds that an action may take: a worker is given up after two and a half minutes."""

_expression = kinds.text(1024)
_rounds = kinds.whole(1, MAX_ROUNDS)
_pause = kinds.whole(1, DAY)


def graph_of(slug: str, workflow: Section) -> Graph:
    """The workflow that the section describes; whatever is wrong is noted."""
    return Graph(
        slug=slug,
        start=workflow.need("start", kinds.name, ""),
        nodes={node.name: node for node in _nodes(workflow)},
        description=workflow.take("description", kinds.text(), ""),
    )


def note(report: Report, slug: str, finding: Finding) -> None:
    """Note what is wrong with a workflow, at its place in the file."""
    tell = report.error if finding.fatal else report.warning
    tell(("workflows", slug, *finding.path), finding.message)


def _nodes(workflow: Section) -> Iterator[Node]:
    entries = workflow.values.get("nodes")
    if not isinstance(entries, dict) or not entries:
        workflow.error("nodes", "must be a map of at least one node")
        return
    if len(entries) > MAX_NODES:
        workflow.error("nodes", f"there are more than {MAX_NODES}")
        return
    for name, values in entries.items():
        node = _node(workflow.report, (*workflow.path, "nodes", name), name, values)
        if node is not None:
            yield node


def _node(report: Report, path: tuple[str | int, ...], name: str, values: Any) -> Node | None:
    """A node; None if it cannot be told what it is."""
    try:
        _node_name(name)
    except Wrong as error:
        report.error(path, str(error))
    if not isinstance(values, dict):
        report.error(path, "must be a map")
        return None
    told = [kind for kind in _READ if kind in values]
    if len(told) != 1:
        said = f"is {' and '.join(told)} at once" if told else "says not what it is"
        report.error(path, f"{said}: a node has exactly one of {', '.join(_READ)}")
        return None
    section = Section(report, path, told[0], values)
    section.check_keys()
    return _READ[told[0]](name, section)


def _node_name(value: Any) -> str:
    if value == INPUT or value in RESERVED:
        raise Wrong(f"“{value}” has a meaning of its own in expressions")
    return kinds.name(value)


def _action(name: str, node: Section) -> Action:
    return Action(
        name=name,
        action=node.need("action", kinds.action, ""),
        next=node.need("next", kinds.name, ""),
        data=_data(node),
        timeout=node.take("timeout", kinds.whole(1, MAX_ACTION), 30),
        retry=_retry(node),
        compensate=node.take("compensate", kinds.action, ""),
    )


def _retry(node: Section) -> Retry:
    section = node.inside("retry")
    if section is None:
        return Retry()
    found = Retry(
        attempts=section.take("attempts", kinds.whole(1, MAX_ATTEMPTS), 5),
        pause=section.take("pause", _pause, 2),
        longest=section.take("longest", _pause, 300),
    )
    if found.longest < found.pause:
        section.error("longest", f"must not be shorter than the pause of {found.pause}")
    return found


def _human_gate(name: str, node: Section) -> HumanGate:
    return HumanGate(
        name=name,
        gate=node.need("human_gate", kinds.slug, ""),
        on=_on(node),
        data=_data(node),
        rounds=node.take("rounds", _rounds, None),
    )


def _condition(name: str, node: Section) -> Condition:
    asked = node.inside("condition") or Section(node.report, node.path, node.name, {"text": "?"})
    confirms: Outside = asked.take("confirms", kinds.one_of(Outside), "link")
    send = asked.take("send", kinds.action, "")
    if send and confirms != "link":
        asked.error("send", "goes with `confirms: link` only: there is nothing to send")
    return Condition(
        name=name,
        text=asked.need("text", kinds.text(1000), ""),
        on=_on(node),
        confirms=confirms,
        contact=asked.take("contact", _expression, ""),
        send=send,
        timeout=asked.take("timeout", kinds.seconds, 7 * DAY),
    )


def _branch(name: str, node: Section) -> Branch:
    cases = tuple(_cases(node))
    if not cases:
        node.error("branch", "must be a list of at least one case")
    return Branch(
        name=name,
        cases=cases,
        otherwise=node.need("else", kinds.name, ""),
        rounds=node.take("rounds", _rounds, None),
        exhausted=node.take("exhausted", kinds.name, ""),
    )


def _cases(node: Section) -> Iterator[Case]:
    for at, entry in enumerate(node.each("branch")):
        if isinstance(entry, Section):
            yield Case(entry.need("when", _expression, ""), entry.need("next", kinds.name, ""))
        else:
            node.report.error((*node.path, "branch", at), "must be a map with when and next")


def _end(name: str, node: Section) -> End:
    if not node.take("end", kinds.flag, default=True):
        node.error("end", "must be true")
    return End(name)


def _on(node: Section) -> dict[str, str]:
    if "on" not in node.values:
        node.error("on", "is missing: where does it go on?")
    return dict(_members(node, "on", kinds.name))


def _data(node: Section) -> Data:
    if isinstance(node.values.get("with"), dict):
        return dict(_members(node, "with", _expression))
    return node.take("with", _expression, None)


def _members(node: Section, key: str, kind: kinds.Kind[str]) -> Iterator[tuple[str, str]]:
    """The entries of a map whose keys its author chooses."""
    entries = node.values.get(key, {})
    if not isinstance(entries, dict):
        node.error(key, "must be a map")
        return
    for name, value in entries.items():
        try:
            yield name, kind(value)
        except Wrong as error:
            node.report.error((*node.path, key, name), str(error))


_READ: dict[str, Callable[[str, Section], Node]] = {
    "action": _action,
    "human_gate": _human_gate,
    "condition": _condition,
    "branch": _branch,
    "end": _end,
}
