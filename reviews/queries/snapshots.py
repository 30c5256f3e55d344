"""What an integrator is told about a review: the same in messages and in answers."""

from __future__ import annotations

from typing import Any

from gates.queries.policies import policy_of
from reviews.models import Condition, Decision, Review
from reviews.states import Source, Status
from reviews.webhooks import stamp


def snapshot(review: Review) -> dict[str, Any]:
    """The review in short, as JSON. Nothing of a held verdict shows."""
    decision = released(review)
    return {
        "id": str(review.pk),
        "gate": policy_of(review.version).slug,
        "gate_version": review.version.number,
        "external_id": review.external_id,
        "status": review.status,
        "outcome": review.outcome or None,
        "result": review.result,
        "level": review.level,
        "due_at": stamp(review.due_at) if review.due_at else None,
        "closed_at": stamp(review.closed_at) if review.closed_at else None,
        "decision": told(decision) if decision else None,
    }


def released(review: Review) -> Decision | None:
    """The decision that integrators may know: the final one, or one that awaits conditions."""
    return review.held_decision if review.status == Status.CONDITIONAL else review.final_decision


def asked(condition: Condition) -> dict[str, Any]:
    """A condition as an integrator sees it."""
    return {
        "id": str(condition.pk),
        "code": condition.code,
        "text": condition.text,
        "confirms": condition.confirms,
        "status": condition.status,
        "due_at": stamp(condition.due_at) if condition.due_at else None,
    }


def told(decision: Decision) -> dict[str, Any]:
    """A released decision as an integrator sees it."""
    return {
        "verdict": decision.verdict or None,
        "source": decision.source,
        "reviewer": decision.actor.removeprefix("user:")
        if decision.source == Source.HUMAN
        else None,
        "reasons": decision.reasons,
        "note": decision.note,
        "patch": decision.patch,
        "decided_at": stamp(decision.decided_at),
    }
