"""The JSON of reviews, comments and gates. Nothing of a held verdict shows to an integrator."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from gates.models import GateVersion
from gates.queries.policies import policy_of
from reviews.models import Assignment, Comment, Condition, Review
from reviews.models.review import Priority
from reviews.queries.snapshots import released, told
from reviews.queries.whole import Whole
from reviews.states import Status
from reviews.webhooks import stamp


def review_json(whole: Whole, *, person: bool) -> dict[str, Any]:
    """A review; `person`: a person reads it."""
    review = whole.review
    held = review.status == Status.HELD and not person
    decision = review.final_decision or review.held_decision if person else released(review)
    shown = {
        "id": str(review.pk),
        "gate": review.gate.slug,
        "gate_version": review.version.number,
        "status": review.status,
        "outcome": review.outcome or None,
        "title": review.title,
        "proposal": review.proposal,
        "context": review.context,
        "recommendation": review.recommendation or None,
        "confidence": review.confidence,
        "rationale": review.rationale,
        "why": review.why,
        "result": review.result,
        "priority": Priority(review.priority).name.lower(),
        "team": review.team.slug if review.team else None,
        "level": review.level,
        "due_at": _stamp(review.due_at),
        "held_until": _stamp(review.held_until),
        "submitted_at": stamp(review.submitted_at),
        "closed_at": _stamp(review.closed_at),
        "external_id": review.external_id,
        "revises": str(review.revises_id) if review.revises_id else None,
        "requester": review.requester,
        "digest": review.digest,
        "decision": told(decision) if decision else None,
        "conditions": [] if held else [condition_json(row) for row in whole.conditions],
        "url": url_of("review", review.pk),
    }
    return shown | _for_people(whole) if person else shown


def condition_json(condition: Condition) -> dict[str, Any]:
    """A condition."""
    return {
        "id": str(condition.pk),
        "code": condition.code,
        "text": condition.text,
        "confirms": condition.confirms,
        "status": condition.status,
        "due_at": _stamp(condition.due_at),
    }


def comment_json(comment: Comment) -> dict[str, Any]:
    """A comment."""
    return {
        "id": str(comment.pk),
        "author": comment.author.get_username(),
        "text": comment.text,
        "at": stamp(comment.at),
    }


def gate_json(version: GateVersion) -> dict[str, Any]:
    """A gate, as one version of it says."""
    policy = policy_of(version)
    return {
        "slug": version.gate.slug,
        "version": version.number,
        "teams": [step.assignee for step in policy.steps],
        "policy": policy.document(),
    }


def url_of(name: str, *args: Any) -> str:
    """The whole address of a page."""
    return settings.BASE_URL + reverse(name, args=args)


def _for_people(whole: Whole) -> dict[str, Any]:
    """What a decider needs beside."""
    review = whole.review
    return {
        "assignment": _assignment_json(review, review.assignment) if review.assignment else None,
        "edit": review.edit,
        "votes": {"given": whole.votes, "needed": policy_of(review.version).approvals},
    }


def _assignment_json(review: Review, assignment: Assignment) -> dict[str, Any]:
    reviewer = assignment.reviewer
    return {
        "team": review.team.slug if review.team else None,
        "reviewer": reviewer.get_username() if reviewer else None,
        "lease_until": _stamp(assignment.lease_until),
        "level": assignment.level,
        "question": assignment.question,
    }


def _stamp(at: datetime | None) -> str | None:
    return stamp(at) if at else None
