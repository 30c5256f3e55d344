"""Made-up cases of the Fernhill Goods shop, gate by gate, each with what a careful person would
find. Nothing here knows Gatehouse.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from hitl_project.demo.cases import closures, credit, listings, refunds, replies
from hitl_project.demo.cases.case import Case

__all__ = ["INVENTORS", "Case", "invent"]

Inventor = Callable[..., Case]

INVENTORS: dict[str, Inventor] = {
    "refund": refunds.invent,
    "listing": listings.invent,
    "reply": replies.invent,
    "bulk_credit": credit.invent,
    "close_account": closures.invent,
}
SHARES = {"refund": 44, "listing": 20, "reply": 20, "bulk_credit": 10, "close_account": 6}


def invent(random: Random, gate: str = "") -> Case:
    """A new case of a gate; without one, of any, as often as they come in life."""
    chosen = gate or random.choices(list(SHARES), weights=list(SHARES.values()))[0]
    return INVENTORS[chosen](random)
