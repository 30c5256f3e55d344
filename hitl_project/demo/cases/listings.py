"""Listings that the agent would take down, hide or warn about."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

from hitl_project.demo.cases.case import (
    CUSTOMERS,
    SIMULATED,
    SOUND,
    Case,
    Finding,
    log_normal,
    near,
    number,
)

Seller = tuple[str, str, float, int, int]
SELLERS: tuple[Seller, ...] = (
    ("S-310", "Birch & Daughters", 4.2, 38, 0),
    ("S-412", "Lantern Yard", 4.9, 210, 0),
    ("S-077", "Second Spring", 3.1, 12, 2),
    ("S-268", "Quayside Finds", 4.5, 77, 1),
    ("S-534", "Marlow Watches", 2.6, 9, 3),
)
DAYS = {"Remove": 30, "Hide": 7, "Warn": 0}


class Story(NamedTuple):
    """What is for sale, what the agent would do, and what a person finds."""

    share: float
    title: str
    text: str
    action: str
    rule: str
    confidence: float
    advice: str
    reports: tuple[str, ...]
    found: str
    finding: Finding


ALLOWED = Finding("reject", ("allowed",), "The description says all of this.")
STORIES = {
    "watch": Story(
        5,
        "Luxury watch, as new",
        "Runs well. No papers. Price is fixed.",
        "Remove",
        "counterfeit",
        0.95,
        "approve",
        ("The logo is wrong", "I bought it: it is a copy"),
        "The logo **differs** from the maker's in three places; the price is a twentieth.",
        SOUND,
    ),
    "scratch": Story(
        5,
        "Oak side table",
        "Oak side table, as new. Collection only.",
        "Hide",
        "misleading",
        0.87,
        "approve",
        ("There is a deep scratch on the top",),
        "The buyer's picture shows a scratch that the listing **does not show**.",
        SOUND,
    ),
    "category": Story(
        6,
        "Garden shears in Children's toys",
        "Sharp garden shears, used twice.",
        "Warn",
        "wrong category",
        0.93,
        "approve",
        ("Not a toy",),
        "The words fit **Garden tools** and no toy.",
        SOUND,
    ),
    "charger": Story(
        2,
        "Phone charger without a mark",
        "Charges fast, gets a little warm.",
        "Remove",
        "safety",
        0.9,
        "approve",
        ("It smells burnt", "The plug melted"),
        "No safety mark in any picture; two buyers report **heat**.",
        SOUND,
    ),
    "replica": Story(
        0.7,
        "Museum replica of a Roman lamp",
        "A replica, sold as a replica, with the museum's receipt.",
        "Remove",
        "counterfeit",
        0.64,
        "approve",
        ("Fake!",),
        "The word **replica** appears; the original is in a museum.",
        ALLOWED,
    ),
    "first": Story(
        0.3,
        "Hand-knitted scarf, pure wool",
        "Pure wool. Hand-knitted by my mother.",
        "Remove",
        "misleading",
        0.72,
        "approve",
        ("The label says 60 % wool",),
        "The label in the third picture says **60 % wool**.",
        Finding(
            "modify",
            ("too_harsh",),
            "A first time, and an honest mistake.",
            fix={"action": "Warn", "days": 0, "notice": "Please correct the share of wool."},
        ),
    ),
    "rival": Story(
        2,
        "Walnut chopping board",
        "Made in our own workshop.",
        "Hide",
        "misleading",
        0.68,
        "reject",
        ("Copies my design",),
        "The report comes from a **competitor**, the pictures differ.",
        ALLOWED,
    ),
}


def invent(random: Random, story: str = "") -> Case:
    """A new case."""
    shares = [row.share for row in STORIES.values()]
    row = STORIES[story or random.choices(list(STORIES), weights=shares)[0]]
    seller, code = random.choice(SELLERS), number(random)
    wish = f"to {row.action.lower()} “{row.title}”"
    return Case(
        gate="listing",
        number=code,
        called=f"listing {code}",
        wish=wish if row.action != "Warn" else f"to warn about “{row.title}”",
        proposal=_proposal(row, seller[0], code),
        context=_context(random, row, seller),
        advice=row.advice,
        confidence=near(random, row.confidence),
        rationale=f"{len(row.reports)} report(s); the rule on {row.rule} seems broken.",
        customer=random.choice(CUSTOMERS),
        finding=row.finding,
        second={"action": "Warn", "days": 0, "notice": "Please look at our rules once more."},
        second_wish=f"to warn about “{row.title}”",
    )


def _proposal(row: Story, seller: str, code: str) -> dict[str, Any]:
    return {
        "listing": f"L-{code}",
        "seller": seller,
        "title": row.title,
        "action": row.action,
        "rule": row.rule,
        "days": DAYS[row.action],
        "notice": f"Your listing “{row.title}” breaks our rule on {row.rule}.",
    }


def _context(random: Random, row: Story, seller: Seller) -> dict[str, Any]:
    names = ("id", "name", "rating", "listings", "earlier_actions")
    reports = enumerate(row.reports, start=1)
    return {
        "listing": row.text,
        "seller": SIMULATED | dict(zip(names, seller, strict=True)),
        "price": log_normal(random, 40, 5, 900),
        "reports": [{"by": f"buyer {at}", "text": text} for at, text in reports],
        "finding": row.found,
        "rule": f"https://rules.example.com/{row.rule.replace(' ', '-')}",
    }
