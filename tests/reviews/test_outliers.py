"""What makes one review unlike its batch (without a database)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from reviews.outliers import (
    MIN_SAMPLE,
    SAMPLE,
    Candidate,
    Fence,
    fence_of,
    kind_of,
    marks,
    usual_of,
)
from tests.factories import T0, after

USUAL = (frozenset({"stakes"}), "refund")
FENCE = Fence(Decimal(10), Decimal(90))
ROUTINE = Candidate(
    amount=Decimal(50),
    over_limit=False,
    confidence=0.8,
    why=frozenset({"stakes"}),
    kind="refund",
    rejected_before=False,
    opened_at=T0,
    due_at=after(1000),
)


def marked(now: float = 0, fence: Fence | None = FENCE, **changes: Any) -> list[str]:
    return marks(replace(ROUTINE, **changes), fence=fence, usual=USUAL, now=after(now))


def test_a_routine_review_has_no_mark() -> None:
    assert marked() == []


@pytest.mark.parametrize(
    ("change", "mark"),
    [
        ({"over_limit": True}, "over_limit"),
        ({"confidence": None}, "low_confidence"),
        ({"amount": Decimal("9.9999")}, "unusual_amount"),
        ({"amount": Decimal("90.0001")}, "unusual_amount"),
        ({"why": frozenset({"stakes", "always"})}, "unusual_reason"),
        ({"why": frozenset()}, "unusual_reason"),
        ({"kind": "voucher"}, "unusual_kind"),
        ({"rejected_before": True}, "rejected_before"),
    ],
)
def test_what_is_unlike_the_group_is_marked(change: dict[str, Any], mark: str) -> None:
    assert marked(**change) == [mark]


def test_a_confidence_below_the_gates_floor_is_low() -> None:
    why = frozenset({"confidence_below"})
    found = marks(replace(ROUTINE, why=why), fence=FENCE, usual=(why, "refund"), now=T0)
    assert found == ["low_confidence"]


@pytest.mark.parametrize("amount", [Decimal(10), Decimal(90), None])
def test_the_fence_itself_is_inside_and_no_amount_is_no_outlier(amount: Decimal | None) -> None:
    assert marked(amount=amount) == []


def test_without_a_fence_no_amount_is_unusual() -> None:
    assert marked(fence=None, amount=Decimal(10) ** 9) == []


@pytest.mark.parametrize(("now", "found"), [(900, []), (900.001, ["near_deadline"])])
def test_under_a_tenth_of_the_time_left_is_near_the_deadline(now: float, found: list[str]) -> None:
    assert marked(now=now) == found


def test_the_time_left_counts_from_where_this_level_opened() -> None:
    """An escalated review has a clock of its own: a tenth of 100 s here."""
    assert marked(now=989, opened_at=after(900)) == []
    assert marked(now=991, opened_at=after(900)) == ["near_deadline"]


def test_all_that_is_unusual_is_told() -> None:
    assert marked(over_limit=True, confidence=None, amount=Decimal(1), kind="voucher") == [
        "over_limit",
        "low_confidence",
        "unusual_amount",
        "unusual_kind",
    ]


def test_the_fence_is_tukeys_over_inclusive_quartiles() -> None:
    amounts = [Decimal(number) for number in range(1, 22)]  # Q1 = 6, Q3 = 16
    assert fence_of(amounts) == Fence(Decimal(-9), Decimal(31))


def test_there_is_no_fence_under_twenty_amounts() -> None:
    assert (MIN_SAMPLE, SAMPLE) == (20, 200)
    assert fence_of([Decimal(1)] * 19) is None
    assert fence_of([Decimal(1)] * 20) == Fence(Decimal(1), Decimal(1))


def test_the_usual_is_the_most_common_of_a_group() -> None:
    odd = replace(ROUTINE, why=frozenset({"always"}), kind="voucher")
    assert usual_of([odd, ROUTINE, ROUTINE]) == USUAL


def test_a_group_of_one_is_its_own_usual() -> None:
    assert usual_of([ROUTINE]) == USUAL


def test_an_empty_group_has_no_usual() -> None:
    assert usual_of([]) == (frozenset(), "")


@pytest.mark.parametrize(
    ("proposal", "kind"),
    [
        ({"kind": "refund", "action": "pay"}, "refund"),
        ({"action": "pay", "type": "x"}, "pay"),
        ({"type": "x", "amount": 1}, "x"),
        ({"kind": 3, "amount": 1}, "amount,kind"),
        ({"b": 1, "a": 2}, "a,b"),
        ({}, ""),
        ([1], "list"),
        ("text", "str"),
    ],
)
def test_the_kind_of_a_proposal_is_named_or_its_shape(proposal: Any, kind: str) -> None:
    assert kind_of(proposal) == kind


def test_time_left_is_measured_to_the_microsecond() -> None:
    edge = ROUTINE.due_at - timedelta(seconds=100)
    assert marks(ROUTINE, fence=FENCE, usual=USUAL, now=edge) == []
    late = edge + timedelta(microseconds=1)
    assert marks(ROUTINE, fence=FENCE, usual=USUAL, now=late) == ["near_deadline"]
