"""What flows along a workflow: the data of a node, the way out of a branch."""

from __future__ import annotations

import pytest

from gates.expressions import RuleError
from gates.graph import Branch, Case, data_for, taken
from gates.graph.data import shown_to_gate
from gates.routing import FieldProblem

FACTS = {
    "input": {"ticket": "T-1", "amount": 120},
    "analyse": {"mood": "angry", "score": None},
}
BRANCH = Branch(
    "size",
    (Case("input.amount > 1000", "board"), Case("input.amount > 100", "audit"), Case("true", "x")),
    "done",
)


def test_without_expressions_a_node_is_given_what_came_before():
    assert data_for(None, FACTS, {"handed": 1}) == {"handed": 1}


def test_a_node_is_given_what_its_expressions_say():
    assert data_for("analyse", FACTS, None) == {"mood": "angry", "score": None}
    wanted = {"ticket": "input.ticket", "double": "input.amount * 2", "score": "analyse.score"}
    assert data_for(wanted, FACTS, None) == {"ticket": "T-1", "double": 240, "score": None}
    assert data_for({}, FACTS, {"handed": 1}) == {}


def test_what_is_not_there_is_told_with_its_name():
    with pytest.raises(RuleError, match=r"^order: input\.order is missing$"):
        data_for({"ticket": "input.ticket", "order": "input.order"}, FACTS, None)
    with pytest.raises(RuleError, match=r"^propose is missing$"):
        data_for("propose.amount", FACTS, None)


def test_the_first_case_that_holds_wins():
    assert taken(BRANCH, FACTS) == ("input.amount > 100", "audit")
    assert BRANCH.edges["input.amount > 100"] == "audit"


def test_where_no_case_holds_it_goes_on_else():
    branch = Branch("size", BRANCH.cases[:1], "done")
    assert taken(branch, FACTS) == ("else", "done")
    assert branch.edges["else"] == "done"


def test_a_case_that_cannot_be_judged_stops_the_search():
    branch = Branch("size", (Case("analyse.score > 1", "a"), Case("true", "b")), "done")
    with pytest.raises(RuleError, match=r"^analyse\.score > 1: “score” is missing or null$"):
        taken(branch, FACTS)


def test_a_gate_is_shown_what_a_proposal_has_and_nothing_else():
    content = {
        "proposal": {"amount": 1},
        "context": {"order": "A-17"},
        "recommendation": "reject",
        "confidence": 0,
        "rationale": "It is late.",
        "requester": {"id": "joe"},
    }
    assert shown_to_gate({**content, "step": 1, "review": 2}) == content


@pytest.mark.parametrize("given", [["proposal"], "proposal", None, {}])
def test_what_is_no_proposal_is_shown_to_no_gate(given):
    said = "What comes before a gate must return an object with proposal."
    assert shown_to_gate(given) == FieldProblem("/proposal", "required", said)


@pytest.mark.parametrize("confidence", [-0.1, 1.1])
def test_confidence_is_a_share(confidence):
    assert shown_to_gate({"proposal": 1, "confidence": confidence}) == FieldProblem(
        "/confidence", "out_of_range", "confidence is between 0 and 1."
    )
