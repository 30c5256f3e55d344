"""The people, keys and gates of the model's world, put into the database once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User

from gates import actors
from gates.actors import Actor
from gates.models import ApiKey
from gates.policy import ConditionTemplate, GatePolicy, Items, Reason, Step, Triggers
from tests import factories
from tests.reviews.machine.people import IN_SCOPE, KEYS, LEADS, MANAGER, OUTSIDE, PEOPLE, TEAMS
from tests.reviews.machine.rulings import CATALOGUE, LIMIT, REASONS, STAKES, VERDICTS

_BASE = GatePolicy(
    slug="base",
    description="Refund {{ proposal.amount }}",
    steps=(Step("support", 300),),
    timeout_action="reject",
    triggers=Triggers(stakes=f"proposal.amount > {STAKES}"),
    options=VERDICTS,
    owner="owners",
    proposal_schema={"properties": {"amount": {"type": "number", "exclusiveMinimum": 0}}},
    editable=("/amount",),
    items=Items("/lines", "id"),
    limits=f"proposal.amount <= {LIMIT}",
    reasons=tuple(Reason(code, code, verdicts) for code, verdicts in REASONS.items()),
    conditions=tuple(
        ConditionTemplate(code, code, confirms, timeout)
        for code, (confirms, timeout) in CATALOGUE.items()
    ),
    undo_window=10,
    lease=120,
    max_rounds=2,
)
_TWO = (Step("support", 300), Step("leads", 900))
_THREE = (*_TWO, Step("board", 3600))
_GATES: dict[str, dict[str, Any]] = {
    "reject": {},
    "approve": {"timeout_action": "approve", "owner": ""},
    "approve_seen": {"timeout_action": "approve", "approve_needs_seen": True},
    "skip_at_once": {"timeout_action": "skip", "undo_window": 0},
    "few_words": {"options": ("approve", "reject"), "lease": 600, "undo_window": 400},
    "bound": {"options": ("approve_if", "reject"), "timeout_action": "approve"},
    "bound_at_once": {"options": ("approve_if", "reject"), "undo_window": 0},
    "chain": {"steps": _THREE, "final_action": "reject"},
    "chain_approve": {"steps": _TWO, "final_action": "approve", "owner": ""},
    "chain_seen": {"steps": _TWO, "final_action": "approve", "approve_needs_seen": True},
    "chain_skip": {"steps": _TWO, "final_action": "skip", "undo_window": 0},
    "two_agree": {"approvals": 2, "timeout_action": "approve"},
    "three_agree": {"approvals": 3, "steps": _TWO, "final_action": "approve"},
    "two_at_once": {"approvals": 2, "steps": _TWO, "final_action": "reject", "undo_window": 0},
}


def _gate(slug: str, overrides: dict[str, Any]) -> GatePolicy:
    chained: dict[str, Any] = {"timeout_action": "escalate"} if "steps" in overrides else {}
    return replace(_BASE, slug=slug, **overrides, **chained)


GATES = {slug: _gate(slug, overrides) for slug, overrides in _GATES.items()}


@dataclass(frozen=True)
class House:
    """Who acts, and whose lists are asked for, by name."""

    actors: dict[str, Actor]
    principals: dict[str, User | ApiKey]
    keys: dict[str, ApiKey]


def opened() -> House:
    """Make all of it."""
    people = {name: factories.user(name) for name in PEOPLE}
    for slug, names in TEAMS.items():
        lead = people.get(LEADS[slug])
        factories.team(slug, *(people[name] for name in names), lead=lead)
    may = ("assign_review", "cancel_review", "overturn_review", "view_all_reviews")
    people[MANAGER] = factories.permit(people[MANAGER], *(f"reviews.{name}" for name in may))
    gates = [factories.publish(policy) for policy in GATES.values()]
    elsewhere = factories.publish(replace(_BASE, slug="elsewhere"))
    keys = {
        name: factories.key(
            *(gates if name in IN_SCOPE else [elsewhere]),
            name=name.removeprefix("key:"),
            owner=people.get(owner),
        )
        for name, owner in KEYS.items()
    }
    acting = {name: factories.person(someone) for name, someone in people.items()}
    acting |= {name: key.actor() for name, key in keys.items()} | {OUTSIDE: actors.OUTSIDE}
    return House(acting, {**people, **keys}, keys)
