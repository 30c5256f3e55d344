"""What a batch is measured against: a gate's usual amounts and its rejected subjects."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from reviews.models import Review
from reviews.outliers import SAMPLE
from reviews.states import Outcome


def last_amounts(gate_id: int) -> list[Decimal]:
    """The amounts of the gate's last 200 closed reviews that have one."""
    closed = Review.objects.filter(gate=gate_id, closed_at__isnull=False).order_by("-closed_at")
    amounts = closed.values_list("amount", flat=True)[:SAMPLE]
    return [amount for amount in amounts if amount is not None]


def rejected_subjects(gate_id: int, subjects: Collection[str]) -> set[str]:
    """Those of the subjects that were rejected at this gate before."""
    rows = Review.objects.filter(
        gate=gate_id, subject__in=subjects, outcome=Outcome.REJECTED
    ).exclude(subject="")
    return set(rows.values_list("subject", flat=True))
