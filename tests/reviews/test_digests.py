"""The fingerprint of what a person decides on."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from reviews.digests import Shown, digest_of

WHOLE = Shown(
    proposal={"amount": 120, "order": "A-17"},
    context={"refund_reason": "Broken"},
    recommendation="approve",
    confidence=0.85,
    rationale="Seen often",
    version=("refund", 3),
)


def test_the_digest_is_the_hash_of_the_canonical_form() -> None:
    canonical = (
        '{"confidence":0.85,"context":{"refund_reason":"Broken"},'
        '"proposal":{"amount":120,"order":"A-17"},"rationale":"Seen often",'
        '"recommendation":"approve","version":["refund",3]}'
    )
    assert digest_of(WHOLE) == hashlib.sha256(canonical.encode()).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"proposal": {"amount": 120.01, "order": "A-17"}},
        {"proposal": {"amount": "120", "order": "A-17"}},
        {"proposal": {"amount": True, "order": "A-17"}},
        {"context": {}},
        {"recommendation": "reject"},
        {"recommendation": None},
        {"confidence": 0.86},
        {"confidence": None},
        {"rationale": ""},
        {"version": ("loan", 3)},
        {"version": ("refund", 4)},
    ],
    ids=str,
)
def test_every_part_that_is_decided_on_is_covered(change: dict[str, Any]) -> None:
    assert digest_of(replace(WHOLE, **change)) != digest_of(WHOLE)


def test_the_order_of_members_does_not_matter() -> None:
    turned = replace(WHOLE, proposal={"order": "A-17", "amount": 120})
    assert digest_of(turned) == digest_of(WHOLE)


def test_a_number_has_one_form_whether_written_whole_or_not() -> None:
    """A database may give 120.0 back for 120."""
    stored = replace(WHOLE, proposal={"amount": 120.0, "order": "A-17"})
    assert digest_of(stored) == digest_of(WHOLE)
