"""JSON as we take it."""

import json
import math
from contextlib import suppress

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from reviews.strictjson import DEEPEST, LARGEST, Malformed, TooDeep, flaws, parse

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=5)
ANY_NUMBER = st.floats() | st.integers(-(2**70), 2**70)
ANY_VALUE = st.recursive(
    st.none() | st.booleans() | ANY_NUMBER | ANY_TEXT,
    lambda part: st.lists(part, max_size=4) | st.dictionaries(ANY_TEXT, part, max_size=4),
    max_leaves=20,
)


def found(text: str) -> list[tuple[str, str]]:
    return [(flaw.pointer, flaw.code) for flaw in flaws(parse(text.encode()))]


@given(ANY_VALUE)
def test_what_has_no_flaw_can_be_kept_and_signed(value):
    read = parse(json.dumps(value).encode())
    if flaws(read):
        return
    assert parse(rfc8785.dumps(read)) == read == value


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(text):
    with suppress(Malformed, TooDeep):
        flaws(parse(text))


@pytest.mark.parametrize(
    "number",
    ["NaN", "Infinity", "-Infinity", "1e400", str(2**53), str(-(2**53)), "1e16", "9" * 5000],
)
def test_a_number_that_not_every_reader_holds_is_found(number):
    assert found(number) == [("", "unrepresentable")]
    assert found(f'{{"a": [0, {number}]}}') == [("/a/1", "unrepresentable")]


@pytest.mark.parametrize("number", [LARGEST, -LARGEST, 0.1, -0.0, 5e-324, True])
def test_a_number_that_every_reader_holds_is_kept(number):
    assert parse(json.dumps(number).encode()) == number
    assert found(json.dumps(number)) == []


@pytest.mark.parametrize("escape", [r"\u0000", r"\ud800", r"\udfff", r"a\udc00b"])
def test_text_that_no_database_keeps_is_found(escape):
    assert found(f'["{escape}"]') == [("/0", "unrepresentable")]


@pytest.mark.parametrize("escape", [r"\u0000", r"\ud800"])
def test_a_bad_name_is_told_at_its_object(escape):
    assert found(f'{{"a": {{"{escape}": 1}}}}') == [("/a", "unrepresentable")]
    assert found(f'{{"a": {{"{escape}": NaN}}}}') == [("/a", "unrepresentable")]


def test_a_pair_of_surrogates_is_a_letter():
    assert parse(rb'"\ud83d\ude00"') == "😀"
    assert found(r'"\ud83d\ude00"') == []


def test_pointers_are_escaped():
    assert found('{"a/b~c": NaN}') == [("/a~1b~0c", "unrepresentable")]


def test_all_flaws_are_told_up_to_twenty():
    assert len(found(json.dumps([math.nan] * 30))) == 20
    assert found('{"a": NaN, "b": NaN}') == [("/a", "unrepresentable"), ("/b", "unrepresentable")]


@pytest.mark.parametrize(
    "text", ["", " ", "{", "[1,]", "{'a': 1}", '"\n"', "01", "nan", "\ufeff{}", '{"a":1}x', "\0"]
)
def test_what_is_no_json_is_malformed(text):
    with pytest.raises(Malformed):
        parse(text.encode())


def test_text_that_is_not_utf8_is_malformed():
    with pytest.raises(Malformed, match="not UTF-8"):
        parse(b'"\xff"')


def test_a_member_that_is_there_twice_is_malformed():
    with pytest.raises(Malformed, match="twice"):
        parse(b'{"a": [{"b": 1, "c": 2, "b": 1}]}')


def test_thirty_two_levels_are_deep_enough():
    deepest = "[" * DEEPEST + "]" * DEEPEST
    assert found(deepest) == []
    with pytest.raises(TooDeep):
        flaws(parse(f"[{deepest}]".encode()))
    with pytest.raises(TooDeep):
        flaws(parse(('{"a":' * 33 + "0" + "}" * 33).encode()))


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 50_000])
def test_any_depth_is_refused_calmly(text):
    with pytest.raises((TooDeep, Malformed)):
        flaws(parse(text.encode()))
