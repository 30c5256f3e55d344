"""What customers write, what the agent would answer, and what a person thinks of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hitl_project.demo.cases.case import Finding

HELLO = "Dear {name},\n\nthank you for your letter. "
BYE = "\n\nKind regards\nFernhill Goods"


class Story(NamedTuple):
    """A letter and its answer; `{name}`, `{item}` and `{ticket}` are filled in."""

    share: float
    letter: str
    subject: str
    body: str
    tone: str
    promises: float
    confidence: float
    advice: str
    why: str
    guidance: str
    verdict: str = "approve"
    reasons: tuple[str, ...] = ()
    note: str = ""
    better: str = ""  # the letter that a person would send
    second: str = HELLO + "We have read it with care, and a colleague will call you." + BYE

    def finding(self, words: Mapping[str, str], proposal: Mapping[str, Any]) -> Finding:
        """What a careful person answers."""
        better = self.better.format(**words)
        fix = {**proposal, "body": better} if self.verdict == "modify" else {}
        message = better if self.verdict == "respond" else ""
        return Finding(self.verdict, self.reasons, self.note, fix=fix, message=message)


FAULTY = HELLO + "A new {item} is on its way and will be with you in three days." + BYE
WARRANTY = (
    HELLO
    + "We are sorry that your {item} failed. It was our fault, and we are liable for the harm "
    "that it did to your table.\n\nPlease send us the bill of the carpenter." + BYE
)
CAREFUL = (
    HELLO
    + "We are sorry about your {item} and about your table.\n\nOur specialist will look at both. "
    "Please send us two photos and the bill of the carpenter; you will hear from us within a week."
    + BYE
)
PERSONAL = (
    "Dear {name},\n\nI am very sorry for your loss. I have cancelled the order of the {item} and "
    "everything that was still to come, and you will have no more letters from us.\n\n"
    "If there is anything else, please call me.\n\nLeo Brandt, Fernhill Goods"
)
STORIES = {
    "replace": Story(
        8,
        "My {item} stopped working after a week. Can I have a new one?",
        "A new {item} for you",
        FAULTY,
        "friendly",
        0,
        0.95,
        "approve",
        "A fault within two years: the handbook says replace.",
        "A faulty item is **replaced** within two years.",
    ),
    "where": Story(
        7,
        "Where is my {item}? It was to come on Friday.",
        "Your {item} arrives tomorrow",
        HELLO + "Your {item} is with the carrier and will be with you tomorrow." + BYE,
        "friendly",
        0,
        0.94,
        "approve",
        "The carrier's page says tomorrow.",
        "Say **where the parcel is** and when it arrives.",
    ),
    "late": Story(
        4,
        "The {item} came nine days late. I had to buy another one in town.",
        "Sorry for the late {item}",
        HELLO + "Nine days is too long. We have added a credit of 15 EUR to your account." + BYE,
        "apologetic",
        15,
        0.88,
        "approve",
        "The goodwill table gives 15 EUR for more than a week.",
        "More than a week late: **15 EUR** of credit.",
    ),
    "liable": Story(
        0.6,
        "Your {item} burnt a hole into my table. I shall see a lawyer about it.",
        "Your {item} and your table",
        WARRANTY,
        "apologetic",
        0,
        0.76,
        "approve",
        "The customer is right about the fault.",
        "Never **admit** a fault before a specialist has looked.",
        "modify",
        ("admits_fault",),
        "Nothing about fault before the report is there.",
        CAREFUL,
    ),
    "press": Story(
        0.7,
        "I have told a journalist about the {item}. What do you say?",
        "About your {item}",
        HELLO + "We have nothing to say about this." + BYE,
        "formal",
        0,
        0.6,
        "reject",
        "The handbook does not cover the press.",
        "Letters from the **press** go to a person.",
        "reject",
        ("needs_a_person", "wrong_tone"),
        "Too cold. Offer a call.",
    ),
    "loss": Story(
        0.3,
        "My husband ordered the {item}. He died on Sunday. Please stop writing to him.",
        "Your order",
        HELLO + "We have cancelled your order of the {item}. We hope to see you again soon!" + BYE,
        "friendly",
        0,
        0.7,
        "approve",
        "The customer asks to cancel.",
        "Cancel, and **confirm** it.",
        "respond",
        ("needs_a_person",),
        "I have called her.",
        PERSONAL,
    ),
    "generous": Story(
        0.3,
        "The {item} has a small stain. What can you do?",
        "A credit for your {item}",
        HELLO + "We have added a credit of 80 EUR to your account." + BYE,
        "apologetic",
        80,
        0.68,
        "approve",
        "A happy customer comes back.",
        "A small flaw: up to **20 EUR** of credit.",
        "reject",
        ("promises_too_much",),
        "Twenty at most.",
    ),
}
