"""What the agent did with a result, in a few words. Nobody's money moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hitl_project.demo.cases.case import money

Review = Mapping[str, Any]
Deed = Callable[[Any, Any], str]


def done(gate: str, review: Review) -> str:
    """What follows from an outcome; what is done is the result, not the proposal."""
    if review["outcome"] == "answered":
        return f"sent the customer a person's words: “{_short(review['result']['message'])}”"
    if review["result"] is None:
        return "dropped it"
    return _DEEDS[gate](review["result"], review["proposal"])


def _refunded(result: Any, asked: Any) -> str:
    instead = f" instead of {money(asked['amount'])}" if result["amount"] != asked["amount"] else ""
    return f"refunded {money(result['amount'])}{instead}"


def _credited(result: Any, asked: Any) -> str:
    left, count = len(asked["credits"]), len(result["credits"])
    return f"credited {count} customers" if left == count else f"credited {count} of {left}"


def _sent(result: Any, asked: Any) -> str:
    return "sent the letter" if result == asked else "sent the letter as a person wrote it"


def _closed(result: Any, asked: Any) -> str:
    return f"closed the account {result['account']}"


def _acted(result: Any, asked: Any) -> str:
    what = {"Remove": "removed", "Hide": "hid", "Warn": "warned about"}[result["action"]]
    return f"{what} “{result['title']}”"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST].rstrip()}…"


LONGEST = 80
_DEEDS: dict[str, Deed] = {
    "refund": _refunded,
    "bulk_credit": _credited,
    "reply": _sent,
    "close_account": _closed,
    "listing": _acted,
}
