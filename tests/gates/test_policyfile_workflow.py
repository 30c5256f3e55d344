"""Workflows in policy files: every key is read, and every mistake is told with its line."""

from __future__ import annotations

import pytest

from gates.graph import Action, Branch, Case, Condition, End, Graph, HumanGate, Retry
from gates.policyfile import read
from tests.gates.policies import gate_text, told
from tests.gates.workflows import FULL, SMALL, a_workflow, workflow_text

NO_ACTION = "names no action: use up to 64 letters, digits, _ and -"
NO_NAME = "is no name: use up to 64 letters, digits and _, and no digit first"
FULL_GRAPH = Graph(
    slug="refund",
    description="Refunds of the shop",
    start="analyse",
    nodes={
        node.name: node
        for node in (
            Action("analyse", "analyse_ticket", "propose", None, 20, Retry(3, 4, 60)),
            Action(
                "propose",
                "propose_refund",
                "gate",
                {"ticket": "input.ticket", "mood": "analyse.mood"},
            ),
            HumanGate(
                "gate",
                "refund",
                {"approved": "execute", "rejected": "revise", "exhausted": "stopped"},
                "propose",
                2,
            ),
            Action("revise", "revise_refund", "gate"),
            Action("execute", "issue_refund", "ask", compensate="reverse_refund"),
            Condition(
                "ask",
                "You got the money",
                {"met": "size", "denied": "stopped", "expired": "done"},
                "link",
                "input.email",
                "mail_link",
                86_400,
            ),
            Branch(
                "size",
                (
                    Case("gate.result.amount > 100", "audit"),
                    Case("ask.outcome == 'met'", "done"),
                ),
                "done",
                5,
                "stopped",
            ),
            Action("audit", "write_audit", "size"),
            End("done"),
            End("stopped"),
        )
    },
)


def test_every_key_of_a_workflow_is_read():
    file = read(FULL, "f.yaml")
    assert (file.problems, file.workflows, file.gates) == ((), (FULL_GRAPH,), ())
    assert list(file.workflows[0].nodes) == list(FULL_GRAPH.nodes)


def test_what_a_workflow_does_not_say_takes_its_default():
    graph = a_workflow(
        ask="{condition: {text: Sure?}, on: {met: done, denied: done, expired: done}}",
        act="{action: issue_refund, next: ask}",
    )
    assert graph.description == ""
    assert graph.nodes["act"] == Action(
        "act", "issue_refund", "ask", None, 30, Retry(5, 2, 300), compensate=""
    )
    assert graph.nodes["ask"] == Condition(
        "ask",
        "Sure?",
        {"met": "done", "denied": "done", "expired": "done"},
        confirms="link",
        contact="",
        send="",
        timeout=604_800,
    )


def test_a_file_may_hold_gates_and_workflows():
    text = gate_text() + "\n" + workflow_text()
    file = read(text, "f.yaml")
    assert (file.problems, len(file.gates), len(file.workflows)) == ((), 1, 1)


def test_a_workflow_is_judged_with_the_gates_of_its_file():
    text = gate_text(options="[approve, respond, reject]") + "\n" + workflow_text()
    assert told(text) == [
        ("12: workflows.refund.nodes.gate.on.answered: is missing: gate “refund” can end so")
    ]


def test_a_warning_stops_nothing():
    gate = "{human_gate: refund, on: {approved: act, rejected: done, answered: done}}"
    file = read(gate_text() + "\n" + workflow_text(gate=gate), "f.yaml")
    assert [str(problem) for problem in file.problems] == [
        (
            "f.yaml:11: workflows.refund.nodes.gate.on.answered: warning: has no effect: "
            "gate “refund” never ends so"
        )
    ]
    assert len(file.workflows) == 1


def test_a_workflow_with_a_mistake_is_left_out_and_the_others_stay():
    other = "\n  other: {start: done, nodes: {done: {end: true}}}"
    file = read(workflow_text(start="x") + other, "f.yaml")
    assert [graph.slug for graph in file.workflows] == ["other"]


def test_every_mistake_is_told_with_its_line():
    text = workflow_text(
        start="42",
        act="{action: '', next: done, timout: 5}",
        more="{action: a, end: true}",
        less="{next: done}",
        none="5",
    )
    kinds = "a node has exactly one of action, human_gate, condition, branch, end"
    assert told(text) == [
        f"3: workflows.refund.start: “42” {NO_NAME}",
        ("6: workflows.refund.nodes.act.timout: there is no such key; did you mean timeout?"),
        f"6: workflows.refund.nodes.act.action: “” {NO_ACTION}",
        f"8: workflows.refund.nodes.more: is action and end at once: {kinds}",
        f"9: workflows.refund.nodes.less: says not what it is: {kinds}",
        "10: workflows.refund.nodes.none: must be a map",
    ]


def test_the_graph_is_judged_once_its_nodes_can_be_read():
    assert told(workflow_text(act="{action: issue_refund, next: dome}")) == [
        "6: workflows.refund.nodes.act.next: there is no node “dome”; did you mean done?"
    ]


@pytest.mark.parametrize("name", ["input", "in", "else", "while"])
def test_a_node_is_not_called_like_a_word_of_expressions(name):
    said = f"8: workflows.refund.nodes.{name}: “{name}” has a meaning of its own in expressions"
    assert told(workflow_text(**{name: "{end: true}"})) == [said]


def test_a_node_has_a_name_that_rules_can_write():
    said = f"8: workflows.refund.nodes.my-node: “my-node” {NO_NAME}"
    assert told(workflow_text(**{"my-node": "{end: true}"})) == [said]


@pytest.mark.parametrize("key", ["next", "on", "else"])
def test_what_a_node_must_say_is_missed(key):
    node = {
        "next": "{action: a}",
        "on": "{human_gate: refund}",
        "else": "{branch: [{when: 'true', next: done}]}",
    }[key]
    (said,) = told(workflow_text(act=node))
    assert said.startswith(f"6: workflows.refund.nodes.act.{key}: is missing")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("workflows: {a: 5}", "1: workflows.a: must be a map"),
        ("workflows: {A B: {start: a, nodes: {a: {end: true}}}}", "is no short name"),
        ("workflows: {a: {start: a}}", "1: workflows.a.nodes: must be a map of at least one node"),
        (
            "workflows: {a: {start: a, nodes: {}}}",
            "1: workflows.a.nodes: must be a map of at least one node",
        ),
        (
            "workflows: {a: {start: a, nodes: [a]}}",
            "1: workflows.a.nodes: must be a map of at least one node",
        ),
        ("workflows: {a: {nodes: {a: {end: true}}}}", "1: workflows.a.start: is missing"),
        (
            "workflows: {a: {start: a, description: 5, nodes: {a: {end: true}}}}",
            "1: workflows.a.description: must be text, not “5”",
        ),
    ],
)
def test_a_workflow_that_is_none_is_refused(text, message):
    (said,) = told(text)
    assert message in said


def test_a_workflow_has_at_most_two_hundred_nodes():
    nodes = ", ".join(f"n{at}: {{action: a, next: n{at + 1}}}" for at in range(200))
    text = f"workflows: {{a: {{start: n0, nodes: {{{nodes}, n200: {{end: true}}}}}}}}"
    assert told(text) == ["1: workflows.a.nodes: there are more than 200"]
    assert told(text.replace("n199: {action: a, next: n200}, n200", "n199")) == []


ASK = "on: {met: done, denied: done, expired: done}"
CASES = "branch: [{when: 'true', next: done}], else: done"
LONG = f"'{'x' * 1023}'"  # with its quotes one more than an expression may have


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ("{action: a, next: done, timeout: 0}", "timeout: must be between 1 and 120"),
        ("{action: a, next: done, timeout: 121}", "timeout: must be between 1 and 120"),
        ("{action: a, next: done, retry: 5}", "retry: must be a map"),
        (
            "{action: a, next: done, retry: {attempts: 0}}",
            "retry.attempts: must be between 1 and 100",
        ),
        (
            "{action: a, next: done, retry: {attempts: 101}}",
            "retry.attempts: must be between 1 and 100",
        ),
        ("{action: a, next: done, retry: {pause: 0}}", "retry.pause: must be between 1 and 86400"),
        (
            "{action: a, next: done, retry: {longest: 86401}}",
            "retry.longest: must be between 1 and 86400",
        ),
        (
            "{action: a, next: done, retry: {pause: 5, longest: 4}}",
            "retry.longest: must not be shorter than the pause of 5",
        ),
        ("{action: a b, next: done}", "action: “a b” names no action"),
        ("{action: a, next: done, compensate: 5}", "compensate: “5” names no action"),
        ("{action: a, next: done, with: 5}", "with: must be text, not “5”"),
        ("{action: a, next: done, with: {x: 5}}", "with.x: must be text, not “5”"),
        (f'{{action: a, next: done, with: "{LONG}"}}', "with: longer than 1024 characters"),
        (
            f'{{action: a, next: done, with: {{x: "{LONG}"}}}}',
            "with.x: longer than 1024 characters",
        ),
        ("{human_gate: A B, on: {approved: done}}", "human_gate: “A B” is no short name"),
        ("{human_gate: refund, on: [done]}", "on: must be a map"),
        ("{human_gate: refund, on: {approved: 5}}", "on.approved: “5” is no name"),
        (
            "{human_gate: refund, on: {approved: done}, rounds: 101}",
            "rounds: must be between 1 and 100",
        ),
        (f"{{condition: 5, {ASK}}}", "condition: must be a map"),
        (f"{{condition: {{confirms: link}}, {ASK}}}", "condition.text: is missing"),
        (
            f"{{condition: {{text: x, confirms: reviewer}}, {ASK}}}",
            "condition.confirms: must be one of link, api, not “reviewer”",
        ),
        (f"{{condition: {{text: x, timeout: 0}}, {ASK}}}", "condition.timeout: must be between 1"),
        (
            f"{{condition: {{text: x, timeout: 316224001}}, {ASK}}}",
            "condition.timeout: must be between 1 and 316224000",
        ),
        (
            f"{{condition: {{text: {'x' * 1001}}}, {ASK}}}",
            "condition.text: longer than 1000 characters",
        ),
        (
            f'{{condition: {{text: x, contact: "{LONG}"}}, {ASK}}}',
            "condition.contact: longer than 1024 characters",
        ),
        (
            f"{{condition: {{text: x, send: a b}}, {ASK}}}",
            "condition.send: “a b” names no action",
        ),
        (
            f"{{condition: {{text: x, confirms: api, send: mail}}, {ASK}}}",
            "condition.send: goes with `confirms: link` only: there is nothing to send",
        ),
        ("{branch: [], else: done}", "branch: must be a list of at least one case"),
        ("{branch: [5], else: done}", "branch.0: must be a map with when and next"),
        ("{branch: [{when: 'true'}], else: done}", "branch.0.next: is missing"),
        (
            f'{{branch: [{{when: "{LONG}", next: done}}], else: done}}',
            "branch.0.when: longer than 1024 characters",
        ),
        (f"{{{CASES}, rounds: 0, exhausted: done}}", "rounds: must be between 1 and 100"),
        ("{end: false}", "end: must be true"),
        ("{end: 1}", "end: must be true or false, not “1”"),
    ],
)
def test_a_value_out_of_bounds_is_refused(node, message):
    said = told(workflow_text(**{**SMALL, "act": node}))
    assert said[0].startswith(f"6: workflows.refund.nodes.act.{message}")


@pytest.mark.parametrize(
    "node",
    [
        "{action: a, next: done, retry: {attempts: 100, pause: 86400, longest: 86400}}",
        f'{{action: a, next: done, with: "{LONG.replace("xx", "x", 1)}"}}',
        f"{{condition: {{text: {'x' * 1000}, timeout: 316224000}}, {ASK}}}",
    ],
)
def test_a_value_at_its_bound_is_taken(node):
    assert told(workflow_text(**{**SMALL, "act": node})) == []
