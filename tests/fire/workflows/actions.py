"""The actions of the runs that are under fire."""

from __future__ import annotations

from typing import Any

from reviews.actions import Call, action
from tests.fire.workflows.effects import leave

FACTS = {
    "order_details": "One lamp",
    "customer_history": "Three orders",
    "refund_reason": "Broken on arrival",
}


@action("fire_price")
def price(call: Call) -> dict[str, Any]:
    """Propose what the order says."""
    leave(call)
    proposal = {"order": call.data["order"], "amount": call.data["amount"]}
    return {"proposal": proposal, "context": FACTS, "recommendation": "approve", "confidence": 0.9}


@action("fire_pay")
def pay(call: Call) -> dict[str, Any]:
    """Pay what was approved."""
    leave(call)
    return {"paid": call.data["amount"]}


@action("fire_book")
def book(call: Call) -> dict[str, Any]:
    """Note what was paid."""
    leave(call)
    return {"booked": call.data["paid"]}
