"""Workflows are checked whole: edges, outcomes, loops, and what nodes are given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gates.graph import Branch, Case, Condition, End
from gates.policy import Triggers
from tests.gates.policies import a_gate
from tests.gates.workflows import DONE, a_graph, a_workflow, act, found_in, gate

ALWAYS = a_gate(triggers=Triggers(always_because="It is new."))
ASK = {"met": "done", "denied": "done", "expired": "done"}


def test_a_sound_workflow_has_no_flaw():
    assert found_in(a_workflow(), ALWAYS) == []


# --- edges ----------------------------------------------------------------------------------------


def test_a_start_that_does_not_exist_is_refused():
    graph = a_graph(act("pay"), DONE, start="pray")
    assert found_in(graph) == ["start: there is no node “pray”; did you mean pay?"]


def test_an_edge_that_leads_nowhere_is_refused():
    graph = a_graph(
        act("pay", "gate"),
        gate(approved="dome", rejected="sort"),
        Branch("sort", (Case("true", "none"),), "nope", 2, "nix"),
        DONE,
    )
    assert found_in(graph) == [
        "nodes.gate.on.approved: there is no node “dome”; did you mean done?",
        "nodes.sort.branch.0.next: there is no node “none”; did you mean done?",
        "nodes.sort.else: there is no node “nope”",
        "nodes.sort.exhausted: there is no node “nix”",
    ]


def test_an_action_that_leads_nowhere_is_refused():
    assert found_in(a_graph(act("pay", "x"), DONE)) == ["nodes.pay.next: there is no node “x”"]


def test_a_node_that_nothing_leads_to_is_refused():
    graph = a_graph(act("pay"), act("lost"), DONE)
    assert found_in(graph) == ["nodes.lost: no edge leads here from the start"]


def test_nodes_that_only_lead_to_each_other_are_not_reached():
    graph = a_graph(
        act("pay"), gate("a", approved="b", rejected="b", exhausted="done"), act("b", "a"), DONE
    )
    assert found_in(graph) == [
        "nodes.a: no edge leads here from the start",
        "nodes.b: no edge leads here from the start",
    ]


def test_a_node_from_which_no_end_can_be_reached_is_refused():
    graph = a_graph(
        gate(approved="done", rejected="a"),
        gate("a", approved="b", rejected="b", exhausted="b"),
        act("b", "a"),
        DONE,
    )
    assert found_in(graph) == [
        "nodes.a: no end can be reached from here",
        "nodes.b: no end can be reached from here",
    ]


# --- outcomes -------------------------------------------------------------------------------------


def test_every_reachable_outcome_needs_an_edge():
    policy = a_gate(options=("approve", "modify", "reject"), final_action="skip")
    graph = a_graph(gate(approved="done"), DONE)
    assert found_in(graph, policy) == [
        "nodes.gate.on.modified: is missing: gate “refund” can end so",
        "nodes.gate.on.rejected: is missing: gate “refund” can end so",
        "nodes.gate.on.skipped: is missing: gate “refund” can end so",
    ]


def test_an_edge_for_an_outcome_that_is_never_reached_is_a_warning():
    graph = a_graph(gate(approved="done", rejected="done", answered="done"), DONE)
    assert found_in(graph, ALWAYS) == [
        "warning: nodes.gate.on.answered: has no effect: gate “refund” never ends so"
    ]


def test_an_edge_for_cancelled_may_be_there_or_not():
    graph = a_graph(gate(approved="done", rejected="done", cancelled="done"), DONE)
    assert found_in(graph, ALWAYS) == []


def test_a_gate_that_is_not_known_is_not_judged():
    assert found_in(a_graph(gate(approved="done"), DONE), a_gate(slug="other")) == []


def test_an_outcome_that_does_not_exist_is_refused():
    graph = a_graph(gate(approve="done", rejected="done"), DONE)
    assert found_in(graph) == [
        "nodes.gate.on.approve: there is no such outcome; did you mean approved?"
    ]


def test_a_condition_needs_all_its_edges():
    graph = a_graph(Condition("ask", "Is it so?", {"met": "done", "deny": "done"}), DONE)
    assert found_in(graph) == [
        "nodes.ask.on.deny: there is no such outcome; did you mean denied?",
        "nodes.ask.on.denied: is missing",
        "nodes.ask.on.expired: is missing",
    ]


# --- loops ----------------------------------------------------------------------------------------


def test_a_loop_without_rounds_is_refused():
    graph = a_graph(
        act("a", "b"), Branch("b", (Case("input.x", "c"),), "done"), act("c", "a"), DONE
    )
    assert found_in(graph) == ["nodes.a: this loop has no rounds: a → b → c → a"]


def test_a_node_that_leads_to_itself_is_a_loop():
    graph = a_graph(Branch("b", (Case("input.x", "b"),), "done"), DONE)
    assert found_in(graph) == ["nodes.b: this loop has no rounds: b → b"]


def test_each_loop_is_told_once():
    ask = Condition("ask", "?", {"met": "done", "denied": "one", "expired": "two"})
    graph = a_graph(ask, act("one", "ask"), act("two", "two"), DONE)
    assert found_in(graph) == [
        "nodes.two: no end can be reached from here",
        "nodes.ask: this loop has no rounds: ask → one → ask",
        "nodes.two: this loop has no rounds: two → two",
    ]


def test_the_way_into_a_loop_is_no_part_of_it():
    choose = Branch("b", (Case("input.x", "a"),), "done")
    graph = a_graph(act("into", "a"), act("a", "b"), choose, DONE)
    assert found_in(graph) == ["nodes.a: this loop has no rounds: a → b → a"]


def test_of_two_ways_round_the_shorter_is_told():
    choose = Branch("a", (Case("input.x", "short"), Case("input.y", "long")), "done")
    ways = (act("long", "longer"), act("longer", "a"), act("short", "a"))
    assert found_in(a_graph(choose, *ways, DONE)) == [
        "nodes.a: this loop has no rounds: a → short → a"
    ]


def test_a_branch_with_rounds_bounds_a_loop():
    branch = Branch("b", (Case("input.x", "a"),), "done", rounds=3, exhausted="done")
    assert found_in(a_graph(act("a", "b"), branch, DONE)) == []


def test_a_gate_bounds_a_loop_and_needs_a_way_out_of_it():
    there = {"approved": "done", "rejected": "revise"}
    revise = act("revise", "gate")
    assert found_in(a_graph(gate(**there), revise, DONE)) == [
        "nodes.gate.on.exhausted: is missing: the gate lies on a loop"
    ]
    assert found_in(a_graph(gate(**there, exhausted="done"), revise, DONE)) == []


def test_rounds_and_exhausted_go_together():
    cases = (Case("input.x", "b"),)
    assert found_in(a_graph(Branch("b", cases, "done", rounds=3), DONE)) == [
        "nodes.b.exhausted: is missing: rounds and exhausted go together"
    ]
    assert found_in(a_graph(Branch("b", cases, "done", exhausted="done"), DONE)) == [
        "nodes.b.rounds: is missing: rounds and exhausted go together",
        "nodes.b: this loop has no rounds: b → b",
    ]


def test_rounds_without_a_loop_are_a_warning():
    branch = Branch("b", (Case("input.x", "gate"),), "done", rounds=3, exhausted="done")
    passed = gate(approved="done", rejected="done", exhausted="done")
    assert found_in(a_graph(branch, passed, DONE)) == [
        "warning: nodes.b.rounds: has no effect: the node lies on no loop",
        "warning: nodes.gate.on.exhausted: has no effect: the node lies on no loop",
    ]


def test_rounds_of_a_gate_without_a_loop_are_a_warning():
    passed = replace(gate(approved="done", rejected="done"), rounds=2)
    assert found_in(a_graph(passed, DONE)) == [
        "warning: nodes.gate.rounds: has no effect: the node lies on no loop"
    ]


def test_more_rounds_than_the_gate_takes_are_refused():
    on = {"approved": "done", "rejected": "act", "exhausted": "done"}
    looped = a_graph(replace(gate(**on), rounds=4), act("act", "gate"), DONE)
    assert found_in(looped, a_gate(max_rounds=3)) == [
        "nodes.gate.rounds: gate “refund” takes a proposal at most 3 times"
    ]
    assert found_in(looped, a_gate(max_rounds=4)) == []


# --- expressions ----------------------------------------------------------------------------------


def test_a_gate_takes_only_what_it_knows():
    passed = replace(gate(), data={"proposal": "input", "contxt": "input"})
    assert found_in(a_graph(passed, DONE)) == [
        "nodes.gate.with.contxt: there is no such key; did you mean context?"
    ]


def test_a_gate_needs_a_proposal():
    passed = replace(gate(), data={"context": "input"})
    assert found_in(a_graph(passed, DONE)) == ["nodes.gate.with.proposal: is missing"]


@pytest.mark.parametrize("text", ["input", "input.ticket", "{'proposal': input.x}", "'text'"])
def test_expressions_start_from_the_input(text):
    assert found_in(a_graph(act("pay", data=text), DONE)) == []


def test_an_expression_that_cannot_be_read_is_refused_where_it_stands():
    graph = a_graph(
        act("pay", "b", data={"x": "input +"}),
        Branch("b", (Case("inptu.x", "ask"),), "ask"),
        Condition("ask", "?", ASK, contact="input.map(x, x)"),
        DONE,
    )
    assert found_in(graph) == [
        "nodes.pay.with.x: something is missing at the end",
        (
            "nodes.b.branch.0.when: column 1: “inptu” is not known; did you mean input?; "
            "a rule reads input, pay, b, ask and done"
        ),
        (
            "nodes.ask.condition.contact: column 7: map is not available; "
            "use all, exists, exists_one or filter"
        ),
    ]


@pytest.mark.parametrize(
    ("data", "place"),
    [("after.x", "with"), ({"proposal": "after.x"}, "with.proposal")],
)
def test_what_a_gate_is_given_names_only_what_has_run(data, place):
    passed = replace(gate(approved="after", rejected="done"), data=data)
    graph = a_graph(passed, act("after"), DONE)
    assert found_in(graph) == [f"nodes.gate.{place}: “after” has not run by then"]


def test_an_expression_names_only_what_has_run():
    graph = a_graph(
        act("one", "two", data="two.x"),
        act("two", "ask", data="one.x"),
        Condition("ask", "?", ASK, contact="ask.x"),
        DONE,
    )
    assert found_in(graph) == [
        "nodes.one.with: “two” has not run by then",
        "nodes.ask.condition.contact: “ask” has not run by then",
    ]


def test_on_a_loop_a_node_may_name_what_ran_in_the_round_before():
    looped = a_workflow(
        gate="{human_gate: refund, on: {approved: done, rejected: act, exhausted: done}}",
        act="{action: revise, next: gate, with: '{\"last\": has(act.x) ? act.x : gate.reasons}'}",
    )
    assert found_in(looped) == []


def test_an_end_is_never_over_before_anything():
    graph = a_graph(gate(approved="done", rejected="stop"), DONE, End("stop"))
    assert found_in(graph) == []
    graph = a_graph(act("pay", data="done.x"), DONE)
    assert found_in(graph) == ["nodes.pay.with: “done” has not run by then"]


def test_each_case_has_a_text_of_its_own():
    branch = Branch("b", (Case("input.x", "done"), Case("input.x", "done")), "done")
    assert found_in(a_graph(branch, DONE)) == ["nodes.b.branch.1.when: “input.x” is there twice"]


def test_no_case_is_called_like_the_way_out_of_used_up_rounds():
    exhausted = act("exhausted", "b")
    branch = Branch("b", (Case("exhausted", "done"),), "done")
    assert found_in(a_graph(exhausted, branch, DONE)) == [
        "nodes.b.branch.0.when: “exhausted” is there twice"
    ]
