"""Letters to customers."""

from __future__ import annotations

from random import Random
from typing import Any

from hitl_project.demo.cases.case import CUSTOMERS, Case, Customer, log_normal, near, number
from hitl_project.demo.cases.letters import STORIES, Story

ITEMS = ("Kettle", "Garden bench", "Rain jacket", "Floor lamp", "Bread knife", "Bath towels")


def invent(random: Random, story: str = "") -> Case:
    """A new case."""
    shares = [row.share for row in STORIES.values()]
    row = STORIES[story or random.choices(list(STORIES), weights=shares)[0]]
    customer, item, code = random.choice(CUSTOMERS), random.choice(ITEMS), number(random)
    words = {"name": customer.name, "item": item.lower(), "ticket": code}
    proposal = _proposal(row, words)
    finding = row.finding(words, proposal)
    return Case(
        gate="reply",
        number=code,
        called=f"ticket {code}",
        wish=f"to write to {customer.name}: {proposal['subject']}",
        proposal=proposal,
        context=_context(random, row, customer, words),
        advice=row.advice,
        confidence=near(random, row.confidence),
        rationale=row.why,
        customer=customer,
        finding=finding,
        second={"body": row.second.format(**words), "tone": "friendly", "promises": 0},
    )


def _proposal(row: Story, words: dict[str, str]) -> dict[str, Any]:
    return {
        "ticket": f"T-{words['ticket']}",
        "to": words["name"],
        "subject": row.subject.format(**words),
        "body": row.body.format(**words),
        "tone": row.tone,
        "promises": row.promises,
    }


def _context(
    random: Random, row: Story, customer: Customer, words: dict[str, str]
) -> dict[str, Any]:
    price, code = log_normal(random, 45, 9, 400), number(random)
    orders = [
        {"order": code, "item": words["item"], "price": price, "status": "delivered"},
        {"order": number(random), "item": "gift card", "price": 25.0, "status": "delivered"},
    ]
    return {
        "letter": row.letter.format(**words),
        "orders": orders,
        "customer_since": f"{2026 - customer.years}-{random.randint(1, 6):02}-11",
        "open_claims": row.promises,
        "guidance": row.guidance,
        "handbook": "https://handbook.example.com/letters",
    }
