"""Refunds."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

from hitl_project.demo.cases.case import (
    CUSTOMERS,
    SIMULATED,
    SOUND,
    Case,
    Customer,
    Finding,
    log_normal,
    money,
    near,
    number,
)

SHIPPING = 4.99
MIDDLE, LEAST, MOST = 62, 8, 480  # dollars
OVER_LIMIT = 640.0
GOODS = (
    "Reading lamp",
    "Ceramic teapot",
    "Wool blanket",
    "Desk chair",
    "Coffee grinder",
    "Hiking boots",
    "Headphones",
    "Picture frame",
    "Standing desk",
)


class Story(NamedTuple):
    """What the customer says, how sure the agent can be, what it advises, what a person finds."""

    share: float
    said: str
    confidence: float
    advice: str
    finding: Finding


STORIES = {
    "broken": Story(6, "Arrived broken, photo attached", 0.96, "approve", SOUND),
    "lost": Story(4, "Never arrived; the carrier says it is lost", 0.95, "approve", SOUND),
    "returned": Story(
        6, "Sent back within 14 days, received at the warehouse", 0.97, "approve", SOUND
    ),
    "cracked": Story(3, "The lid is cracked; the photo is blurred", 0.86, "approve", SOUND),
    "colour": Story(
        1.5,
        "Wrong colour, not sent back yet",
        0.82,
        "approve",
        Finding("approve_if", ("goodwill",), "As soon as it is back.", condition="item_returned"),
    ),
    "moved": Story(
        1,
        "Moved house; the parcel went to the old address",
        0.78,
        "approve",
        Finding("approve_if", (), "Which address is right?", condition="confirm_address"),
    ),
    "not_nice": Story(
        2.5,
        "“Not as nice as in the picture”",
        0.73,
        "reject",
        Finding("reject", ("not_entitled",), "Taste is no defect."),
    ),
    "signed": Story(
        1.5,
        "Never arrived; but the carrier has a signature",
        0.62,
        "reject",
        Finding("reject", ("suspected_fraud",), "The signature is the customer's own."),
    ),
    "part": Story(
        0.3,
        "One part is missing, asks for the whole amount",
        0.72,
        "approve",
        Finding("modify", ("wrong_amount",), "The missing part only."),
    ),
    "again": Story(
        0.3,
        "Damaged once more, no photo this time",
        0.66,
        "approve",
        Finding("reject", ("too_many",), "Please ask for a photo before any further refund."),
    ),
    "birthday": Story(
        0.4,
        "Two days late for a birthday",
        0.6,
        "reject",
        Finding("approve", ("goodwill",), "Our own promise was broken."),
    ),
}


def invent(random: Random, story: str = "", price: float | None = None) -> Case:
    """A new case."""
    shares = [row.share for row in STORIES.values()]
    row = STORIES[story or random.choices(list(STORIES), weights=shares)[0]]
    customer, item, order = random.choice(CUSTOMERS), random.choice(GOODS), number(random)
    price = log_normal(random, MIDDLE, LEAST, MOST) if price is None else price
    half, finding = round(price / 2, 2), row.finding
    if finding.verdict == "modify":
        finding = replace(finding, fix=asked(order, customer.id, half))
    return Case(
        gate="refund",
        number=order,
        called=f"order {order}",
        wish=f"to refund {money(price)} to {customer.name}",
        proposal=asked(order, customer.id, price),
        context=_context(order, customer, item, price, row.said),
        advice=row.advice,
        confidence=near(random, row.confidence),
        rationale=_rationale(row, customer),
        customer=customer,
        finding=finding,
        second=asked(order, customer.id, half),
        second_wish=f"to refund {money(half)} to {customer.name}",
    )


def asked(order: str, customer: str, amount: float) -> dict[str, Any]:
    """The proposal."""
    return {
        "order_id": order,
        "customer_id": customer,
        "amount": amount,
        "message": f"We have refunded {money(amount)} for order {order}.",
    }


def _context(order: str, customer: Customer, item: str, price: float, said: str) -> dict[str, Any]:
    return {
        "order_details": SIMULATED
        | {
            "number": order,
            "total": round(price + SHIPPING, 2),
            "shipping": SHIPPING,
            "items": [{"name": item, "price": price}],
        },
        "customer_history": SIMULATED
        | {
            "name": customer.name,
            "years": customer.years,
            "refunds_12_months": customer.refunds,
            "lifetime_value": customer.value,
        },
        "refund_reason": said,
        "policy_note": "Refunds within **14 days**, or at any time for what arrives damaged.",
    }


def _rationale(row: Story, customer: Customer) -> str:
    fits = "fits" if row.advice == "approve" else "does not fit"
    count = customer.refunds
    past = f"{count or 'no'} refund{'s' * (count != 1)} in twelve months"
    return f"“{row.said}” {fits} what we refund; the customer has had {past}."
