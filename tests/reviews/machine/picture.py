"""A review of the model in the form in which `stored` gives those of the database."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from typing import Any

from tests.reviews.machine.model import Case
from tests.reviews.machine.people import is_person
from tests.reviews.machine.state import Condition, Decision, Level
from tests.reviews.machine.stored import FIELDS

Picture = dict[str, Any]

_ELSEWHERE = ("deadline_renewed", "event_count", "digest", "held_decision", "final_decision")


def of(case: Case) -> Picture:
    """What must be stored of this review."""
    names = [name for name in FIELDS if name not in _ELSEWHERE]
    return {name: getattr(case, name) for name in names} | {
        "deadline_renewed": case.renewed,
        "event_count": len(case.verbs),
        "digest": _digest_of(case, case.proposed),
        "held_decision": _place(case.held, case),
        "final_decision": _place(case.final, case),
        "levels": [_level(row) for row in case.levels],
        "decisions": [_decision(row, case) for row in case.decisions],
        "conditions": [_condition(row, at, case) for at, row in enumerate(case.conditions)],
        "verbs": case.verbs,
        "messages": case.messages,
    }


def _level(row: Level) -> tuple[Any, ...]:
    names = "level team opened_at due_at ending lease_until holder passed"
    return tuple(_fields(row, names))


def _decision(row: Decision, case: Case) -> tuple[Any, ...]:
    return (
        *_fields(row, "source verdict outcome level at result superseded"),
        _label(row.who),
        _digest_of(case, row.on),
        _patch(case, row),
        row is case.final,
        row.undone,
        row.overturns,
    )


def _condition(row: Condition, at: int, case: Case) -> tuple[Any, ...]:
    return (
        *_fields(row, "confirms timeout status due_at"),
        _label(row.answered_by),
        row.confirms == "link" and case.link_works(at),
        _place(row.of, case),
    )


def _label(who: str) -> str:
    return f"user:{who}" if is_person(who) else who


def digest(gate: str, number: int, proposed: Any) -> str:
    """What a decider looked at (DESIGN 6), in RFC 8785 form: these values need no more than
    sorting.
    """
    return _digest(gate, number, json.dumps(proposed, sort_keys=True))


@cache
def _digest(gate: str, number: int, proposed: str) -> str:
    shown = {
        "proposal": json.loads(proposed),
        "context": {},
        "recommendation": None,
        "confidence": None,
        "rationale": "",
        "version": [gate, number],
    }
    return sha256(json.dumps(shown, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _digest_of(case: Case, proposed: Any) -> str:
    return digest(case.gate.slug, 1, proposed)


def _place(decision: Any, case: Case) -> int:
    """Which of the decisions, from 1; 0 for none."""
    return 0 if decision is None else 1 + case.decisions.index(decision)


def _patch(case: Case, row: Any) -> Any:
    """An edit is kept as what it changed, too."""
    if row.source != "human" or row.overturns or row.outcome != "modified":
        return None
    if row.result == case.proposal:
        return []
    return [{"op": "replace", "path": "/amount", "value": row.result["amount"]}]


def _fields(row: Any, names: str) -> list[Any]:
    return [getattr(row, name) for name in names.split()]
