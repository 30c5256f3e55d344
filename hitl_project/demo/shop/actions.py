"""The actions of the shop's workflows. They take their time and do nothing: no money moves, no
letter is sent. Ids follow from the key of the step, so that doing one again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from time import sleep
from typing import Any
from zlib import crc32

import structlog

from hitl_project.demo.cases.case import money
from hitl_project.demo.cases.refunds import STORIES, asked
from hitl_project.demo.shop.errands import GIFTS
from reviews.actions import Call, action

log = structlog.get_logger(__name__)

LEAST, MOST = 0.5, 2.0  # seconds
FAILS = 4  # one first attempt in so many
FEWEST = 10  # pieces of an order
BANK = "The bank did not answer. (Simulated.)"
WEEKS = 4

Does = Callable[[Call], Any]


def offer() -> None:
    """Let workflows call the actions."""
    for name, does in ACTIONS.items():
        action(name)(_taking_time(does))


def chance(call: Call, sides: int) -> int:
    """0 to `sides` - 1, always the same for one step."""
    return crc32(call.key.encode()) % sides


def _taking_time(does: Does) -> Does:
    def perform(call: Call) -> Any:
        sleep(LEAST + (MOST - LEAST) * chance(call, 100) / 100)
        output = does(call)
        log.info("demo_action", action=call.action, run=call.run, node=call.node)
        return output

    return perform


def _id(call: Call, letter: str) -> str:
    return f"{letter}-{chance(call, 1_000_000):06}"


# --- money back -----------------------------------------------------------------------------------


def _analyse(call: Call) -> Any:
    """What the customer wants, and how sure one can be."""
    said = call.data["said"]
    claim, row = next((key, row) for key, row in STORIES.items() if row.said == said)
    return {"claim": claim, "recommendation": row.advice, "confidence": row.confidence}


def _propose(call: Call) -> Any:
    ticket, claim = call.data["ticket"], call.data["claim"]
    fits = "fits" if claim["recommendation"] == "approve" else "does not fit"
    return {
        "proposal": asked(ticket["order"], ticket["customer"]["id"], ticket["amount"]),
        "context": ticket["facts"],
        "recommendation": claim["recommendation"],
        "confidence": claim["confidence"],
        "rationale": f"“{ticket['said']}” {fits} what we refund. (Simulated.)",
    }


def _revise(call: Call) -> Any:
    """Half of it, after a person said no."""
    before = call.data["proposal"]
    half = max(1.0, round(before["amount"] / 2, 2))
    return {
        "proposal": asked(before["order_id"], before["customer_id"], half),
        "context": call.data["context"],
        "recommendation": "approve",
        "confidence": 0.9,
        "rationale": f"{money(half)} after a person said no to {money(before['amount'])}. "
        "(Simulated.)",
    }


def _issue(call: Call) -> Any:
    """Now and then the bank does not answer at once."""
    if call.attempt == 1 and chance(call, FAILS) == 0:
        raise ConnectionError(BANK)
    refund = _id(call, "R")
    return {"refund": refund, "order": call.data["order_id"], "amount": call.data["amount"]}


def _take_back(call: Call) -> Any:
    return {"taken_back": (call.data["output"] or {}).get("refund")}


def _mail(call: Call) -> Any:
    """The link is shown on the run's page, and told by the agent: nothing is mailed."""
    return {"mail": _id(call, "M"), "to": call.data["contact"]}


# --- parcels --------------------------------------------------------------------------------------


def _pack(call: Call) -> Any:
    return {"parcel": _id(call, "P"), "goods": call.data["goods"]}


def _suggest(call: Call) -> Any:
    parcel, customer = call.data["parcel"], call.data["customer"]
    gift, worth = GIFTS[chance(call, len(GIFTS))]
    return {
        "proposal": {"parcel": parcel["parcel"], "gift": gift, "worth": worth},
        "context": {"customer": customer, "goods": parcel["goods"]},
        "recommendation": "approve",
        "confidence": 0.8,
        "rationale": f"A customer of {customer['years']} years. (Simulated.)",
    }


def _add(call: Call) -> Any:
    return {"added": call.data["gift"]}


def _ship(call: Call) -> Any:
    return {"shipment": _id(call, "S"), **call.data}


# --- stock ----------------------------------------------------------------------------------------


def _count(call: Call) -> Any:
    return {**call.data, "short": max(0, call.data["sold"] * WEEKS - call.data["left"])}


def _order(call: Call) -> Any:
    stock = call.data
    pieces = max(FEWEST, stock["short"])
    return {
        "proposal": {"item": stock["item"], "pieces": pieces, "cost": pieces * stock["price"]},
        "context": {"left": f"{stock['left']} pieces", "sold": f"{stock['sold']} pieces"},
        "recommendation": "approve",
        "confidence": 0.92,
        "rationale": f"Enough for {WEEKS} weeks. (Simulated.)",
    }


def _place(call: Call) -> Any:
    return {"order": _id(call, "O"), **call.data}


def _cancel(call: Call) -> Any:
    return {"cancelled": (call.data["output"] or {}).get("order")}


ACTIONS: dict[str, Does] = {
    "demo_analyse_ticket": _analyse,
    "demo_propose_refund": _propose,
    "demo_revise_refund": _revise,
    "demo_issue_refund": _issue,
    "demo_take_back_refund": _take_back,
    "demo_mail_link": _mail,
    "demo_pack_parcel": _pack,
    "demo_suggest_gift": _suggest,
    "demo_add_gift": _add,
    "demo_ship_parcel": _ship,
    "demo_count_stock": _count,
    "demo_propose_order": _order,
    "demo_place_order": _place,
    "demo_cancel_order": _cancel,
}
