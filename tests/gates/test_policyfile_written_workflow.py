"""Workflows written: they read the same, and changes show line by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.graph import Action, Branch, Case, Condition, End, Graph, HumanGate, Retry
from gates.policyfile import diff, read, write
from tests.gates.policies import gate_of
from tests.gates.test_policyfile_workflow import FULL_GRAPH
from tests.gates.workflows import a_workflow


@pytest.mark.parametrize("graph", [FULL_GRAPH, a_workflow()])
def test_what_is_written_reads_the_same(graph):
    file = read(write([], [graph]), "f.yaml")
    assert (file.problems, file.workflows) == ((), (graph,))
    assert list(file.workflows[0].nodes) == list(graph.nodes)


def test_gates_and_workflows_are_written_into_one_file():
    file = read(write([gate_of()], [a_workflow()]), "f.yaml")
    assert (file.problems, file.gates, file.workflows) == ((), (gate_of(),), (a_workflow(),))


def test_defaults_are_not_written_and_what_is_short_stands_on_one_line():
    assert write([], [a_workflow()]) == (
        "workflows:\n"
        "  refund:\n"
        "    start: gate\n"
        "    nodes:\n"
        "      gate:\n"
        "        human_gate: refund\n"
        "        on: {approved: act, rejected: done}\n"
        "      act: {action: issue_refund, next: done}\n"
        "      done: {end: true}\n"
    )


def test_a_change_is_shown_line_by_line():
    other = a_workflow(act="{action: issue_refund, next: done, timeout: 5}")
    assert diff(a_workflow(), other)[-4:] == [
        "         on: {approved: act, rejected: done}",
        "-      act: {action: issue_refund, next: done}",
        "+      act: {action: issue_refund, next: done, timeout: 5}",
        "       done: {end: true}",
    ]
    assert diff(other, other) == []


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80).filter(
    str.strip
)
EXPRESSION = st.one_of(
    st.sampled_from(["input", "input.x > 1", "{'a': input['b c'], 'd': [1, null]}", "5", "true"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="'\\"), max_size=40)
    .map(lambda text: f"'{text}'")
    .filter(str.isprintable),
)
NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,9}", fullmatch=True)
DATA = st.none() | EXPRESSION | st.dictionaries(NAMES, EXPRESSION, max_size=3)


CALLED = st.from_regex(r"[A-Za-z0-9_-]{1,9}", fullmatch=True)
ACTIONS = st.builds(
    Action,
    st.just("n_act"),
    CALLED,
    st.just("n_gate"),
    DATA,
    st.integers(1, 50),
    st.builds(Retry, st.integers(1, 100), st.integers(1, 300), st.integers(300, 86_400)),
    CALLED,
)
CONDITIONS = st.builds(
    Condition,
    st.just("n_ask"),
    WORDS,
    st.just({"met": "n_end", "denied": "n_end", "expired": "n_end"}),
    contact=EXPRESSION,
    send=CALLED,
    timeout=st.integers(1, 999),
)


@given(words=WORDS, act=ACTIONS, ask=CONDITIONS, case=EXPRESSION)
def test_any_workflow_survives(words, act, ask, case):
    nodes = (
        act,
        HumanGate("n_gate", "refund", {"approved": "n_ask", "rejected": "n_case"}),
        ask,
        Branch("n_case", (Case(case, "n_end"),), "n_end"),
        End("n_end"),
    )
    graph = Graph("refund", "n_act", {node.name: node for node in nodes}, words)
    file = read(write([], [graph]), "f.yaml")
    assert (file.problems, file.workflows) == ((), (graph,))
