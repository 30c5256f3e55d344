"""What a case is made of: who asks, what the agent would do, and what a careful person finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

SIMULATED = {"simulated": True}
ASCII = str.maketrans("áéíóúñ", "aeioun")


@dataclass(frozen=True, slots=True)
class Customer:
    """Who asks."""

    id: str
    name: str
    years: int
    refunds: int  # in twelve months
    value: int  # of all orders, in dollars

    @property
    def handle(self) -> str:
        """The name as it stands in an address."""
        return self.name.lower().replace(" ", ".").translate(ASCII)


CUSTOMERS = (
    Customer("C-881", "Jane Smith", 5, 1, 2340),
    Customer("C-902", "Omar Haddad", 1, 0, 210),
    Customer("C-117", "Lucía Ferrer", 7, 2, 9120),
    Customer("C-640", "Tom Okafor", 1, 4, 780),
    Customer("C-955", "Mei Tanaka", 0, 0, 95),
    Customer("C-433", "Piotr Nowak", 3, 0, 1460),
    Customer("C-208", "Aisha Rahman", 6, 1, 5230),
    Customer("C-771", "Ben Carter", 2, 3, 640),
    Customer("C-316", "Sofia Marino", 4, 0, 1980),
    Customer("C-529", "Liam Byrne", 2, 1, 870),
    Customer("C-604", "Noor Aziz", 8, 0, 11_450),
    Customer("C-182", "Greta Holm", 1, 0, 160),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A careful person's answer. `fix` holds members of the proposal, `refused` reasons by item."""

    verdict: str = "approve"
    reasons: tuple[str, ...] = ()
    note: str = ""
    fix: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    condition: str = ""
    message: str = ""


SOUND = Finding()


@dataclass(frozen=True, slots=True)
class Case:
    """What the agent would like to do. `second` is what it changes after a rejection."""

    gate: str
    number: str
    called: str
    wish: str
    proposal: Mapping[str, Any]
    context: Mapping[str, Any]
    advice: str
    confidence: float
    rationale: str
    customer: Customer
    finding: Finding = SOUND
    second: Mapping[str, Any] = field(default_factory=dict)
    second_wish: str = ""

    def submission(self) -> dict[str, Any]:
        """The body of a submission."""
        who = self.customer.handle
        return {
            "gate": self.gate,
            "proposal": dict(self.proposal),
            "context": dict(self.context),
            "recommendation": self.advice,
            "confidence": self.confidence,
            "rationale": f"{self.rationale} (Simulated.)",
            "requester": {"id": f"simulated:{who}", "contact": f"{who}@example.com"},
            "external_id": f"demo-{self.number}",
            "metadata": SIMULATED,
        }

    def again(self) -> Case:
        """What the agent asks for after a rejection."""
        return replace(
            self,
            wish=self.second_wish or self.wish,
            proposal={**self.proposal, **self.second},
            confidence=min(0.99, round(self.confidence + 0.05, 2)),
            rationale=f"{self.rationale} Changed after a person said no.",
            advice="approve",
            finding=SOUND,
        )


def near(random: Random, confidence: float) -> float:
    """A confidence about as high."""
    return round(min(0.99, max(0.3, random.gauss(confidence, 0.025))), 2)


def number(random: Random) -> str:
    """Six digits."""
    return str(random.randrange(100_000, 1_000_000))


def money(amount: float) -> str:
    """As people write it in the shop."""
    return f"${amount:,.2f}"


def log_normal(random: Random, middle: float, least: float, most: float) -> float:
    """An amount as amounts are: half lie under `middle`, few are far above."""
    drawn = middle * random.lognormvariate(0, 0.75)
    return round(min(most, max(least, drawn)), 2)
