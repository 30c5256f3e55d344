"""What a gate refuses at the door, each with its place."""

from __future__ import annotations

import pytest

from gates.policy import ContextItem, Items
from gates.routing import problems_with, validator_of
from tests.gates.policies import a_gate

CONTEXT = {"order": {"total": 1}}


def problems(proposal, context=CONTEXT, **changes):
    return [tuple(problem) for problem in problems_with(a_gate(**changes), proposal, context)]


def test_a_whole_submission_has_no_problems():
    assert problems({"amount": 1, "unknown": [1]}) == []


@pytest.mark.parametrize(
    ("proposal", "pointer", "message"),
    [
        ({}, "/proposal/amount", "'amount' is a required property"),
        ({"amount": 0}, "/proposal/amount", "0 is less than or equal to the minimum of 0"),
        ({"amount": "1"}, "/proposal/amount", "'1' is not of type 'number'"),
        ({"amount": True}, "/proposal/amount", "True is not of type 'number'"),
        ({"amount": 1, "lines": {}}, "/proposal/lines", "{} is not of type 'array'"),
        ([], "/proposal", "[] is not of type 'object'"),
        (None, "/proposal", "None is not of type 'object'"),
    ],
)
def test_a_proposal_outside_the_schema_is_refused(proposal, pointer, message):
    assert problems(proposal) == [(pointer, "invalid_proposal", message)]


def test_all_problems_are_told():
    assert [found[0] for found in problems({"amount": 0, "kind": 1}, {})] == [
        "/proposal/amount",
        "/proposal/kind",
        "/context/order",
    ]


def test_a_place_is_a_json_pointer():
    schema = {"properties": {"a/b": {"items": {"type": "string"}}}}
    assert problems({"a/b": ["x", 1]}, proposal_schema=schema)[0][0] == "/proposal/a~1b/1"


def test_a_long_message_is_cut():
    (found,) = problems({"amount": 1, "kind": ["x" * 1000]})
    assert len(found[2]) == 301


def test_not_more_than_fifty_problems_are_told():
    schema = {"items": {"type": "string"}}
    assert len(problems(list(range(1000)), proposal_schema=schema)) == 50


def test_without_a_schema_any_proposal_fits():
    assert problems("anything", proposal_schema=None) == []


@pytest.mark.parametrize("context", [{}, {"order": None}, {"note": "x"}])
def test_a_fact_that_is_missing_is_refused(context):
    assert problems({"amount": 1}, context) == [
        ("/context/order", "missing_context", "“order” is needed.")
    ]


def test_an_optional_fact_may_be_missing():
    policy = a_gate(context=(ContextItem("order", "Order", optional=True),))
    assert problems_with(policy, {"amount": 1}, {}) == []


def test_a_fact_may_be_empty_and_others_may_come_along():
    assert problems({"amount": 1}, {"order": "", "more": 1}) == []


# --- items ----------------------------------------------------------------------------------------

ITEMS = Items("/lines", "sku")


def lines(*found):
    return problems({"amount": 1, "lines": list(found)}, items=ITEMS)


def test_items_with_ids_of_their_own_are_fine():
    assert lines({"sku": "a"}, {"sku": "b"}) == []
    assert lines() == []


@pytest.mark.parametrize("proposal", [{}, {"lines": None}, {"lines": {"sku": "a"}}, 5, [1]])
def test_items_must_be_a_list(proposal):
    found = problems(proposal, items=ITEMS, proposal_schema=None)
    assert found == [("/proposal/lines", "invalid_items", "A list of items is needed here.")]


@pytest.mark.parametrize("item", [{}, {"sku": 1}, {"sku": ""}, {"sku": None}, "a", None])
def test_items_need_ids_of_their_own(item):
    found = problems({"lines": [{"sku": "a"}, item]}, items=ITEMS, proposal_schema=None)
    assert found == [
        ("/proposal/lines/1/sku", "invalid_items", "Each item needs an id that is text.")
    ]


def test_two_items_cannot_have_one_id():
    assert lines({"sku": "a"}, {"sku": "b"}, {"sku": "a"}) == [
        ("/proposal/lines/2/sku", "invalid_items", "The id “a” is there twice.")
    ]


# --- the validator --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "value", "fits"),
    [
        (0.01, 49.99, True),
        (0.01, 19.9, True),
        (0.01, 0.001, False),
        (0.1, 0.3, True),
        (5, 15, True),
        (5, 16, False),
        (0.01, 1e308, True),
        (0.01, True, True),
        (0.01, "text", True),
    ],
)
def test_multiples_are_counted_exactly(step, value, fits):
    assert validator_of({"multipleOf": step}).is_valid(value) is fits


def test_formats_are_checked():
    schema = {"properties": {"day": {"format": "date"}}}
    assert problems({"day": "2026-02-30"}, proposal_schema=schema)[0][0] == "/proposal/day"


def test_a_schema_that_follows_the_proposal_down_ends():
    tree = {"properties": {"next": {"$ref": "#"}}}
    deep: dict = {}
    for _ in range(5000):
        deep = {"next": deep}
    assert problems(deep, proposal_schema=tree) == [
        ("/proposal", "invalid_proposal", "It is nested too deeply for the gate's schema.")
    ]
