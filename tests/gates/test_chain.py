"""The hash chain: what a hash covers, and where a broken chain is found."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from gates.chain import GENESIS, Link, canonical, first_flaw

LINK = Link(
    subject_type="review",
    subject_id="r1",
    seq=1,
    at=datetime(2026, 3, 2, 9, 0, 0, 250, tzinfo=UTC),
    verb="submitted",
    actor="key:agent",
    actor_id=7,
    data={"why": ["always"]},
    prev=GENESIS,
)


def chain_of(length: int) -> list[tuple[Link, str]]:
    rows: list[tuple[Link, str]] = []
    for seq in range(1, length + 1):
        prev = rows[-1][1] if rows else GENESIS
        link = replace(LINK, seq=seq, prev=prev)
        rows.append((link, link.digest()))
    return rows


def test_the_hash_is_that_of_the_canonical_list_of_all_fields() -> None:
    # Computed apart from the code, with sha256sum over the canonical text.
    assert LINK.digest() == "a549e1f8f8ca673ef5fa063738832b91d386caa4838a90ed1730fa009aaed51b"


@pytest.mark.parametrize(
    "change",
    [
        {"subject_type": "gate"},
        {"subject_id": "r2"},
        {"seq": 2},
        {"at": LINK.at + timedelta(microseconds=1)},
        {"verb": "decided"},
        {"actor": "key:other"},
        {"actor_id": 8},
        {"actor_id": None},
        {"data": {"why": ["always", "stakes"]}},
        {"data": {}},
        {"prev": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_field_is_covered_by_the_hash(change: dict[str, Any]) -> None:
    assert replace(LINK, **change).digest() != LINK.digest()


def test_the_same_instant_in_another_zone_has_the_same_hash() -> None:
    elsewhere = LINK.at.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert replace(LINK, at=elsewhere).digest() == LINK.digest()


def test_the_order_of_keys_in_data_does_not_matter() -> None:
    one, other = replace(LINK, data={"a": 1, "b": 2}), replace(LINK, data={"b": 2, "a": 1})
    assert one.digest() == other.digest()


def test_a_whole_chain_has_no_flaw() -> None:
    assert first_flaw(chain_of(4)) is None


def test_an_empty_chain_has_no_flaw() -> None:
    assert first_flaw([]) is None


def test_a_changed_row_is_named() -> None:
    rows = chain_of(4)
    rows[1] = (replace(rows[1][0], verb="approved"), rows[1][1])
    assert first_flaw(rows) == (2, "content does not match its hash")


def test_a_removed_row_is_named() -> None:
    rows = chain_of(4)
    del rows[2]
    assert first_flaw(rows) == (3, "missing")


def test_a_removed_first_row_is_named() -> None:
    assert first_flaw(chain_of(3)[1:]) == (1, "missing")


def test_a_row_that_was_rehashed_alone_breaks_the_one_after_it() -> None:
    rows = chain_of(4)
    forged = replace(rows[1][0], verb="approved")
    rows[1] = (forged, forged.digest())
    assert first_flaw(rows) == (3, "does not follow the row before it")


def test_a_first_row_that_follows_something_is_a_flaw() -> None:
    first = replace(LINK, prev="0" * 64)
    assert first_flaw([(first, first.digest())]) == (1, "does not follow the row before it")


PLAIN = st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.floats(-1e18, 1e18)
JSON = st.recursive(
    PLAIN | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(JSON)
def test_the_quick_canonical_form_is_that_of_the_library(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


NO_FORM = [2**53, -(2**53), {"n": [10**20]}, {1: 2}, float("nan"), "\ud800"]


@pytest.mark.parametrize("value", NO_FORM)
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises((rfc8785.CanonicalizationError, UnicodeEncodeError)):
        canonical(value)


@pytest.mark.parametrize(
    "text", ["", "é“ ”", "\x00\x1f\x7f", '\\"/\b\f\n\r\t', "\u2028😀", "\ue000"]
)
def test_every_character_is_written_as_the_library_writes_it(text: str) -> None:
    assert canonical({"k": [text]}) == rfc8785.dumps({"k": [text]})


def test_keys_sort_by_utf_16() -> None:
    assert canonical({"\ue000": 1, "😀": 2}) == rfc8785.dumps({"\ue000": 1, "😀": 2})
