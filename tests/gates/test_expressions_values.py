"""Expressions that give JSON, over roots of the caller's."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given

from gates.expressions import ExpressionError, RuleError, compile_rule, compile_value
from tests.gates.test_expressions_names import JSON, WRITTEN

FACTS = {
    "input": {
        "n": 3,
        "half": 0.5,
        "big": 2**60,
        "none": None,
        "deep": {"none": None, "n": [1, None]},
        "list": [{"k": 1}, {"k": 2}],
    },
    "size": {"outcome": "met"},
}


def value_of(text):
    return compile_value(text, ("input", "size")).of(FACTS)


@pytest.mark.parametrize("text", ["input", "input.deep", "input.big", "input.none", " size "])
def test_what_is_only_named_is_handed_on_untouched(text):
    expected: Any = FACTS
    for part in text.strip().split("."):
        expected = expected[part]
    assert value_of(text) is expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("input.n + 1", 4),
        ("input.n / 2", 1.5),
        ("input.half * 2", 1),
        ("input['n']", 3),
        ("size(input.list)", 2),
        ("size.outcome == 'met'", True),
        ("'a' + size.outcome", "amet"),
        ("null", None),
        ("[input.n, 'x', true]", [3, "x", True]),
        ("{'a': {'b': input.n}, 'c': []}", {"a": {"b": 3}, "c": []}),
        ("{'whole': input.deep}", {"whole": {"none": None, "n": [1, None]}}),
        ("input.list.filter(item, item.k > 1)", [{"k": 2}]),
        ("input.list[1].k", 2),
        ("has(input.zzz) ? input.zzz : 'none'", "none"),
        ("input.none == null ? 'none' : 'some'", "none"),
        ("1e300", 1e300),
    ],
)
def test_a_value_is_json_and_whole_numbers_are_whole(text, value):
    found = value_of(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("input.zzz", "input.zzz is missing"),
        ("input.n.x", "input.n.x is missing"),
        ("input.zzz + 1", "“zzz” is missing or null"),
        ("input.none + 1", "“none” is missing or null"),
        ("1 / 0", "the answer is no number"),
        ("{1: 2}", "Value of type float cannot be used as a map key"),
        ("{true: 2}", "the answer is no JSON value"),
        ("timestamp('2026-01-01T00:00:00Z')", "the answer is no JSON value"),
    ],
)
def test_what_gives_no_value_says_why(text, message):
    with pytest.raises(RuleError) as raised:
        value_of(text)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "inptu.x",
            "column 1: “inptu” is not known; did you mean input?; a rule reads input and size",
        ),
        ("proposal", "column 1: “proposal” is not known; a rule reads input and size"),
        ("input.list.exists(size, true)", "column 12: “size” cannot name an item"),
        ("input.list.exists(while, true)", "column 12: “while” cannot name an item"),
        ("'" + "x" * 2000 + "'", "longer than 1024 bytes"),
    ],
)
def test_a_value_keeps_to_its_roots_and_to_the_limits_of_rules(text, message):
    with pytest.raises(ExpressionError) as raised:
        compile_value(text, ("input", "size"))
    assert str(raised.value) == message


def test_a_single_root_is_named_alone():
    with pytest.raises(ExpressionError) as raised:
        compile_value("x", ("input",))
    assert str(raised.value) == "column 1: “x” is not known; a rule reads input"


def test_without_roots_a_value_may_start_anywhere():
    assert compile_value("anything.x + 1").of({"anything": {"x": 1}}) == 2
    with pytest.raises(RuleError):
        compile_value("anything.x + 1").of({})


def test_a_value_tells_what_it_reads():
    value = compile_value("input.list.exists(item, item.k > size.n)")
    assert (value.text, value.paths) == (
        "input.list.exists(item, item.k > size.n)",
        [("input", "list"), ("input", "list", 0, "k"), ("size", "n")],
    )


def test_a_rule_may_have_other_roots():
    rule = compile_rule("input.n > 2 && confidence.n == 1", roots=("input", "confidence"))
    assert rule.holds({**FACTS, "confidence": {"n": 1}}) is True
    assert compile_rule("zzz.n == 1", roots=None).holds({"zzz": {"n": 1}}) is True


def test_a_rule_still_takes_null_for_missing():
    with pytest.raises(RuleError, match="“none” is missing or null"):
        compile_rule("input.none == 1", roots=("input",)).holds(FACTS)


@given(text=WRITTEN, facts=JSON)
def test_whatever_is_written_gives_a_value_or_fails(text, facts):
    with suppress(ExpressionError, RuleError):
        compile_value(text).of({"proposal": facts, "x": facts})
