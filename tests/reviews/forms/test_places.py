"""The editable places of a proposal and the controls that suit them (without a database)."""

from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from reviews.forms.places import Place, at_pointer, edited, places_of
from reviews.forms.values import ABSENT
from tests.factories import policy

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["amount", "name", "urgent", "size", "maybe"],
    "$defs": {"money": {"type": "number", "minimum": 0.01, "maximum": 500}},
    "properties": {
        "amount": {"$ref": "#/$defs/money", "title": "Amount to refund"},
        "count": {"type": "integer"},
        "name": {"type": "string", "description": "Of the person."},
        "message": {"type": "string", "maxLength": 2000},
        "urgent": {"type": "boolean"},
        "vip": {"type": "boolean"},
        "size": {"enum": ["S", "M", 3]},
        "colour": {"enum": ["red"]},
        "maybe": {"type": ["string", "null"]},
        "address": {"type": "object", "properties": {"street_name": {"type": "string"}}},
        "lines": {
            "type": "array",
            "items": {"type": "object", "properties": {"price": {"type": "number"}}},
        },
    },
}
PROPOSAL: dict[str, Any] = {
    "amount": 49.99,
    "name": "Jane",
    "urgent": True,
    "size": "M",
    "maybe": None,
    "address": {},
    "lines": [{"price": 3}],
    "free": 1,
}


def place(pointer: str, proposal: Any = PROPOSAL, schema: Any = SCHEMA) -> Place:
    (found,) = places_of(policy(proposal_schema=schema, editable=(pointer,)), proposal)
    return found


@pytest.mark.parametrize(
    ("pointer", "kind", "label", "text"),
    [
        ("/amount", "number", "Amount to refund", "49.99"),
        ("/count", "integer", "Count", ""),
        ("/name", "string", "Name", "Jane"),
        ("/urgent", "boolean", "Urgent", "true"),
        ("/size", "choice", "Size", '"M"'),
        ("/maybe", "string", "Maybe", ""),
        ("/address", "object", "Address", "{}"),
        ("/address/street_name", "string", "Street name", ""),
        ("/lines", "array", "Lines", '[\n  {\n    "price": 3\n  }\n]'),
        ("/lines/0/price", "number", "Price", "3"),
        ("/free", "number", "Free", "1"),
        ("/unheard", "string", "Unheard", ""),
    ],
)
def test_a_place_gets_kind_label_and_text(pointer, kind, label, text):
    found = place(pointer)
    assert (found.kind, found.label, found.text) == (kind, label, text)


def test_without_a_schema_the_value_says_what_it_is():
    values = {"n": 1, "f": 1.5, "b": False, "s": "x", "o": {}, "l": []}
    kinds = [place(f"/{name}", values, schema=None).kind for name in values]
    assert kinds == ["number", "number", "boolean", "string", "object", "array"]


def test_a_place_whose_surroundings_are_missing_is_left_out():
    pointers = ("/amount", "/nowhere/x", "/lines/5", "/lines/-", "/name/x", "/amount")
    found = places_of(policy(proposal_schema=SCHEMA, editable=pointers), PROPOSAL)
    assert [(item.name, item.pointer) for item in found] == [("edit_0", "/amount")]


@pytest.mark.parametrize(
    ("pointer", "widget", "attributes"),
    [
        ("/amount", forms.TextInput, {"inputmode": "decimal", "autocomplete": "off"}),
        ("/count", forms.TextInput, {"inputmode": "numeric", "autocomplete": "off"}),
        ("/name", forms.TextInput, {"autocomplete": "off"}),
        ("/message", forms.Textarea, {"cols": "40", "rows": 3}),
        (
            "/lines",
            forms.Textarea,
            {"cols": "40", "rows": 5, "spellcheck": "false", "class": "mono"},
        ),
        ("/urgent", forms.Select, {}),
        ("/size", forms.Select, {}),
    ],
)
def test_the_control_suits_the_kind(pointer, widget, attributes):
    control = place(pointer).control()
    assert type(control.widget) is widget
    assert control.widget.attrs == attributes


@pytest.mark.parametrize("value", ["a\nb", "x" * 201])
def test_a_text_that_needs_room_gets_it(value):
    assert type(place("/name", PROPOSAL | {"name": value}).control().widget) is forms.Textarea


def test_the_help_says_the_bounds():
    assert place("/amount").control().help_text == "At least 0.01, at most 500"
    assert place("/name").control().help_text == "Of the person"
    assert place("/message").control().help_text == "At most 2,000 characters"


def test_a_select_offers_nothing_only_where_nothing_may_be():
    assert place("/size").options == [('"S"', "S"), ('"M"', "M"), ("3", "3")]
    assert place("/colour").options == [("", "nothing"), ('"red"', "red")]
    assert place("/urgent").options == [("true", "yes"), ("false", "no")]
    assert place("/vip").options == [("", "nothing"), ("true", "yes"), ("false", "no")]


@pytest.mark.parametrize(
    ("pointer", "text", "value"),
    [
        ("/amount", "35", 35),
        ("/count", "2", 2),
        ("/count", "", ABSENT),
        ("/name", "", ""),
        ("/name", " two\r\nlines ", " two\nlines "),
        ("/message", "", ABSENT),
        ("/urgent", "false", False),
        ("/vip", "", ABSENT),
        ("/size", "3", 3),
        ("/maybe", "x", "x"),
        ("/address", '{"a": 1}', {"a": 1}),
        ("/lines", "[]", []),
        ("/lines", " ", ABSENT),
    ],
)
def test_a_text_is_read_as_a_value_of_its_kind(pointer, text, value):
    found = place(pointer).read(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("pointer", "text", "message"),
    [
        ("/amount", "", "This is needed."),
        ("/amount", "lots", "Write a plain number such as 1234.56"),
        ("/count", "1.5", "Write a whole number."),
        ("/name", "\x00", "This text holds signs that cannot be kept."),
        ("/urgent", "", "This is needed."),
        ("/urgent", "yes", "Choose one of the values."),
        ("/size", '"L"', "Choose one of the values."),
        ("/address", "[]", "This must be an object, in braces {}."),
        ("/lines/0", "", "This is needed."),
    ],
)
def test_a_text_that_says_no_such_value_is_refused(pointer, text, message):
    with pytest.raises(ValidationError, match=message):
        place(pointer).read(text)


def test_what_is_not_touched_stays_to_the_last_bit():
    ends = "a\r\nb\rc"
    found = place("/name", PROPOSAL | {"name": ends})
    assert found.read("a\r\nb\r\nc") is ends
    assert place("/amount", PROPOSAL | {"amount": 1e300}).read("1" + "0" * 300) == 1e300
    assert place("/maybe").read("") is None


def test_a_nullable_number_may_be_emptied():
    schema = {"required": ["n"], "properties": {"n": {"type": ["number", "null"]}}}
    assert place("/n", {"n": 3}, schema).read("") is None


def test_references_that_lead_in_a_circle_end():
    schema = {"properties": {"n": {"$ref": "#/properties/n"}}}
    assert place("/n", {"n": 3}, schema).kind == "number"


def test_an_edit_replaces_adds_and_takes_away_and_leaves_the_original():
    original = {"a": 1, "b": {"c": 2}, "l": [1, 2]}
    changes = {"/a": ABSENT, "/b/c": 3, "/b/d": None, "/l/1": 5, "/l/7": 9, "/x/y": 1}
    assert edited(original, changes) == {"b": {"c": 3, "d": None}, "l": [1, 5]}
    assert original == {"a": 1, "b": {"c": 2}, "l": [1, 2]}


def test_what_a_pointer_does_not_reach_is_absent():
    assert at_pointer({"a": [1]}, "/a/0") == 1
    assert at_pointer({"a": [1]}, "/a/x") is ABSENT
    assert at_pointer({"a": 1}, "/a/b/c") is ABSENT
