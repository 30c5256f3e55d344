"""One answer to many reviews: each is locked, re-checked and answered for by itself, and written
together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from gates import clock, expressions
from gates.actors import Actor
from gates.models import ApiKey
from gates.queries.policies import policy_of
from reviews import outliers
from reviews.errors import DomainError, Invalid, Missing, NotAllowed, invalid
from reviews.models import Assignment, Review
from reviews.queries.groups import last_amounts, rejected_subjects
from reviews.transitions import cancellations, leases, priorities, timed
from reviews.transitions.change import Change
from reviews.transitions.decisions import apply_verdict
from reviews.transitions.escalations import apply_escalation
from reviews.transitions.garbage import left_lying
from reviews.transitions.moves import Work, attempt, lock
from reviews.verdicts import Answer

LIMIT = 500


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What became of one review of a batch; `refusal` is None where it worked."""

    id: UUID
    refusal: DomainError | None = None

    @property
    def ok(self) -> bool:
        """True if the move was made."""
        return self.refusal is None

    def as_json(self) -> dict[str, Any]:
        """`{id, ok, code, message}`; `why` lists what made an outlier."""
        refusal = self.refusal
        if refusal is None:
            return {"id": str(self.id), "ok": True, "code": "ok", "message": ""}
        return {
            "id": str(self.id),
            "ok": False,
            "code": refusal.code,
            "message": refusal.message,
            **refusal.extra,
        }


def decide_all(
    ids: Sequence[UUID],
    *,
    actor: Actor,
    principal: AbstractBaseUser | ApiKey,
    answer: Answer,
    digests: Mapping[UUID, str] | None = None,
) -> list[ItemResult]:
    """Approve or reject many. Approval needs the gate's `batch` rule, its cap, and items that are
    no outliers. `digests` says what the decider looked at, by review.

    Raises Invalid for the whole batch if a gate allows no batch approval or the cap is passed.
    """
    if answer.verdict not in {"approve", "reject"}:
        raise invalid("/verdict", "verdict_not_offered", "A batch can be approved or rejected.")

    def work(review: Review, change: Change) -> None:
        seen = (digests or {}).get(review.pk, answer.digest)
        apply_verdict(review, change, replace(answer, digest=seen))

    return run_many("decide", ids, actor, principal, work, guarded=answer.verdict == "approve")


def escalate_all(
    ids: Sequence[UUID], *, actor: Actor, principal: AbstractBaseUser | ApiKey
) -> list[ItemResult]:
    """Escalate many."""
    return run_many("escalate", ids, actor, principal, apply_escalation)


def claim_all(
    ids: Sequence[UUID], *, actor: Actor, principal: AbstractBaseUser | ApiKey
) -> list[ItemResult]:
    """Claim many."""
    return run_many("claim", ids, actor, principal, leases.apply_claim)


def release_all(
    ids: Sequence[UUID], *, actor: Actor, principal: AbstractBaseUser | ApiKey
) -> list[ItemResult]:
    """Give many back to their teams."""
    return run_many("release", ids, actor, principal, leases.apply_release)


def assign_all(
    ids: Sequence[UUID], *, actor: Actor, principal: AbstractBaseUser | ApiKey, username: str
) -> list[ItemResult]:
    """Give many to one person."""
    work = partial(leases.apply_assignment, username=username)
    return run_many("assign", ids, actor, principal, work)


def prioritise_all(
    ids: Sequence[UUID], *, actor: Actor, principal: AbstractBaseUser | ApiKey, priority: str
) -> list[ItemResult]:
    """Give many another priority. Raises Invalid for one that does not exist."""
    work = partial(priorities.apply_priority, priority=priorities.named(priority))
    return run_many("prioritise", ids, actor, principal, work)


def cancel_all(
    ids: Sequence[UUID], *, actor: Actor, principal: AbstractBaseUser | ApiKey, code: str = ""
) -> list[ItemResult]:
    """Close many as cancelled."""
    work = partial(cancellations.apply_cancellation, code=code)
    return run_many("cancel", ids, actor, principal, work)


def run_many(
    move: str,
    ids: Sequence[UUID],
    actor: Actor,
    principal: AbstractBaseUser | ApiKey,
    work: Work,
    *,
    guarded: bool = False,
) -> list[ItemResult]:
    """The shape of a transition for many rows; results stand in the order of `ids`."""
    if len(ids) > LIMIT:
        raise invalid("/ids", "too_many", f"A batch holds at most {LIMIT} reviews.")
    refusal: Invalid | None = None
    results: dict[UUID, DomainError | None] = {}
    with left_lying(), transaction.atomic():
        visible = (
            Review.objects.visible_to(principal).filter(pk__in=ids).values_list("pk", flat=True)
        )
        reviews = lock(list(visible))
        now = clock.now()
        moved = timed.enforce(reviews, now=now)
        change = Change(now=now, actor=actor)
        try:
            refused = _outliers(reviews, change) if guarded else {}
        except Invalid as error:
            refusal = error
        else:
            results = {
                review.pk: refused.get(review.pk)
                or attempt(move, review, review.pk in moved, change, work)
                for review in reviews
            }
            change.write()
    if refusal is not None:
        raise refusal
    unknown = Missing("There is no such review.")
    return [
        ItemResult(review_id, results.get(review_id, unknown)) for review_id in dict.fromkeys(ids)
    ]


def _outliers(reviews: Sequence[Review], change: Change) -> dict[UUID, DomainError]:
    """The refusals of a batch approval, gate by gate."""
    groups: dict[int, list[Review]] = defaultdict(list)
    for review in reviews:
        groups[review.version_id].append(review)
    refused: dict[UUID, DomainError] = {}
    for group in groups.values():
        refused |= _outliers_of_gate(group, change)
    return refused


def _outliers_of_gate(group: list[Review], change: Change) -> dict[UUID, DomainError]:
    policy = policy_of(group[0].version)
    if policy.batch is None:
        raise invalid(
            "/ids", "batch_not_allowed", f"The gate “{policy.slug}” allows no batch approval."
        )
    if len(group) > policy.batch.cap:
        raise invalid(
            "/ids", "over_cap", f"The gate “{policy.slug}” allows {policy.batch.cap} at once."
        )
    rejected = rejected_subjects(group[0].gate_id, {review.subject for review in group})
    candidates = {
        review.pk: _candidate(review, review.assignment, rejected)
        for review in group
        if review.assignment is not None
    }
    fence = outliers.fence_of(last_amounts(group[0].gate_id))
    usual = outliers.usual_of(list(candidates.values()))
    refused: dict[UUID, DomainError] = {}
    for review in group:
        marks = _marks(review, candidates.get(review.pk), fence, usual, change, policy.batch.when)
        if marks:
            refused[review.pk] = NotAllowed(
                "Not routine: open it alone.", code="outlier", why=marks
            )
    return refused


def _marks(
    review: Review,
    candidate: outliers.Candidate | None,
    fence: outliers.Fence | None,
    usual: tuple[frozenset[str], str],
    change: Change,
    rule: str,
) -> list[str]:
    if candidate is None:
        return []
    marks = outliers.marks(candidate, fence=fence, usual=usual, now=change.now)
    return marks if _routine(review, rule) else [*marks, "not_routine"]


def _routine(review: Review, rule: str) -> bool:
    facts = {
        "proposal": review.proposal,
        "context": review.context,
        "confidence": review.confidence,
    }
    try:
        return expressions.compile_rule(rule).holds(facts)
    except (expressions.ExpressionError, expressions.RuleError):
        return False


def _candidate(
    review: Review, assignment: Assignment, rejected: Collection[str]
) -> outliers.Candidate:
    return outliers.Candidate(
        amount=review.amount,
        over_limit=review.over_limit,
        confidence=review.confidence,
        why=frozenset(item["code"] for item in review.why),
        kind=outliers.kind_of(review.proposal),
        rejected_before=review.subject in rejected,
        opened_at=assignment.opened_at,
        due_at=assignment.due_at,
    )
