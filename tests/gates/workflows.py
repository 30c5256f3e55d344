"""Workflows to test with: the refund of a shop, changed where a test needs it."""

from __future__ import annotations

from textwrap import indent
from typing import Any

from gates.graph import Action, End, Finding, Graph, HumanGate, Node, check
from gates.policy import GatePolicy
from gates.policyfile import read

FULL = """
workflows:
  refund:
    description: Refunds of the shop
    start: analyse
    nodes:
      analyse: {action: analyse_ticket, next: propose, timeout: 20, retry: {attempts: 3, pause: 4, longest: 60}}
      propose: {action: propose_refund, next: gate, with: {ticket: "input.ticket", mood: "analyse.mood"}}
      gate:
        human_gate: refund
        with: propose
        rounds: 2
        on: {approved: execute, rejected: revise, exhausted: stopped}
      revise: {action: revise_refund, next: gate}
      execute: {action: issue_refund, next: ask, compensate: reverse_refund}
      ask:
        condition: {text: You got the money, confirms: link, contact: "input.email", send: mail_link, timeout: 86400}
        on: {met: size, denied: stopped, expired: done}
      size:
        branch:
          - {when: "gate.result.amount > 100", next: audit}
          - {when: "ask.outcome == 'met'", next: done}
        else: done
        rounds: 5
        exhausted: stopped
      audit: {action: write_audit, next: size}
      done: {end: true}
      stopped: {end: true}
"""  # noqa: E501

SMALL = {
    "gate": "{human_gate: refund, on: {approved: act, rejected: done}}",
    "act": "{action: issue_refund, next: done}",
    "done": "{end: true}",
}


def workflow_text(start: str | None = "gate", **nodes: str | None) -> str:
    """A file with one small workflow; a node that is None is left out."""
    lines = [f"{name}: {said}" for name, said in {**SMALL, **nodes}.items() if said is not None]
    head = [f"start: {start}", "nodes:"] if start else ["nodes:"]
    body = indent("\n".join(head), "    ") + "\n" + indent("\n".join(lines), "      ")
    return "workflows:\n  refund:\n" + body


def a_workflow(**nodes: str | None) -> Graph:
    """The workflow of such a file, which has no error."""
    file = read(workflow_text(**nodes), "f.yaml")
    assert file.errors == ()
    return file.workflows[0]


def a_graph(*nodes: Node, start: str = "") -> Graph:
    """A graph of these nodes, whatever is wrong with it; it starts at the first."""
    return Graph(
        slug="refund",
        start=start or nodes[0].name,
        nodes={node.name: node for node in nodes},
    )


def found_in(graph: Graph, *policies: GatePolicy) -> list[str]:
    """What is said of a graph; warnings begin so."""
    found = check(graph, {policy.slug: policy for policy in policies})
    return [said(finding) for finding in found]


def said(finding: Finding) -> str:
    """A finding in one line."""
    return str(finding) if finding.fatal else f"warning: {finding}"


def gate(name: str = "gate", **on: str) -> HumanGate:
    """A node at the refund gate."""
    return HumanGate(name, "refund", on or {"approved": "done", "rejected": "done"})


def act(name: str, to: str = "done", **changes: Any) -> Action:
    """An action and the node after it."""
    return Action(name, "issue_refund", to, **changes)


DONE = End("done")
