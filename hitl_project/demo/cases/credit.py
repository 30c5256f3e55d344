"""Store credit for many customers at once."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

from hitl_project.demo.cases.case import CUSTOMERS, SIMULATED, SOUND, Case, Finding, near, number

FIRST = ("Iris", "Hugo", "Yara", "Colm", "Edda", "Malik", "Tessa", "Ravi", "Nils", "Paula")
LAST = ("Abbott", "Lund", "Okoye", "Serra", "Quinn", "Faber", "Imani", "Roth", "Dale", "Vance")
TOO_MUCH = 180.0


class Story(NamedTuple):
    """What went wrong, for how many, and what a person finds."""

    share: float
    title: str
    confidence: float
    budget: float
    amounts: tuple[float, float]
    text: str
    odd: str  # what is odd about one of the lines: staff, twice, too much
    finding: Finding


STORIES = {
    "late": Story(
        4, "late deliveries in Leeds", 0.92, 2400, (8, 25), "Parcels came **four days** late.",
        "", SOUND,
    ),
    "price": Story(
        3, "a wrong price in the spring sale", 0.9, 1900, (12, 40),
        "The page showed a **lower price** than the basket.", "", SOUND,
    ),
    "outage": Story(
        1, "the outage of Tuesday night", 0.79, 150, (15, 30),
        "Orders were taken **twice** during the outage.", "",
        Finding("approve_if", ("within_goodwill",), "From Marketing's budget.",
                condition="budget_moved"),
    ),
    "staff": Story(
        0.4, "cold food boxes in Bristol", 0.84, 1500, (10, 30),
        "The cooling of one van **failed**.",
        "staff", Finding("partial", refused={"": "staff_account"}),
    ),
    "twice": Story(
        0.3, "lost parcels of Northway Parcels", 0.8, 1600, (20, 60),
        "A bag of parcels was **lost**. One account may have had its credit.",
        "twice", Finding("partial", refused={"": "already_credited"}),
    ),
    "too_much": Story(
        0.3, "scratched tables from one batch", 0.78, 1200, (25, 90),
        "Every table of **one batch** is scratched.",
        "too much", Finding("partial", refused={"": "too_high"}),
    ),
}  # fmt: skip


def invent(random: Random, story: str = "") -> Case:
    """A new case."""
    shares = [row.share for row in STORIES.values()]
    row = STORIES[story or random.choices(list(STORIES), weights=shares)[0]]
    code, lines = number(random), _lines(random, row)
    total = round(sum(line["amount"] for line in lines), 2)
    finding, odd = row.finding, lines[-1]["account"]
    if finding.refused:
        finding = Finding("partial", refused={odd: finding.refused[""]})
    return Case(
        gate="bulk_credit",
        number=code,
        called=f"campaign {code}",
        wish=f"to credit {len(lines)} customers with {total:,.2f} EUR for {row.title}",
        proposal={
            "campaign": f"INC-{code}",
            "proposed_total": total,
            "message": "We are sorry. We have added a credit to your account.",
            "credits": lines,
        },
        context=_context(random, row, lines),
        advice="approve",
        confidence=near(random, row.confidence),
        rationale=f"{len(lines)} accounts were affected; the amounts follow the goodwill table.",
        customer=random.choice(CUSTOMERS),
        finding=finding,
        second={"credits": lines[:-1]},
        second_wish=f"to credit {len(lines) - 1} customers for {row.title}",
    )


def _lines(random: Random, row: Story) -> list[dict[str, Any]]:
    """The odd one, if there is one, is the last."""
    names = random.sample([f"{first} {last}" for first in FIRST for last in LAST], 11)
    lines: list[dict[str, Any]] = [
        {
            "account": f"C-{random.randrange(1000, 1900) + at * 900}",
            "customer": name,
            "kind": "customer",
            "amount": round(random.uniform(*row.amounts), 2),
        }
        for at, name in enumerate(names[: random.randint(3, 11)])
    ]
    if row.odd == "staff":
        lines[-1]["kind"] = "staff"
    elif row.odd == "too much":
        lines[-1]["amount"] = TOO_MUCH
    return lines


def _context(random: Random, row: Story, lines: list[dict[str, Any]]) -> dict[str, Any]:
    orders = [
        {
            "account": line["account"],
            "order": number(random),
            "paid": round(line["amount"] * 3.4, 2),
            "credited before": "yes" if row.odd == "twice" and line is lines[-1] else "no",
            "credit": line["amount"],
        }
        for line in lines
    ]
    return {
        "cause": SIMULATED | {"title": row.title, "orders": len(lines)},
        "credits": orders,
        "budget_left": row.budget,
        "table_changed": f"2026-0{random.randint(1, 6)}-{random.randint(10, 28)}",
        "summary": row.text,
        "report": "https://incidents.example.com/report",
    }
