"""Made-up errands of the shop, one workflow each. Nothing here knows Gatehouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from hitl_project.demo.cases import refunds
from hitl_project.demo.cases.case import CUSTOMERS, SIMULATED, money, number

GIFTS = (("A hand-written card", 2.0), ("A bar of chocolate", 4.5), ("A tea towel", 9.0))
MOST_LEFT = 9  # pieces


@dataclass(frozen=True, slots=True)
class Errand:
    """What a run is started with; `called` and `wish` are for those who watch."""

    workflow: str
    number: str
    called: str
    wish: str
    input: Mapping[str, Any]
    who: str

    def body(self) -> dict[str, Any]:
        """What starts the run."""
        return {
            "input": dict(self.input),
            "external_id": f"demo-{self.number}",
            "requester": {"id": f"simulated:{self.who}", "contact": f"{self.who}@example.com"},
        }


def invent(random: Random, workflow: str) -> Errand:
    """A new errand of a workflow."""
    return ERRANDS[workflow](random)


def refund(random: Random, story: str = "", price: float | None = None) -> Errand:
    """A customer wants money back."""
    return _money_back(random, "refund", story, price)


def pickup(random: Random, story: str = "", price: float | None = None) -> Errand:
    """A customer wants money back for what we would have to fetch."""
    return _money_back(random, "pickup", story, price)


def parcel(random: Random) -> Errand:
    """An order is to be sent."""
    order, customer = number(random), random.choice(CUSTOMERS)
    goods = random.choice(refunds.GOODS)
    return Errand(
        "parcel",
        order,
        f"parcel {order}",
        f"to send {customer.name} a {goods.lower()}",
        SIMULATED | {"order": order, "customer": asdict(customer), "goods": goods},
        customer.handle,
    )


def restock(random: Random) -> Errand:
    """An item may be running out."""
    item, code = random.choice(refunds.GOODS), number(random)
    left, sold, price = (random.randint(*span) for span in ((0, MOST_LEFT), (3, 20), (9, 90)))
    facts = {"item": item, "left": left, "sold": sold, "price": price}
    return Errand(
        "restock",
        code,
        f"stock {code}",
        f"to see whether we need more of: {item.lower()}",
        SIMULATED | facts,
        "stock",
    )


def _money_back(random: Random, workflow: str, story: str, price: float | None) -> Errand:
    case = refunds.invent(random, story, price)
    ticket = {
        "order": case.number,
        "amount": case.proposal["amount"],
        "said": case.context["refund_reason"],
        "customer": asdict(case.customer),
        "email": f"{case.customer.handle}@example.com",
        "facts": dict(case.context),
    }
    wish = f"to give {case.customer.name} {money(ticket['amount'])} back"
    called, who = f"order {case.number}", case.customer.handle
    return Errand(workflow, case.number, called, wish, SIMULATED | ticket, who)


ERRANDS: dict[str, Callable[..., Errand]] = {
    "refund": refund,
    "parcel": parcel,
    "pickup": pickup,
    "restock": restock,
}
