"""What a gate's own past says about an AI's confidence."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from reviews.models import Decision, Review
from reviews.states import Source

LAST = 1_000  # decisions of people that count
NEAR = 0.025  # of confidence, either way


@dataclass(frozen=True, slots=True)
class Record:
    """How often people did as the AI recommended, where it was about as sure as now."""

    agreed: int
    total: int


def record_near(gate_id: int, confidence: float) -> Record:
    """Over the gate's last 1,000 reviews that a person decided on a recommendation.

    A verdict that was overturned counts as what it should have been; approvals on a condition are
    neither agreement nor disagreement.
    """
    last = Review.objects.filter(
        gate=gate_id,
        closed_at__isnull=False,
        team__isnull=False,
        final_decision__source=Source.HUMAN,
    ).exclude(recommendation="")
    rows = last.order_by("-closed_at").values_list(
        "confidence", "recommendation", "final_decision", "final_decision__verdict"
    )[:LAST]
    near = [row[1:] for row in rows if row[0] is not None and _near(row[0], confidence)]
    said = _overturned([decision for _, decision, _ in near])
    verdicts = [(wanted, said.get(decision, verdict)) for wanted, decision, verdict in near]
    counted = [(wanted, verdict) for wanted, verdict in verdicts if verdict != "approve_if"]
    return Record(sum(wanted == verdict for wanted, verdict in counted), len(counted))


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= NEAR + 1e-9  # .85 - .825 is not exactly .025


def _overturned(decisions: list[UUID]) -> dict[UUID | None, str]:
    """The last verdict that overturned each of these decisions."""
    if not decisions:
        return {}
    rows = Decision.objects.filter(overturns__in=decisions).order_by("id")
    return dict(rows.values_list("overturns", "verdict"))
