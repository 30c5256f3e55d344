"""JSON values as people type and read them (without a database)."""

import json
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from reviews.forms.values import (
    ABSENT,
    is_number,
    json_of,
    number_of,
    number_shown,
    shown,
    text_of,
    written,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("35", 35),
        (" 35.50 ", 35.5),
        ("35.00", 35),
        ("-0.01", -0.01),
        ("+7", 7),
        (".5", 0.5),
        ("5.", 5),
        ("9007199254740991", 2**53 - 1),
    ],
)
def test_a_plain_number_is_read(text, number):
    found = number_of(text)
    assert (found, type(found)) == (number, type(number))


@pytest.mark.parametrize(
    "text", ["1,000", "1 000", "1'000", "12,5", "NaN", "inf", "1e3", "0x10", "-", ".", "٣", "1_000"]
)
def test_what_is_no_plain_number_is_refused(text):
    with pytest.raises(ValidationError) as refused:
        number_of(text)
    assert refused.value.messages == [
        "Write a plain number such as 1234.56: a point for decimals, no spaces, no commas."
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("9007199254740992", "This number is too large."),
        ("0.12345678901234567890", "This number has more digits than can be kept."),
        ("9" * 400, "This number is too large."),
    ],
)
def test_a_number_that_cannot_be_kept_is_refused(text, message):
    with pytest.raises(ValidationError) as refused:
        number_of(text)
    assert refused.value.messages == [message]


def test_a_whole_number_is_asked_for():
    assert number_of("3.0", whole=True) == 3
    with pytest.raises(ValidationError, match="Write a whole number"):
        number_of("3.5", whole=True)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (ABSENT, ""),
        (None, ""),
        (120, "120"),
        (49.99, "49.99"),
        (35.0, "35"),
        (1e-7, "0.0000001"),
        (1e22, "10000000000000000000000"),
        ("a\nb", "a\nb"),
        ([1], "[\n  1\n]"),
        ({"ä": True}, '{\n  "ä": true\n}'),
    ],
)
def test_a_value_is_written_as_the_text_of_a_field(value, text):
    assert written(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (ABSENT, "nothing"),
        (1234.5, "1,234.5"),
        (-3, "\u22123"),
        (True, "true"),
        ({"a": 1}, '{"a": 1}'),
        ("safe\u202eevil", "safe\\u202eevil"),
        ("x" * 300, "x" * 300),
        ("x" * 1301, "x" * 300 + "… and 1,001 more characters"),
    ],
)
def test_a_value_is_shown_cut_and_without_unseen_signs(value, text):
    assert shown(value) == text


def test_a_number_is_shown_with_a_true_minus():
    assert number_shown(Decimal("-14.99")) == "\u221214.99"


def test_booleans_are_no_numbers():
    assert [is_number(value) for value in (1, 1.5, True, "1", None)] == [True, True, *[False] * 3]


def test_json_is_read():
    assert json_of('{"a": [1, 2.5, null, "x"]}', dict) == {"a": [1, 2.5, None, "x"]}


@pytest.mark.parametrize(
    ("text", "shape", "message"),
    [
        ("{", None, "This is no JSON: look at line 1, column 2."),
        ('{"a": 1, "a": 2}', None, "This JSON cannot be kept as it is."),
        ("[NaN]", None, "This JSON cannot be kept as it is."),
        ("[1e999]", None, "This JSON cannot be kept as it is."),
        ("[9007199254740992]", None, "This JSON cannot be kept as it is."),
        ('["\\u0000"]', None, "This JSON cannot be kept as it is."),
        ('{"\\ud800": 1}', None, "This JSON cannot be kept as it is."),
        ("[" * 33 + "]" * 33, None, "This JSON cannot be kept as it is."),
        ("[" * 100_000, None, "This JSON cannot be kept as it is."),
        ("9" * 5000, None, "This JSON cannot be kept as it is."),
        ("[]", dict, "This must be an object, in braces {}."),
        ("{}", list, "This must be a list, in brackets []."),
    ],
)
def test_json_that_cannot_be_kept_is_refused(text, shape, message):
    with pytest.raises(ValidationError) as refused:
        json_of(text, shape)
    assert refused.value.messages == [message]


def test_json_may_be_as_deep_as_anything_that_is_submitted():
    deep = "[" * 32 + "]" * 32
    assert json_of(deep) == json.loads(deep)


def test_text_that_cannot_be_kept_is_refused():
    assert text_of("a\tb") == "a\tb"
    with pytest.raises(ValidationError, match="signs that cannot be kept"):
        text_of("a\x00b")
