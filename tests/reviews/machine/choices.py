"""What the machine may choose: who, which proposal, which answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from tests.reviews.machine.model import LATEST_APPROVAL, Case
from tests.reviews.machine.people import IN_SCOPE, KEYS, LEADS, MANAGER, OUTSIDE, TEAMS

LINES = [{"id": "a", "amount": 70}, {"id": "b", "amount": 50}]

MOSTLY = st.sampled_from((True, True, True, False))
WHICH = st.sampled_from((0, 0, 0, 1, 1, 2))
KEY = st.sampled_from(("key:agent", "key:agent", "key:agent", "key:owned", "key:other"))
OPENING_KEY = st.sampled_from(("key:agent", "key:agent", "key:owned"))
AMOUNT = st.sampled_from((120, 120, 300, 300, 2000, 50, 0))
REQUESTER = st.sampled_from(("", "", "", "ann", "sid"))
PRIORITY = st.sampled_from(("high", "low", "normal"))

# Roles are resolved when the step is made: see `named`.
_PEERS = ("holder", "first", "second", "third", "fourth")
_OTHERS = ("ann", "ben", "lea", "kim", "sid", "boss", "key:agent")
WHO = st.sampled_from((*_PEERS, *_PEERS, *_PEERS, *_OTHERS))
DECIDER = st.sampled_from((*("free",) * 12, *_PEERS, *_OTHERS, "own"))
UNDOER = st.sampled_from(("decider", "decider", "decider", "first", "second", "key:agent"))
DIRECTOR = st.sampled_from(("lead", "ada", "boss", "lead", "ada", "first", "sid", "key:agent"))
CANCELLER = st.sampled_from(
    ("key:agent", "first", "sid", "lead", "key:other", "ada", "boss", "free")
)
OVERTURNER = st.sampled_from(("ada", "ada", "boss", "lead", "first", "key:agent"))
_WRONG = ("first", "sid", "own", "own", *KEYS, OUTSIDE)
ANSWERER = st.sampled_from(("right", "right", "right", "right", "right", "right", *_WRONG))

SECONDS = st.sampled_from((1, 0.000001, 5, 9.999999, 10, 45, 61, 119, 130, 400, 1000, 5000))
CLOCKS = st.sampled_from(("wake", "wake", "wake", "due", "lease", "late", "condition"))

LOOKED_AT = st.sampled_from(("", "", "now", "now", "first", "other"))
EDITED = st.sampled_from((80, 150, 150, 999, 300, 120, 1001, -5))
ITEMS = st.sampled_from(
    (
        {"a": "approve", "b": "reject"},
        {"a": "approve", "b": "approve"},
        {"a": "reject", "b": "reject"},
        {"a": "approve"},
        {"a": "approve", "b": "approve", "x": "approve"},
    )
)
_RETURNED = {"code": "returned"}
_CALL = {"text": "Call him", "confirms": "reviewer", "timeout": 60}
_SIGN = {"text": "Sign", "confirms": "link", "timeout": 600}
_SIGN_SOON = {"text": "Sign this, too", "confirms": "link", "timeout": 60}
CONDITIONS = st.sampled_from(
    (
        [_RETURNED],
        [_CALL],
        [_SIGN],
        [_SIGN, _SIGN_SOON],
        [_CALL, _RETURNED],
        [_RETURNED, _SIGN, _CALL],
        [],
        [_SIGN, {"code": "unknown"}],
    )
)
REASONS = st.sampled_from((("fraud",), ("fraud", "too_much"), ("fraud",), (), ("unknown",)))
LATER = st.sampled_from(("reject", "approve", "modify", "respond"))


WORK = ("claim", "renew", "release", "pass_on", "ask", "escalate")
ELIGIBLE = st.sampled_from(("free", "free", "first", "second", "third", "kim", "sid"))
MANY = st.sampled_from(("free", "lead", "ada", "key:agent", "key:other", "second", "holder"))
MEDDLED = 120  # as an edit: the amount stays, something goes that may not
MEDDLING = {"amount": 90, "lines": LINES[:1]}


def proposal(amount: int) -> dict[str, Any]:
    """What an agent wants to do."""
    return {"amount": amount, "lines": LINES}


def other_key(key: str) -> str:
    """Another that may submit, too."""
    return next(name for name in IN_SCOPE if name != key)


def named(role: str, case: Case) -> str:
    """Who that is now; a name is itself."""
    team = TEAMS[case.level.team if case.levels else "support"]
    holder = case.level.holder if case.levels else ""
    barred = {case.requester, KEYS[case.key], *(vote.who for vote in case.votes)}
    roles = {
        "first": team[0],
        "second": team[1],
        "third": team[2],
        "fourth": team[3 % len(team)],
        "holder": holder or team[0],
        "free": holder or next((who for who in team if who not in barred), team[0]),
        "own": case.requester or KEYS[case.key] or team[0],
        "decider": case.held.who if case.held else team[0],
        "lead": (case.levels and LEADS[case.level.team]) or MANAGER,
    }
    return roles.get(role, role)


def shown(case: Case, looked_at: str) -> dict[str, Any] | None:
    """What the decider says he looked at; None where he says nothing."""
    if looked_at == "now":
        return case.proposed
    if looked_at == "first":
        return case.proposal
    return proposal(7) if looked_at == "other" else None


def answerer(confirms: str, case: Case) -> str:
    """Who may answer it."""
    return case.key if confirms == "api" else named("free", case)


def clock_of(case: Case, what: str) -> datetime | None:
    """An instant that matters to the review."""
    if what == "lease":
        return case.level.lease_until if case.levels else None
    if what == "late":
        return case.due_at + LATEST_APPROVAL if case.due_at else None
    if what == "condition":
        return max((row.due_at for row in case.open_conditions if row.due_at), default=None)
    return case.wake_at if what == "wake" else case.due_at
