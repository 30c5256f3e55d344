"""Policy files: every key is read, and every mistake is told with its line."""

from __future__ import annotations

from pathlib import Path

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
from gates.policyfile import Problem, read
from tests.gates.policies import gate_of, gate_text, told

ROOT = Path(__file__).parents[2]
FULL = """
gates:
  refund:
    description: "Refund of {{ proposal.amount|money }}"
    context:
      - order
      - {key: history, label: The history, kind: json, from: system, optional: true}
    options: [approve, reject, modify, partial, approve_if]
    timeout: 300
    timeout_action: escalate
    assignee: support_team
    owner: support
    priority: high
    working_time: true
    escalation:
      - {assignee: support_leads, timeout: 900}
      - {assignee: managers, timeout: 1800}
    final_action: skip
    mode: gate
    publish: self
    triggers:
      irreversible: "proposal.amount > 400"
      stakes: "proposal.amount > 100"
      boundary:
        edge: {when: "proposal.amount > 90", policy: Near the edge.}
      confidence_below: 0.9
      calibration: 0.05
      always: true
      because: It is new.
    proposal_schema:
      type: object
      properties: {amount: {type: number}, lines: {type: array}, who: {}}
    editable: [/amount]
    items: {list: /lines, id: sku}
    limits: "proposal.amount < 500"
    subject: /who
    amount: /amount
    reasons:
      fraud: {label: Looks like fraud, verdicts: [reject, partial], text: It is fraud.}
      too_much:
    conditions:
      address: {text: Address confirmed, confirms: link}
      returned: {text: Goods are back, confirms: api, timeout: 60}
    undo_window: 0
    lease: 30
    max_rounds: 1
    batch: {when: "proposal.amount < 50", cap: 20}
    example:
      proposal: {amount: 49.99, lines: [{sku: a}], who: C-1}
      context: {order: 5}
      confidence: 0.5
"""
FULL_GATE = GatePolicy(
    slug="refund",
    description="Refund of {{ proposal.amount|money }}",
    steps=(Step("support_team", 300), Step("support_leads", 900), Step("managers", 1800)),
    timeout_action="escalate",
    final_action="skip",
    triggers=Triggers(
        irreversible="proposal.amount > 400",
        stakes="proposal.amount > 100",
        boundary=(Boundary("edge", "proposal.amount > 90", "Near the edge."),),
        confidence_below=0.9,
        calibration=0.05,
        always_because="It is new.",
    ),
    options=("approve", "reject", "modify", "partial", "approve_if"),
    context=(
        ContextItem("order", "Order"),
        ContextItem("history", "The history", "json", "system", optional=True),
    ),
    working_time=True,
    owner="support",
    priority="high",
    proposal_schema={
        "type": "object",
        "properties": {"amount": {"type": "number"}, "lines": {"type": "array"}, "who": {}},
    },
    editable=("/amount",),
    items=Items("/lines", "sku"),
    limits="proposal.amount < 500",
    subject="/who",
    amount="/amount",
    reasons=(
        Reason("fraud", "Looks like fraud", ("reject", "partial"), "It is fraud."),
        Reason("too_much", "Too much"),
    ),
    conditions=(
        ConditionTemplate("address", "Address confirmed", "link", 604_800),
        ConditionTemplate("returned", "Goods are back", "api", 60),
    ),
    undo_window=0,
    lease=30,
    max_rounds=1,
    batch=Batch("proposal.amount < 50", 20),
    example={
        "proposal": {"amount": 49.99, "lines": [{"sku": "a"}], "who": "C-1"},
        "context": {"order": 5},
        "confidence": 0.5,
    },
)


def test_every_key_is_read():
    file = read(FULL, "f.yaml")
    assert (file.problems, file.gates) == ((), (FULL_GATE,))


def test_what_is_not_said_takes_its_default():
    assert gate_of() == GatePolicy(
        slug="refund",
        description="Refund",
        steps=(Step("team", 60),),
        timeout_action="reject",
        triggers=Triggers(always_because="It is new."),
        reasons=(Reason("other", "Other", ("reject",), "", needs_note=True),),
    )


def test_a_context_object_keeps_all_it_says():
    said = "[{key: order_id, label: No., kind: link, from: customer, optional: true}, plain_name]"
    assert gate_of(context=said).context == (
        ContextItem("order_id", "No.", "link", "customer", optional=True),
        ContextItem("plain_name", "Plain name", "text", "ai", optional=False),
    )


def test_a_reason_keeps_all_it_says():
    (reason,) = gate_of(
        reasons="{late: {label: Too late, verdicts: [reject], text: Sorry.}}"
    ).reasons
    assert reason == Reason("late", "Too late", ("reject",), "Sorry.")


def test_several_votes_are_read():
    assert gate_of(approvals="3").approvals == 3


def test_approval_by_a_deadline_may_need_a_look():
    gate = gate_of(timeout_action="approve", approve_needs_seen="true")
    assert (gate.timeout_action, gate.approve_needs_seen) == ("approve", True)


@pytest.mark.parametrize("name", ["refund.yaml", "loan.yaml"])
def test_the_policies_that_come_with_it_are_fine(name):
    file = read((ROOT / "reviews/policies" / name).read_text(), name)
    assert (file.problems, len(file.gates)) == ((), 1)


@pytest.mark.parametrize("key", ["timeout", "timeout_action", "assignee"])
def test_what_must_be_said_is_missed(key):
    assert told(gate_text(**{key: None})) == [f"2: gates.refund.{key}: is missing"]


def test_a_gate_must_say_what_needs_a_person():
    assert told(gate_text(triggers=None)) == [
        (
            "2: gates.refund.triggers: is missing: say what needs a person, "
            "or `always: true` and `because`"
        )
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            gate_text(publish="second_person"),
            "7: gates.refund.publish: second_person is not available yet",
        ),
        (
            gate_text(learning="{target_risk: 0.05}"),
            "7: gates.refund.learning: is not available yet",
        ),
        (gate_text(sensitive="true"), "7: gates.refund.sensitive: is not available yet"),
        (gate_text(retention_days="30"), "7: gates.refund.retention_days: is not available yet"),
        (gate_text(stakes_class="high"), "7: gates.refund.stakes_class: is not available yet"),
    ],
)
def test_what_is_not_built_yet_is_refused(text, message):
    assert told(text) == [message]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"timout": "5"}, "7: gates.refund.timout: there is no such key; did you mean timeout?"),
        ({"zzz": "5"}, "7: gates.refund.zzz: there is no such key"),
        (
            {"triggers": "{always: true, because: x, stake: 'true'}"},
            "6: gates.refund.triggers.stake: there is no such key; did you mean stakes?",
        ),
        (
            {"context": "[{key: a, lable: b}]"},
            "7: gates.refund.context.0.lable: there is no such key; did you mean label?",
        ),
        (
            {"reasons": "{a: {needs_note: true}}"},
            "7: gates.refund.reasons.a.needs_note: there is no such key",
        ),
    ],
)
def test_an_unknown_key_is_refused_with_what_may_be_meant(keys, message):
    assert told(gate_text(**keys)) == [message]


def test_all_mistakes_are_told_in_the_order_of_their_lines():
    text = gate_text(timeout="0", zzz="1", lease="x") + "\n  Other Gate: 5\nmore: 1"
    assert told(text) == [
        "3: gates.refund.timeout: must be between 1 and 316224000",
        "7: gates.refund.zzz: there is no such key",
        "8: gates.refund.lease: must be a whole number, not “x”",
        "9: gates.Other Gate: must be a map",
        "10: more: there is no such key",
    ]


def test_a_gate_with_a_mistake_is_left_out_and_the_others_stay():
    file = read(
        gate_text(timeout="0")
        + "\n  other: {timeout: 5, timeout_action: skip, assignee: a, triggers: {stakes: 'true'}}",
        "f",
    )
    assert [gate.slug for gate in file.gates] == ["other"]


def test_a_problem_knows_file_line_key_and_level():
    (problem,) = read(gate_text(timeout="0"), "dir/f.yaml").problems
    assert problem == Problem(
        "dir/f.yaml", 3, "gates.refund.timeout", "must be between 1 and 316224000", "error"
    )
    assert str(problem) == "dir/f.yaml:3: gates.refund.timeout: must be between 1 and 316224000"
