"""What makes one review unlike its batch, so that a person opens it alone. No look-ups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import quantiles
from typing import Any

MIN_SAMPLE = 20
SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Fence:
    """The amounts that are usual at a gate."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Candidate:
    """One review of a batch, as far as the rule looks at it. `why` are trigger codes."""

    amount: Decimal | None
    over_limit: bool
    confidence: float | None
    why: frozenset[str]
    kind: str
    rejected_before: bool
    opened_at: datetime
    due_at: datetime


def fence_of(amounts: Sequence[Decimal]) -> Fence | None:
    """Q1 - 1.5 IQR .. Q3 + 1.5 IQR (Tukey; inclusive quartiles) of the last amounts; None under 20
    of them.
    """
    if len(amounts) < MIN_SAMPLE:
        return None
    low, _, high = quantiles(amounts, n=4, method="inclusive")
    reach = Decimal("1.5") * (high - low)
    return Fence(low - reach, high + reach)


def marks(
    candidate: Candidate, *, fence: Fence | None, usual: tuple[frozenset[str], str], now: datetime
) -> list[str]:
    """The codes of everything unusual about one review; empty for a routine one."""
    found = {
        "over_limit": candidate.over_limit,
        "low_confidence": candidate.confidence is None or "confidence_below" in candidate.why,
        "unusual_amount": _outside(candidate.amount, fence),
        "unusual_reason": candidate.why != usual[0],
        "unusual_kind": candidate.kind != usual[1],
        "rejected_before": candidate.rejected_before,
        "near_deadline": (candidate.due_at - now) * 10 < candidate.due_at - candidate.opened_at,
    }
    return [code for code, unusual in found.items() if unusual]


def usual_of(candidates: Sequence[Candidate]) -> tuple[frozenset[str], str]:
    """The most common reasons and kind of a group."""
    why = Counter(candidate.why for candidate in candidates).most_common(1)
    kind = Counter(candidate.kind for candidate in candidates).most_common(1)
    return (why[0][0], kind[0][0]) if candidates else (frozenset(), "")


def kind_of(proposal: Any) -> str:
    """What sort of action a proposal is: its `kind`, `action` or `type` where it names one, else
    its members.
    """
    if not isinstance(proposal, dict):
        return type(proposal).__name__
    named = (proposal.get(key) for key in ("kind", "action", "type"))
    return next((value for value in named if isinstance(value, str)), ",".join(sorted(proposal)))


def _outside(amount: Decimal | None, fence: Fence | None) -> bool:
    return amount is not None and fence is not None and not fence.low <= amount <= fence.high
