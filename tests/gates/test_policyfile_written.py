"""Policy files written: they read the same, and changes show line by line."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gates.policy import GatePolicy, Reason, Step, Triggers
from gates.policyfile import diff, read, write
from tests.gates.policies import gate_of
from tests.gates.test_policyfile import FULL_GATE
from tests.gates.test_policyfile_rules import OBSERVE


@pytest.mark.parametrize(
    "gates",
    [
        (FULL_GATE,),
        (gate_of(),),
        (gate_of(**OBSERVE),),
        (FULL_GATE, gate_of(approvals="2", timeout="5")),
    ],
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
@example(words="a\x85b", lines=["\x85", "\u2028", "\ufeff"], number=0.0)
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
