"""Made-up customers and what they ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

SIMULATED = {"simulated": True}
HALF = "; would take half"
SHIPPING = 4.99


@dataclass(frozen=True, slots=True)
class Customer:
    """Who asks."""

    id: str
    name: str
    years: int
    refunds: int  # in twelve months
    value: int  # of all orders, in dollars


CUSTOMERS = (
    Customer("C-881", "Jane Smith", 5, 1, 2340),
    Customer("C-902", "Omar Haddad", 1, 0, 210),
    Customer("C-117", "Lucía Ferrer", 7, 2, 9120),
    Customer("C-640", "Tom Okafor", 1, 4, 780),
    Customer("C-955", "Mei Tanaka", 0, 0, 95),
    Customer("C-433", "Piotr Nowak", 3, 0, 1460),
    Customer("C-208", "Aisha Rahman", 6, 1, 5230),
    Customer("C-771", "Ben Carter", 2, 3, 640),
)
# (name, lowest and highest price in dollars)
GOODS = (
    ("Reading lamp", 24, 90),
    ("Ceramic teapot", 18, 60),
    ("Wool blanket", 45, 140),
    ("Desk chair", 160, 480),
    ("Coffee grinder", 70, 230),
    ("Hiking boots", 95, 260),
    ("Headphones", 120, 390),
    ("Picture frame", 8, 35),
    ("Standing desk", 380, 640),
)
SMALL = 95
SMALL_GOODS = tuple(row for row in GOODS if row[1] < SMALL)
# (what the customer says, how sure an agent can be, what it advises)
CLEAR = (
    ("Arrived broken, photo attached", 0.97, "approve"),
    ("Never arrived; the carrier says it is lost", 0.95, "approve"),
    ("Sent back within 14 days, received at the warehouse", 0.98, "approve"),
)
REASONS = (
    *CLEAR,
    ("Wrong colour, not sent back yet", 0.82, "approve"),
    ("“Not as nice as in the picture”", 0.71, "reject"),
    ("Never arrived; but the carrier has a signature", 0.58, "reject"),
    ("One part is missing, asks for the whole amount", 0.77, "approve"),
)
SMALL_AND_CLEAR = 0.4  # the share of cases about which a person need not be asked


@dataclass(frozen=True, slots=True)
class Case:
    """A refund that the agent would like to make. Amounts in dollars."""

    order: str
    customer: Customer
    item: str
    price: float
    amount: float
    reason: str
    confidence: float
    advice: str

    def submission(self, gate: str) -> dict[str, Any]:
        """The body of a submission."""
        who = self.customer.name.lower().replace(" ", ".").replace("í", "i")
        return {
            "gate": gate,
            "proposal": self._proposal(),
            "context": self._context(),
            "recommendation": self.advice,
            "confidence": self.confidence,
            "rationale": self._rationale(),
            "requester": {"id": f"simulated:{who}", "contact": f"{who}@example.com"},
            "external_id": f"demo-{self.order}",
            "metadata": SIMULATED,
        }

    def less(self) -> Case:
        """What the agent asks for after a rejection: half, and it says so."""
        said = self.reason.removesuffix(HALF) + HALF
        return replace(self, amount=round(self.amount / 2, 2), reason=said)

    def _proposal(self) -> dict[str, Any]:
        return {
            "order_id": self.order,
            "customer_id": self.customer.id,
            "amount": self.amount,
            "message": f"We have refunded ${self.amount:,.2f} for order {self.order}.",
        }

    def _context(self) -> dict[str, Any]:
        return {
            "order_details": SIMULATED
            | {
                "number": self.order,
                "total": round(self.price + SHIPPING, 2),
                "shipping": SHIPPING,
                "items": [{"name": self.item, "price": self.price}],
            },
            "customer_history": SIMULATED
            | {
                "name": self.customer.name,
                "years": self.customer.years,
                "refunds_12_months": self.customer.refunds,
                "lifetime_value": self.customer.value,
            },
            "refund_reason": self.reason,
        }

    def _rationale(self) -> str:
        fits = "fits" if self.advice == "approve" else "does not fit"
        count = self.customer.refunds
        past = f"{count or 'no'} refund{'s' * (count != 1)} in twelve months"
        return f"“{self.reason}” {fits} what we refund; the customer has had {past}. (Simulated.)"


def invent(random: Random) -> Case:
    """A new case."""
    clear = random.random() < SMALL_AND_CLEAR
    item, low, high = random.choice(SMALL_GOODS if clear else GOODS)
    reason, confidence, advice = random.choice(CLEAR if clear else REASONS)
    price = round(random.uniform(low, min(high, SMALL) if clear else high), 2)
    return Case(
        order=str(random.randrange(100_000, 1_000_000)),
        customer=random.choice(CUSTOMERS),
        item=item,
        price=price,
        amount=price,
        reason=reason,
        confidence=round(confidence - random.uniform(0, 0.04), 2),
        advice=advice,
    )
