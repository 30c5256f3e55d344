"""Policy files: what each key may be, alone."""

from __future__ import annotations

import re

import pytest

from tests.gates.policies import gate_text, told

# --- one wrong key --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("timeout", "true", "timeout: must be a whole number, not true"),
        ("timeout", "'60'", "timeout: must be a whole number, not “60”"),
        ("timeout", "60.0", "timeout: must be a whole number, not “60.0”"),
        ("timeout", "0", "timeout: must be between 1 and 316224000"),
        ("timeout", "", "timeout: must be a whole number, not nothing"),
        (
            "timeout_action",
            "explode",
            "timeout_action: must be one of reject, approve, skip, escalate, not “explode”",
        ),
        (
            "assignee",
            "Support Team",
            "assignee: “Support Team” is no short name: use up to 50 of a-z, 0-9, _ and -",
        ),
        ("owner", "5", "owner: “5” is no short name: use up to 50 of a-z, 0-9, _ and -"),
        (
            "priority",
            "urgent",
            "priority: must be one of low, normal, high, critical, not “urgent”",
        ),
        ("working_time", "yes", "working_time: must be true or false, not “yes”"),
        ("options", "approve", "options: must be a list, not “approve”"),
        ("options", "[]", "options: must not be empty"),
        ("options", "[approve, approve]", "options: something is there twice"),
        (
            "options",
            "[aprove]",
            (
                "options: must be one of approve, modify, partial, approve_if, reject, respond, "
                "not “aprove”"
            ),
        ),
        ("description", "[]", "description: must be text, not a list"),
        ("description", "''", "description: must not be empty"),
        ("context", "order", "context: must be a list"),
        (
            "context",
            "[order id]",
            (
                "context.0: “order id” is no name: "
                "use up to 64 letters, digits and _, and no digit first"
            ),
        ),
        ("context", "[{label: x}]", "context.0.key: is missing"),
        (
            "context",
            "[{key: a, kind: image}]",
            (
                "context.0.kind: must be one of text, money, date, table, markdown, json, link, "
                "not “image”"
            ),
        ),
        (
            "context",
            "[{key: a, from: me}]",
            "context.0.from: must be one of system, ai, customer, not “me”",
        ),
        ("context", "[a, {key: a}]", "context.1: “a” is there twice"),
        ("escalation", "leads", "escalation: must be a list"),
        ("triggers", "[]", "triggers: must be a map"),
        (
            "triggers",
            "{}",
            "triggers: is empty: say what needs a person, or `always: true` and `because`",
        ),
        (
            "triggers",
            "{confidence_below: 1.5}",
            "triggers.confidence_below: must be between 0 and 1",
        ),
        ("triggers", "{calibration: true}", "triggers.calibration: must be a number, not true"),
        ("triggers", "{irreversible: 1}", "triggers.irreversible: must be text, not “1”"),
        ("triggers", "{stakes: true}", "triggers.stakes: must be text, not true"),
        (
            "triggers",
            "{boundary: {edge: {when: 'true'}}}",
            "triggers.boundary.edge.policy: is missing",
        ),
        ("triggers", "{boundary: [edge]}", "triggers.boundary: must be a map of codes"),
        ("proposal_schema", "object", "proposal_schema: must be a map"),
        ("subject", "order", "subject: “order” is no JSON Pointer to a member, such as /amount"),
        ("amount", "''", "amount: “” is no JSON Pointer to a member, such as /amount"),
        ("editable", "[/a~2]", "editable: “/a~2” is no JSON Pointer to a member, such as /amount"),
        (
            "reasons",
            "{Not OK: {}}",
            "reasons.Not OK: “Not OK” is no short name: use up to 50 of a-z, 0-9, _ and -",
        ),
        ("conditions", "{a: {text: x}}", "conditions.a.confirms: is missing"),
        ("undo_window", "-1", "undo_window: must be between 0 and 86400"),
        ("lease", "5", "lease: must be between 30 and 604800"),
        ("approvals", "0", "approvals: must be between 1 and 20"),
        ("max_rounds", "0", "max_rounds: must be between 1 and 100"),
        ("batch", "{when: 'true'}", "batch.cap: is missing"),
        ("example", "{}", "example.proposal: is missing"),
        ("example", "{proposal: 1, confidence: 2}", "example.confidence: must be between 0 and 1"),
        ("limits", '"a\\0"', "limits: holds a control character"),
    ],
)
def test_a_wrong_value_is_told_with_its_key(key, value, message):
    found = [re.sub(r"^\d+: gates\.refund\.", "", line) for line in told(gate_text(**{key: value}))]
    assert found == [message]
