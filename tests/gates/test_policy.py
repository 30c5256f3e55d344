"""The policy as a value: what happens at each level, and its JSON form."""

from __future__ import annotations

import json

import pytest

from gates.policy import (
    Batch,
    Boundary,
    ConditionTemplate,
    ContextItem,
    GatePolicy,
    Items,
    Reason,
    Step,
    Triggers,
)
from tests.gates.policies import a_gate

FULL = a_gate(
    triggers=Triggers(
        irreversible="proposal.amount > 9",
        stakes="proposal.amount > 5",
        boundary=(Boundary("edge", "proposal.amount > 3", "Near the edge."),),
        confidence_below=0.9,
        calibration=0.05,
        always_because="it is new",
    ),
    context=(ContextItem("order", "Order", "json", "system", optional=True),),
    options=("approve", "reject", "modify", "partial"),
    editable=("/amount",),
    items=Items("/lines", "sku"),
    reasons=(Reason("other", "Other", ("reject", "modify"), "Because.", needs_note=True),),
    conditions=(ConditionTemplate("address", "Address confirmed", "link", 60),),
    batch=Batch("proposal.amount < 2", 20),
    example={"proposal": {"amount": 1}, "context": {}, "confidence": None},
)


@pytest.mark.parametrize("policy", [a_gate(), FULL])
def test_a_policy_comes_back_from_its_json_form(policy):
    stored = json.loads(json.dumps(policy.document()))
    assert stored == policy.document()
    assert GatePolicy.from_document(stored) == policy


def test_a_policy_can_be_hashed():
    assert len({FULL, GatePolicy.from_document(FULL.document())}) == 1


def test_a_key_that_an_old_document_lacks_takes_its_default():
    document = a_gate().document()
    del document["lease"]
    assert GatePolicy.from_document(document) == a_gate()


def test_a_chain_ends_in_the_final_action():
    policy = a_gate()
    assert (policy.levels, policy.action_at(0), policy.action_at(1)) == (1, "escalate", "reject")


def test_without_a_chain_the_timeout_action_is_the_end():
    policy = a_gate(steps=(Step("team", 60),), timeout_action="skip", final_action="")
    assert (policy.levels, policy.action_at(0)) == (0, "skip")


def test_reasons_and_conditions_are_found_by_code():
    assert FULL.reason("other") == FULL.reasons[0]
    assert FULL.condition("address") == FULL.conditions[0]
    assert (FULL.reason("x"), FULL.condition("x")) == (None, None)
