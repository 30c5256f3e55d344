"""Accounts that the agent would close for good."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from hitl_project.demo.cases.case import (
    CUSTOMERS,
    SIMULATED,
    SOUND,
    Case,
    Finding,
    near,
    number,
)


class Story(NamedTuple):
    """Why an account would be closed, and what a person finds."""

    share: float
    ground: str
    confidence: float
    advice: str
    balance: float
    signals: tuple[tuple[str, float], ...]
    reasoning: str
    statement: str
    finding: Finding


STORIES = {
    "fraud": Story(
        4,
        "fraud",
        0.93,
        "approve",
        0,
        (("Nine cards in two days", 0.7), ("Parcels to a mail drop", 0.4)),
        "Nine cards, **one** of them reported stolen, all parcels to the same mail drop.",
        "",
        Finding("approve", ("proven",)),
    ),
    "duplicate": Story(
        3,
        "duplicate",
        0.88,
        "approve",
        0,
        (("Same address as a newer account", 0.5), ("Same telephone number", 0.5)),
        "Two accounts of **one person**; the other one is in use.",
        "I forgot my password and made a new account.",
        SOUND,
    ),
    "wish": Story(
        2,
        "customer's wish",
        0.96,
        "approve",
        0,
        (("Asked for in the app", 1.0),),
        "The customer has asked for it **twice** and confirmed by e-mail.",
        "Please close my account and delete everything.",
        SOUND,
    ),
    "credit": Story(
        1,
        "customer's wish",
        0.8,
        "approve",
        86.4,
        (("Asked for in the app", 1.0),),
        "The customer asked for it. There is **credit** on the account.",
        "Please close my account.",
        Finding("reject", ("pay_out_first",), "Pay out the 86.40 first, then ask again."),
    ),
    "family": Story(
        1,
        "chargebacks",
        0.58,
        "reject",
        0,
        (("Two chargebacks in a year", 0.5), ("Shared card", 0.2)),
        "Two chargebacks; both were for parcels that the carrier **lost**.",
        "My daughter shares the account. We have always paid.",
        Finding("reject", ("weak_evidence",), "Lost parcels are no fraud."),
    ),
}


def invent(random: Random, story: str = "") -> Case:
    """A new case."""
    shares = [row.share for row in STORIES.values()]
    row = STORIES[story or random.choices(list(STORIES), weights=shares)[0]]
    customer, code = random.choice(CUSTOMERS), number(random)
    return Case(
        gate="close_account",
        number=code,
        called=f"account {customer.id}",
        wish=f"to close the account of {customer.name} ({row.ground})",
        proposal={
            "account": customer.id,
            "ground": row.ground,
            "delete_data": row.ground == "customer's wish",
        },
        context={
            "account": SIMULATED
            | {
                "id": customer.id,
                "name": customer.name,
                "years": customer.years,
                "orders": customer.value // 45,
            },
            "balance": row.balance,
            "last_order": f"2026-0{random.randint(1, 6)}-{random.randint(10, 28)}",
            "signals": [{"signal": text, "weight": weight} for text, weight in row.signals],
            "reasoning": row.reasoning,
            **({"statement": row.statement} if row.statement else {}),
        },
        advice=row.advice,
        confidence=near(random, row.confidence),
        rationale=f"{len(row.signals)} sign(s) of {row.ground}. It cannot be undone.",
        customer=customer,
        finding=row.finding,
        second={"delete_data": False},
    )
