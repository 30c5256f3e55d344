"""What rules may name, and that whatever is written or submitted never hangs or crashes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gates.expressions import ExpressionError, Names, RuleError, compile_rule, unknown_member
from tests.gates.policies import SCHEMA

NAMES = Names(SCHEMA, frozenset({"order", "note"}))


@pytest.mark.parametrize(
    "text",
    [
        "proposal.amount > 1",
        "proposal.kind.contains('x')",
        "proposal.lines[0].price > 1",
        "proposal.lines.exists(line, line.price > 1)",
        "proposal.lines.filter(a, a.price > 1).exists(b, b.sku == 'x')",
        "size(proposal) > 1",
        "context.order.anything > 1",
        "context['note'] == 'x'",
        "confidence > 0.5",
    ],
)
def test_names_that_the_gate_has_are_fine(text):
    assert compile_rule(text, NAMES).text == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("proposal.amont > 1", "proposal.amont is not in proposal_schema; did you mean amount?"),
        ("proposal['amont'] > 1", "proposal.amont is not in proposal_schema; did you mean amount?"),
        ("has(proposal.zzz)", "proposal.zzz is not in proposal_schema"),
        (
            "proposal.lines[0].prize > 1",
            "proposal.lines[].prize is not in proposal_schema; did you mean price?",
        ),
        (
            "proposal.lines.all(l, l.prize > 1)",
            "proposal.lines[].prize is not in proposal_schema; did you mean price?",
        ),
        (
            "proposal.lines.filter(a, a.price > 1).exists(b, b.skew == 'x')",
            "proposal.lines[].skew is not in proposal_schema",
        ),
        (
            "context.ordr > 1",
            "context.ordr is not one of the gate's context keys; did you mean order?",
        ),
        ("confidence.value > 1", "confidence has no members"),
    ],
)
def test_names_that_the_gate_does_not_have_are_refused(text, message):
    with pytest.raises(ExpressionError) as raised:
        compile_rule(text, NAMES)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("schema", "path", "found"),
    [
        (None, ["a"], None),
        ({}, ["a"], None),
        ({"properties": {"a": {}}}, ["a", "b"], None),
        ({"properties": {"a": {}}}, ["b"], (0, ["a"])),
        ({"properties": {"a": {}}, "additionalProperties": False}, ["b"], (0, ["a"])),
        ({"properties": {"a": {}}, "additionalProperties": True}, ["b"], None),
        ({"properties": {"a": {}}, "allOf": [{}]}, ["b"], None),
        ({"properties": {"a": {"properties": {"c": {}}}}}, ["a", "d"], (1, ["c"])),
        ({"properties": {"a": {"items": {"properties": {"c": {}}}}}}, ["a", "0", "d"], (2, ["c"])),
        ({"properties": {"a": True}}, ["a", "d"], None),
    ],
)
def test_a_path_leaves_a_schema_only_where_it_names_its_members(schema, path, found):
    assert unknown_member(schema, path) == found


# --- whatever is written --------------------------------------------------------------------------

PROPOSAL = {"a": [{"k": 1, "b": "x"}], "b": {"k": None}}
FACTS = {"proposal": PROPOSAL, "context": {}, "confidence": 0.5}
PIECES = (
    "proposal context confidence null true in x x.y .a .b [0] ['k'] ( ) [ ] { } , ? : 'x' 1 2.5 0x1"
    " 1u - ! && || == < + / % size( has( .exists(x, .map( r' b' // é"
)
PARTS = st.sampled_from([*PIECES.split(), '"', '"""', " ", "\n", "\ud800"])
WRITTEN = st.one_of(st.text(max_size=60), st.lists(PARTS, max_size=40).map("".join))


@given(WRITTEN)
@example("\x00")
@example("-9223372036854775808")
@example("'" + "\\" * 5)
@example("a" * 2000)
@example("!" * 1000 + "true")
def test_whatever_is_written_compiles_or_is_refused_and_answers_or_fails(text):
    try:
        rule = compile_rule(text)
    except ExpressionError:
        return
    with suppress(RuleError):
        assert rule.holds(FACTS) in {True, False}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
)


@given(proposal=JSON, confidence=JSON)
@pytest.mark.parametrize(
    "text",
    [
        "proposal.a > 1 && proposal.b.c == 'x'",
        "proposal.a.exists(x, x.b > confidence)",
        "proposal == confidence",
    ],
)
def test_whatever_the_facts_are_a_rule_answers_or_fails(text, proposal, confidence):
    facts = {"proposal": proposal, "confidence": confidence}
    with suppress(RuleError):
        assert compile_rule(text).holds(facts) in {True, False}
