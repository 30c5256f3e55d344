"""Policy files: what the keys of a gate must be together."""

from __future__ import annotations

import re

import pytest

from tests.gates.policies import gate_of, gate_text, told

CHAIN = {
    "timeout_action": "escalate",
    "escalation": "[{assignee: leads, timeout: 9}]",
    "final_action": "reject",
}
SCHEMA = "{properties: {amount: {type: number}, lines: {items: {properties: {sku: {}}}}}}"


def said(**keys):
    """What is said of a gate with these keys, without line and gate."""
    return [re.sub(r"^\d+: gates\.refund\.", "", line) for line in told(gate_text(**keys))]


def test_a_chain_goes_with_escalate_and_a_final_action():
    assert said(**CHAIN) == []


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"timeout_action": "escalate"}, "timeout_action: escalate needs an escalation chain"),
        (
            {**CHAIN, "timeout_action": "reject"},
            "timeout_action: must be escalate, because there is an escalation chain",
        ),
        (
            {**CHAIN, "final_action": None},
            "final_action: is missing: what happens when the last team does not answer?",
        ),
        ({"final_action": "reject"}, "final_action: goes with an escalation chain only"),
        (
            {**CHAIN, "final_action": "escalate"},
            "final_action: must be one of reject, approve, skip, not “escalate”",
        ),
        ({"approve_needs_seen": "true"}, "warning: has no effect: no deadline approves"),
    ],
)
def test_deadlines_must_lead_somewhere(keys, message):
    assert [line.removeprefix("approve_needs_seen: ") for line in said(**keys)] == [message]


@pytest.mark.parametrize("rule", ["true", "'proposal.amount > 1'"])
def test_what_cannot_be_undone_is_not_approved_by_a_deadline(rule):
    triggers = f"{{irreversible: {rule}}}"
    message = "what cannot be undone must not be approved by a deadline"
    assert said(triggers=triggers, timeout_action="approve") == [f"timeout_action: {message}"]
    assert said(triggers=triggers, **{**CHAIN, "final_action": "approve"}) == [
        f"final_action: {message}"
    ]
    assert said(triggers="{irreversible: false, stakes: 'true'}", timeout_action="approve") == []


@pytest.mark.parametrize(
    ("keys", "messages"),
    [
        (
            {"options": "[approve, reject, modify]"},
            [
                "editable: is missing: modify needs it",
                "proposal_schema: is missing: modify needs it",
            ],
        ),
        ({"options": "[approve, reject, partial]"}, ["items: is missing: partial needs it"]),
        (
            {"editable": "[/amount]"},
            ["editable: warning: has no effect: modify is not among the options"],
        ),
        (
            {"items": "{list: /lines, id: sku}"},
            ["items: warning: has no effect: partial is not among the options"],
        ),
        (
            {"conditions": "{a: {text: x, confirms: api}}"},
            ["conditions: goes with the option approve_if only"],
        ),
        (
            {"options": "[reject]", "batch": "{when: 'true', cap: 5}"},
            ["batch: goes with the option approve only"],
        ),
    ],
)
def test_options_and_what_they_need_go_together(keys, messages):
    assert sorted(said(**keys)) == messages


@pytest.mark.parametrize("verdict", ["partial", "approve_if", "respond"])
def test_some_verdicts_cannot_be_voted_on(verdict):
    found = said(
        options=f"[approve, reject, {verdict}]", items="{list: /lines, id: sku}", approvals="2"
    )
    assert f"approvals: more than one approval does not go with {verdict}" in found


def test_approve_reject_and_modify_can_be_voted_on():
    keys = {
        "options": "[approve, reject, modify]",
        "proposal_schema": SCHEMA,
        "editable": "[/amount]",
    }
    assert said(**keys, approvals="2") == []


def test_a_rejection_needs_a_reason():
    reasons = "{fine: {verdicts: [approve]}}"
    assert said(reasons=reasons) == ["reasons: at least one reason must go with reject"]
    assert said(reasons=reasons, options="[approve]") == []


def test_a_reason_for_a_verdict_that_is_not_offered_is_idle():
    assert said(reasons="{a: {verdicts: [reject, modify]}}") == [
        "reasons.a: warning: modify is not among the options"
    ]


# --- triggers and rules ---------------------------------------------------------------------------


def test_always_must_say_why():
    assert said(triggers="{always: true}") == ["triggers.because: is missing"]
    assert said(triggers="{because: x, stakes: 'true'}") == [
        "triggers.because: goes with `always: true` only"
    ]


@pytest.mark.parametrize("triggers", ["{always: false}", "{irreversible: false}", "{boundary: {}}"])
def test_triggers_that_send_nothing_to_a_person_are_none(triggers):
    assert said(triggers=triggers) == [
        "triggers: sends nothing to a person: say what needs one, or `always: true` and `because`"
    ]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            {"triggers": "{stakes: 'proposal.amont > 1'}"},
            "triggers.stakes: proposal.amont is not in proposal_schema; did you mean amount?",
        ),
        (
            {"triggers": "{irreversible: 'context.x == 1'}"},
            "triggers.irreversible: context.x is not one of the gate's context keys",
        ),
        (
            {"triggers": "{boundary: {edge: {when: 'amount > 1', policy: p}}}"},
            (
                "triggers.boundary.edge.when: column 1: “amount” is not known; "
                "a rule reads proposal, context and confidence"
            ),
        ),
        ({"limits": "proposal.amount >"}, "limits: something is missing at the end"),
        (
            {"batch": "{when: 'proposal.amount % 2 == 1', cap: 5}"},
            "batch.when: column 17: % is not available: every number is a decimal",
        ),
        ({"limits": "true || " * 130 + "true"}, "limits: longer than 1024 bytes"),
    ],
)
def test_every_rule_must_compile_with_the_names_of_the_gate(keys, message):
    assert said(proposal_schema=SCHEMA, **keys) == [message]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"subject": "/who"}, "subject: /who is not in proposal_schema"),
        ({"amount": "/amont"}, "amount: /amont is not in proposal_schema; did you mean amount?"),
        (
            {"options": "[approve, reject, modify]", "editable": "[/amount, /lines/0/sk]"},
            "editable: /lines/0/sk is not in proposal_schema; did you mean sku?",
        ),
        (
            {"options": "[approve, reject, partial]", "items": "{list: /line, id: sku}"},
            "items.list: /line is not in proposal_schema; did you mean lines?",
        ),
        (
            {"description": "Refund of {{ proposal.amont }}"},
            "description: proposal.amont is not in proposal_schema; did you mean amount?",
        ),
        ({"description": "'{% now %}'"}, "description: tags ({% … %}) are not available"),
    ],
)
def test_places_in_the_proposal_must_exist_where_that_is_known(keys, message):
    assert said(proposal_schema=SCHEMA, **keys) == [message]


# --- the schema -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "schema",
    [
        "{}",
        "{$schema: 'https://json-schema.org/draft/2020-12/schema', type: object}",
        "{$defs: {line: {type: object}}, properties: {line: {$ref: '#/$defs/line'}}}",
        "{properties: {next: {$ref: '#'}}}",
        "{properties: {$ref: {type: string}, default: {type: string}}}",
        "{enum: [{$ref: 'http://example.com'}]}",
    ],
)
def test_a_schema_that_stands_by_itself_is_fine(schema):
    assert gate_of(proposal_schema=schema).proposal_schema is not None


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("{type: objekt}", "type: 'objekt' is not valid under any of the given schemas"),
        ("{properties: {a: {minimum: x}}}", "properties/a/minimum: 'x' is not of type 'number'"),
        (
            "{$schema: 'http://json-schema.org/draft-07/schema#'}",
            "$schema must be https://json-schema.org/draft/2020-12/schema",
        ),
        ("{$schema: [1]}", "$schema must be https://json-schema.org/draft/2020-12/schema"),
        ("{$id: 'http://example.com/x'}", "$id is not available"),
        ("{properties: {a: {$anchor: x}}}", "$anchor is not available"),
        (
            "{properties: {a: {$ref: 'http://example.com/x'}}}",
            "$ref must name a place in this schema, such as #/$defs/item, not “http://example.com/x”",
        ),
        (
            "{properties: {default: {$ref: 'file:///etc/passwd'}}}",
            "$ref must name a place in this schema, such as #/$defs/item, not “file:///etc/passwd”",
        ),
        (
            "{properties: {a: {$ref: '#/$defs/none'}}}",
            "$ref must name a place in this schema, such as #/$defs/item, not “#/$defs/none”",
        ),
        ("{$ref: '#'}", "a $ref leads back to itself"),
        (
            "{$defs: {a: {allOf: [{$ref: '#/$defs/b'}]}, b: {$ref: '#/$defs/a'}}}",
            "a $ref leads back to itself",
        ),
        ("{properties: {a: {pattern: '('}}}", "properties/a/pattern: '(' is not a 'regex'"),
    ],
)
def test_a_schema_that_cannot_be_trusted_is_refused(schema, message):
    assert said(proposal_schema=schema) == [f"proposal_schema: {message}"]


# --- the example ----------------------------------------------------------------------------------

EXAMPLE = {
    "proposal_schema": SCHEMA,
    "context": "[order]",
    "example": "{proposal: {amount: 50}, context: {order: {total: 60}}, confidence: 0.5}",
}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            {"triggers": "{stakes: 'context.order.sum > 1'}"},
            "triggers.stakes: cannot be judged on the example: “sum” is missing or null",
        ),
        (
            {"triggers": "{irreversible: 'proposal.amount'}"},
            (
                "triggers.irreversible: cannot be judged on the example: "
                "the answer is neither true nor false"
            ),
        ),
        (
            {"triggers": "{boundary: {b: {when: 'proposal.amount > context.order', policy: p}}}"},
            (
                "triggers.boundary.b.when: cannot be judged on the example: "
                "values of these types do not go together"
            ),
        ),
        (
            {"batch": "{when: 'proposal.lines[0].sku == confidence', cap: 5}"},
            "batch.when: cannot be judged on the example: “lines” is missing or null",
        ),
        (
            {"limits": "proposal.lines.all(l, l.sku != 'x')"},
            "limits: cannot be judged on the example: “lines” is missing or null",
        ),
        ({"limits": "proposal.amount < 50"}, "limits: warning: the example breaks them"),
        (
            {
                "triggers": "{stakes: 'confidence > 0.1'}",
                "example": "{proposal: {amount: 1}, context: {order: 1}}",
            },
            (
                "triggers.stakes: cannot be judged on the example: "
                "missing, null or of the wrong type: 'confidence'"
            ),
        ),
    ],
)
def test_every_rule_is_tried_on_the_example(keys, message):
    assert said(**{**EXAMPLE, **keys}) == [message]


def test_the_example_must_fit_the_schema():
    example = "{proposal: {amount: x}, context: {order: 1}}"
    assert said(**{**EXAMPLE, "example": example}) == [
        "example.proposal.amount: 'x' is not of type 'number'"
    ]


def test_the_example_must_have_the_facts():
    assert said(**{**EXAMPLE, "example": "{proposal: {amount: 1}}"}) == [
        "example.context.order: “order” is needed."
    ]


# --- observe --------------------------------------------------------------------------------------

OBSERVE = {"mode": "observe", "triggers": "{stakes: 'proposal.amount > 1', calibration: 0.05}"}


def test_a_gate_may_observe():
    assert gate_of(**OBSERVE).mode == "observe"
    assert gate_of().mode == "gate"


@pytest.mark.parametrize(
    ("keys", "key", "what"),
    [
        (
            {"triggers": "{irreversible: true, calibration: 0.05}"},
            "6: gates.refund.triggers.irreversible",
            "what cannot be undone",
        ),
        (
            {"triggers": "{irreversible: 'proposal.a > 1', calibration: 0.05}"},
            "6: gates.refund.triggers.irreversible",
            "what cannot be undone",
        ),
        ({"limits": "'true'"}, "8: gates.refund.limits", "what breaks the limits"),
        (
            {"batch": "{when: 'true', cap: 2}"},
            "8: gates.refund.batch",
            "a look back at many at once, which is no evidence",
        ),
        ({"approvals": "2"}, "8: gates.refund.approvals", "several votes on what is done already"),
        (
            {"options": "[approve, reject, respond]"},
            "8: gates.refund.options",
            "other options than approve and reject",
        ),
        (
            {"options": "[approve, reject, approve_if]"},
            "8: gates.refund.options",
            "other options than approve and reject",
        ),
    ],
)
def test_observe_refuses_what_would_have_to_stop_something(keys, key, what):
    said = f"{key}: mode observe stops nothing: it does not go with {what}"
    assert told(gate_text(**{**OBSERVE, **keys})) == [said]


@pytest.mark.parametrize("calibration", ["", ", calibration: 0"])
def test_observe_needs_somebody_to_look(calibration):
    triggers = f"{{stakes: 'proposal.amount > 1'{calibration}}}"
    assert told(gate_text(**{**OBSERVE, "triggers": triggers})) == [
        "6: gates.refund.triggers.calibration: mode observe needs it: nobody would ever look"
    ]


def test_a_mode_is_gate_or_observe():
    assert told(gate_text(mode="watch")) == [
        "7: gates.refund.mode: must be one of gate, observe, not “watch”"
    ]
