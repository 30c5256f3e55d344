"""Policy files: every key read, every mistake told with its line, and written so that they read the same."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from gates.policyfile import Problem, diff, read, write

ROOT = Path(__file__).parents[2]
SMALL = {
    "timeout": "60",
    "timeout_action": "reject",
    "assignee": "team",
    "triggers": "{always: true, because: It is new.}",
}


def gate_text(**keys):
    """A file with one small gate; a key that is None is left out."""
    lines = [f"{key}: {value}" for key, value in {**SMALL, **keys}.items() if value is not None]
    return "gates:\n  refund:\n" + indent("\n".join(lines), "    ")


def gate_of(**keys):
    file = read(gate_text(**keys), "f.yaml")
    assert file.errors == ()
    return file.gates[0]


def told(text):
    """What is said of a file, without its name."""
    return [str(problem).removeprefix("f.yaml:") for problem in read(text, "f.yaml").problems]


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
            "options: must be one of approve, modify, partial, approve_if, reject, respond, not “aprove”",
        ),
        ("description", "[]", "description: must be text, not a list"),
        ("description", "''", "description: must not be empty"),
        ("context", "order", "context: must be a list"),
        (
            "context",
            "[order id]",
            "context.0: “order id” is no name: use up to 64 letters, digits and _, and no digit first",
        ),
        ("context", "[{label: x}]", "context.0.key: is missing"),
        (
            "context",
            "[{key: a, kind: image}]",
            "context.0.kind: must be one of text, money, date, table, markdown, json, link, not “image”",
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


@pytest.mark.parametrize("key", ["timeout", "timeout_action", "assignee"])
def test_what_must_be_said_is_missed(key):
    assert told(gate_text(**{key: None})) == [f"2: gates.refund.{key}: is missing"]


def test_a_gate_must_say_what_needs_a_person():
    assert told(gate_text(triggers=None)) == [
        "2: gates.refund.triggers: is missing: say what needs a person, or `always: true` and `because`"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (gate_text(mode="observe"), "7: gates.refund.mode: observe is not available yet"),
        (gate_text(mode="other"), "7: gates.refund.mode: must be gate"),
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
        (gate_text() + "\nworkflows: {}", "7: workflows: is not available yet"),
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


# --- written --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "gates", [(FULL_GATE,), (gate_of(),), (FULL_GATE, gate_of(approvals="2", timeout="5"))]
)
def test_what_is_written_reads_the_same(gates):
    gates = tuple({gate.slug: gate for gate in gates}.values())
    assert read(write(gates), "f.yaml").gates == gates


def test_defaults_are_not_written():
    assert write([gate_of()]) == (
        "gates:\n"
        "  refund:\n"
        "    timeout: 60\n"
        "    timeout_action: reject\n"
        "    assignee: team\n"
        "    triggers:\n"
        "      always: true\n"
        "      because: It is new.\n"
    )


@given(
    words=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80).filter(
        str.strip
    ),
    lines=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=3),
    number=st.floats(allow_nan=False, allow_infinity=False),
)
def test_any_text_and_number_survives(words, lines, number):
    gate = GatePolicy(
        slug="refund",
        description="Refund",
        steps=(Step("team", 60),),
        timeout_action="reject",
        triggers=Triggers(always_because=words),
        reasons=(Reason("late", words),),
        example={"proposal": {"lines": lines, words: number}, "context": {}, "confidence": None},
    )
    assert read(write([gate]), "f.yaml").gates == (gate,)


def test_a_change_is_shown_line_by_line():
    lines = diff(gate_of(), gate_of(timeout="90"), ("refund 1", "refund 2"))
    assert lines == [
        "--- refund 1",
        "+++ refund 2",
        "@@ -1,6 +1,6 @@",
        " gates:",
        "   refund:",
        "-    timeout: 60",
        "+    timeout: 90",
        "     timeout_action: reject",
        "     assignee: team",
        "     triggers:",
    ]


def test_gates_that_are_equal_show_no_change():
    assert diff(gate_of(), gate_of(lease="600")) == []


def test_a_new_gate_is_shown_whole():
    assert diff(None, gate_of())[3:] == [f"+{line}" for line in write([gate_of()]).splitlines()]
