"""A workflow walked dry: which way, with what, and where it stops."""

from __future__ import annotations

import pytest

from gates.graph import Action, Branch, Case, Condition, End, HumanGate
from gates.graph.simulation import LONGEST, Plan, ended, misplaced, simulate
from gates.policy import Items, Triggers
from tests.gates.policies import a_gate
from tests.gates.workflows import DONE, a_graph

ASKED = {"proposal": {"amount": 50}, "context": {"order": "A-17"}}
STAKES = Triggers(stakes="proposal.amount > 100")
ALWAYS = Triggers(always_because="It is new.")
OUT = {
    "approved": "act",
    "modified": "act",
    "partially_approved": "act",
    "rejected": "revise",
    "skipped": "done",
    "exhausted": "stopped",
}
GATE = HumanGate("gate", "refund", OUT)
ACT = Action("act", "issue_refund", "done")
REVISE = Action("revise", "revise_refund", "gate")
STOPPED = End("stopped")
NODES = (GATE, ACT, REVISE, DONE, STOPPED)
OPTIONS = ("approve", "reject", "modify")


def walk(*nodes, given=None, outputs=None, chosen=None, **gate):
    policy = a_gate(**{"triggers": ALWAYS, "options": OPTIONS} | gate)
    plan = Plan(ASKED if given is None else given, outputs or {}, chosen or {})
    return simulate(a_graph(*(nodes or NODES)), {"refund": policy}, plan)


def way(trail):
    return [(step.node, step.outcome) for step in trail]


def problem(*nodes, **more):
    return walk(*nodes, **more)[-1].problem


# --- gates ----------------------------------------------------------------------------------------


def test_what_nothing_asks_about_passes_and_is_handed_on():
    trail = walk(triggers=STAKES)
    assert way(trail) == [("gate", "approved"), ("act", ""), ("done", "")]
    assert (trail[0].handed, trail[1].given) == ({"amount": 50}, {"amount": 50})
    assert trail[0].said == ("Nobody is asked: no rule of the gate wants a person.",)
    assert ended(trail) == "done"


def test_where_a_person_would_be_asked_and_nothing_is_chosen_it_stops_and_says_who():
    (step,) = walk()
    assert step.said == (
        "It is new.",
        "support_team is asked and has 5 minutes.",
        "If nobody answers, it goes to support_leads for 15 minutes, then it is rejected.",
    )
    assert step.problem == (
        "Nothing is chosen: choose one of: approved, modified, rejected, cancelled"
    )
    assert step.choices == ("approved", "modified", "rejected", "cancelled")
    assert (step.outcome, step.to, ended([step])) == ("", "", "")


def test_only_what_the_gate_can_come_to_can_be_chosen():
    assert problem(chosen={"gate": ["skipped"]}) == (
        "It cannot end as “skipped”: choose one of: approved, modified, rejected, cancelled"
    )
    assert way(walk(chosen={"gate": ["skipped"]}, final_action="skip"))[0] == ("gate", "skipped")


def test_what_is_asked_cannot_end_as_if_nobody_had_been_asked():
    triggers = Triggers(stakes="proposal.amount > 1")
    assert walk(options=("reject", "modify"), triggers=triggers)[0].choices == (
        "modified",
        "rejected",
        "cancelled",
    )


def test_what_is_over_the_limit_cannot_pass_as_it_is():
    options = (*OPTIONS, "approve_if")
    (step,) = walk(limits="proposal.amount <= 40", options=options)
    assert step.choices == ("modified", "rejected", "cancelled")


def test_approved_hands_on_the_proposal():
    trail = walk(chosen={"gate": ["approved"]})
    assert (trail[0].handed, ended(trail)) == ({"amount": 50}, "done")


def test_modified_hands_on_the_result_that_is_given_for_the_gate():
    trail = walk(chosen={"gate": ["modified"]}, outputs={"gate": [{"amount": 35}]})
    assert (trail[0].handed, trail[1].given) == ({"amount": 35}, {"amount": 35})


def test_modified_without_a_result_stops():
    assert problem(chosen={"gate": ["modified"]}) == (
        "“modified” needs a result: give it as the output of “gate”."
    )


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ({"amount": -1}, "The gate refuses it: /proposal/amount: -1 is less than or equal to"),
        ({"amount": 90}, "The result breaks the gate's limits: proposal.amount <= 80."),
    ],
)
def test_a_result_that_the_gate_would_not_take_stops(result, said):
    more = {"limits": "proposal.amount <= 80", "outputs": {"gate": [result]}}
    assert problem(chosen={"gate": ["modified"]}, **more).startswith(said)


def test_the_approved_part_is_given_for_the_gate_too():
    items = Items("/lines", "sku")
    given = ASKED | {"proposal": {"amount": 5, "lines": [{"sku": "a"}, {"sku": "b"}]}}
    part = {"amount": 5, "lines": [{"sku": "b"}]}
    more = {"items": items, "options": ("partial",), "given": given, "outputs": {"gate": [part]}}
    trail = walk(chosen={"gate": ["partially_approved"]}, **more)
    assert (trail[0].handed, ended(trail)) == (part, "done")


def test_an_answer_is_a_message():
    gate = HumanGate("gate", "refund", {"answered": "tell"})
    nodes = (gate, Action("tell", "write", "done", data="gate.message"), DONE)
    more = {"options": ("respond",), "chosen": {"gate": ["answered"]}}
    assert walk(*nodes, outputs={"gate": [{"message": "No."}]}, **more)[1].given == "No."
    assert problem(*nodes, outputs={"gate": ["No."]}, **more) == (
        "“answered” needs a result of the form {message: text}."
    )


def test_rejected_hands_on_what_was_asked_and_how_it_ended():
    trail = walk(chosen={"gate": ["rejected"]})
    assert trail[1].given == {
        "proposal": {"amount": 50},
        "context": {"order": "A-17"},
        "outcome": "rejected",
        "verdict": "reject",
        "reasons": [],
        "note": "",
    }


def test_choices_and_outputs_are_taken_round_by_round_and_the_last_one_stays():
    again = [{**ASKED, "proposal": {"amount": amount}} for amount in (40, 30)]
    chosen = {"gate": ["rejected", "rejected", "approved"]}
    trail = walk(chosen=chosen, outputs={"revise": again})
    assert [step.given["proposal"]["amount"] for step in trail if step.node == "gate"] == [
        *(50, 40, 30)
    ]
    assert (trail[-1].handed, ended(trail)) == (None, "done")
    same = walk(chosen={"gate": ["rejected"]}, outputs={"revise": again[:1]})
    assert way(same)[-2:] == [("gate", "exhausted"), ("stopped", "")]
    assert [step.round for step in same if step.node == "gate"] == [1, 2, 3, 4]


def test_a_revision_of_what_was_rejected_is_asked_about_whatever_it_is():
    given = {**ASKED, "proposal": {"amount": 150}}
    more = {"given": given, "outputs": {"revise": [ASKED]}, "triggers": STAKES}
    again = walk(chosen={"gate": ["rejected", "approved"]}, **more)[2]
    assert (again.given, again.said[0]) == (ASKED, "It revises what a person rejected.")


def test_only_rejections_in_a_row_use_up_the_rounds_of_a_gate():
    gate = HumanGate("gate", "refund", {**OUT, "modified": "revise"})
    more = {"outputs": {"gate": [{"amount": 9}], "revise": [ASKED]}, "max_rounds": 2}
    chosen = ["rejected", "modified", "rejected", "approved"]
    trail = walk(gate, *NODES[1:], chosen={"gate": chosen}, **more)
    assert [step.outcome for step in trail if step.node == "gate"] == chosen


def test_the_rounds_of_a_node_are_counted_whatever_came_of_them():
    gate = HumanGate("gate", "refund", {**OUT, "modified": "revise"}, rounds=1)
    more = {"outputs": {"gate": [{"amount": 9}], "revise": [ASKED]}}
    trail = walk(gate, *NODES[1:], chosen={"gate": ["modified"]}, **more)
    assert way(trail)[-2:] == [("gate", "exhausted"), ("stopped", "")]
    assert trail[-1].given == ASKED  # what it was handed, not what was handed on


def test_a_cancelled_review_ends_the_run():
    trail = walk(chosen={"gate": ["cancelled"]})
    assert (len(trail), trail[0].problem, ended(trail)) == (1, "", "cancelled")


def test_a_gate_that_observes_lets_pass_and_says_what_would_have_asked():
    triggers = Triggers(stakes="proposal.amount > 10", calibration=0.05)
    trail = walk(triggers=triggers, mode="observe")
    assert trail[0].said == (
        "The stakes are high: proposal.amount > 10 (proposal.amount is 50).",
        "The gate only observes: it passes.",
        "Of these, 5 % are shown to a person by chance.",
    )
    assert ended(trail) == "done"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "/proposal: What comes before a gate must return an object with proposal."),
        ({**ASKED, "context": []}, "/context: context is not what a gate takes."),
        ({**ASKED, "confidence": True}, "/confidence: confidence is not what a gate takes."),
        ({**ASKED, "confidence": 2}, "/confidence: confidence is between 0 and 1."),
        (
            {**ASKED, "recommendation": "maybe"},
            "/recommendation: recommendation is approve, reject or null.",
        ),
        ({"proposal": {"amount": 1}}, "/context/order: “order” is needed."),
    ],
)
def test_what_the_gate_would_not_take_stops_in_its_words(given, said):
    assert problem(given=given) == f"The gate refuses it: {said}"


def test_a_gate_that_is_not_there_stops():
    (step,) = simulate(a_graph(*NODES), {}, Plan(ASKED))
    assert step.problem == "The gate refuses it: there is no gate “refund” here."


def test_an_outcome_without_an_edge_stops():
    gate = HumanGate("gate", "refund", {"approved": "act"})
    assert problem(gate, ACT, DONE, chosen={"gate": ["rejected"]}) == (
        "The workflow has no way on for “rejected”."
    )


# --- the other nodes ------------------------------------------------------------------------------


def test_an_action_hands_on_the_output_that_is_given():
    first, second = Action("first", "a", "second"), Action("second", "b", "done", data="first.x")
    trail = walk(first, second, DONE, outputs={"first": [{"x": 7}], "second": [None]})
    assert (trail[1].given, trail[1].warning, trail[2].given) == (7, "", None)


def test_before_a_gate_its_example_stands_for_the_output():
    example = {**ASKED, "confidence": 0.9}
    trail = walk(REVISE, *NODES[:2], *NODES[3:], example=example, triggers=STAKES)
    assert (trail[0].handed, trail[0].warning) == (example, "")
    assert trail[0].said == ("The example of gate “refund” stands for its output.",)


def test_without_an_output_null_is_handed_on_with_a_warning():
    trail = walk(ACT, DONE)
    assert (trail[0].handed, trail[0].warning) == (
        None,
        "no output of “act” is given: null stands for it",
    )


def test_a_branch_takes_the_first_case_that_holds():
    branch = Branch("size", (Case("input.amount > 100", "act"),), "done")
    assert way(walk(branch, ACT, DONE, given={"amount": 500}))[0] == ("size", "input.amount > 100")
    trail = walk(branch, ACT, DONE, given={"amount": 5})
    assert (way(trail)[0], trail[1].given) == (("size", "else"), {"amount": 5})


def test_a_branch_on_a_loop_counts_its_rounds():
    branch = Branch("more", (Case("true", "act"),), "done", rounds=2, exhausted="stopped")
    trail = walk(Action("act", "a", "more"), branch, DONE, STOPPED)
    assert [step.node for step in trail] == ["act", "more", "act", "more", "act", "more", "stopped"]


def test_a_condition_must_be_chosen_too():
    on = {"met": "act", "denied": "stopped", "expired": "done"}
    ask = Condition("ask", "You sent it back", on, contact="input.email", timeout=3600)
    nodes, given = (ask, ACT, DONE, STOPPED), {"email": "jane@example.com"}
    (step,) = walk(*nodes, given=given)
    assert step.said == ("“You sent it back” is asked of jane@example.com by link, within 1 hour.",)
    assert step.problem == "Nothing is chosen: choose one of: met, denied, expired"
    trail = walk(*nodes, given=given, chosen={"ask": ["met"]})
    assert (way(trail)[0], trail[1].given) == (("ask", "met"), given)
    assert problem(*nodes, given={}) == (
        "An expression cannot be worked out: input.email is missing"
    )


def test_what_cannot_be_worked_out_stops_in_the_engines_words():
    act = Action("act", "a", "done", data={"x": "input.missing"})
    assert problem(act, DONE, given={}) == (
        "An expression cannot be worked out: x: input.missing is missing"
    )


def test_a_walk_that_people_could_go_on_with_for_ever_stops():
    gate = HumanGate("gate", "refund", {**OUT, "modified": "revise"})
    more = {"outputs": {"gate": [{"amount": 9}], "revise": [ASKED]}}
    trail = walk(gate, *NODES[1:], chosen={"gate": ["modified"]}, **more)
    assert (len(trail), trail[-1].problem) == (LONGEST, f"It has not ended after {LONGEST} steps.")


# --- plans ----------------------------------------------------------------------------------------


def test_a_plan_speaks_only_of_nodes_that_are_there_and_have_such_a_thing():
    plan = Plan(None, {"actt": [1], "done": [1]}, {"act": ["approved"], "gate": ["approved"]})
    assert list(misplaced(a_graph(*NODES), plan)) == [
        "“act” is of the kind action: no outcome is chosen there",
        "there is no node “actt”; did you mean act?",
        "“done” is of the kind end: its output is not made up",
    ]
