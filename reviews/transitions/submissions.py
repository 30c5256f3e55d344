"""A proposal enters a gate: routed to a person, or closed at once because nothing asks for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import jsonpointer
from django.conf import settings
from django.db import transaction

from gates import clock, routing, titles
from gates.actors import POLICY
from gates.models import ApiKey, GateVersion
from gates.policy import GatePolicy
from gates.queries.policies import policy_of
from reviews.errors import FieldError, Invalid, Missing, invalid
from reviews.models import Review, Step
from reviews.models.review import Priority
from reviews.queries.rows import steps_of
from reviews.states import Outcome, Source, Status
from reviews.transitions import passage
from reviews.transitions.change import Change

COIN = "calibration"
LARGEST_AMOUNT = Decimal(10) ** 15


@dataclass(frozen=True, slots=True)
class Submission:
    """What an agent sends. JSON values are finite and free of surrogates; the API has
    seen to that.
    """

    gate: str
    proposal: Any
    context: Mapping[str, Any] = field(default_factory=dict)
    recommendation: str | None = None
    confidence: float | None = None
    rationale: str = ""
    requester: Mapping[str, Any] | None = None
    external_id: str = ""
    callback_url: str = ""
    revises: UUID | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    step: Step | None = None


def submit(submission: Submission, *, key: ApiKey) -> Review:
    """Open a review. Raises Missing for a gate out of the key's scope and Invalid for content."""
    with transaction.atomic():
        version = version_for(key, submission.gate)
        policy = policy_of(version)
        coin = check(policy, submission)
        revised = _revised(submission, key, policy)
        change = Change(now=clock.now(), actor=key.actor())
        review = _new_review(submission, version, key, revised, change)
        review.step = submission.step
        routed = routing.route(
            policy,
            proposal=submission.proposal,
            context=submission.context,
            confidence=submission.confidence,
            coin=coin,
            revision=_rejected_by_a_person(revised),
        )
        _route(review, change, policy, routed)
        if policy.mode == "observe" and _caught(routed):
            look_back = _new_review(submission, version, key, None, change)
            look_back.observes = review
            _ask(look_back, change, policy, [why for why in routed.why if why.code == COIN])
        change.write()
    return review


def version_for(key: ApiKey, slug: str) -> GateVersion:
    """The published version of a gate in the key's scope; else Missing: no gate shows outside."""
    scope = {} if key.all_gates else {"published_for__keys": key}
    versions = GateVersion.objects.filter(published_for__slug=slug, **scope)
    found = next(iter(versions.select_related("gate")), None)
    if found is None or key.personal:
        raise Missing(f"There is no gate “{slug}” for this key.")
    return found


def check(policy: GatePolicy, submission: Submission) -> float | None:
    """Refuse content that the gate cannot judge; the toss of its coin (0..1), or None where it
    tosses none.
    """
    problems = routing.problems_with(policy, submission.proposal, submission.context)
    if problems:
        raise Invalid(
            "The gate refuses this content.", *(FieldError(*problem) for problem in problems)
        )
    if policy.triggers.calibration is None:
        return None
    if not submission.external_id:
        raise invalid(
            "/external_id", "required", "This gate tosses a coin for each external id: send one."
        )
    return routing.tossed(settings.AUDIT_SECRET, policy.slug, submission.external_id)


def _route(review: Review, change: Change, policy: GatePolicy, routed: routing.Routing) -> None:
    """To a person, or on its way: an observing gate lets everything pass, and keeps what would have
    asked.
    """
    change.set(review, over_limit=routed.over_limit)
    if routed.asks_person and policy.mode == "gate":
        _ask(review, change, policy, routed.why)
    else:
        _pass(review, change, routed.why)


def _ask(review: Review, change: Change, policy: GatePolicy, why: Sequence[routing.Why]) -> None:
    step = steps_of([review.version_id])[review.version_id, 0]
    change.set(review, status=Status.PENDING, why=[item.as_json() for item in why])
    passage.open_level(review, change, step, policy)
    looks = {"observes": str(review.observes_id)} if review.observes_id else {}
    data = {"why": [item.code for item in why], "team": step.team.slug, "digest": review.digest}
    change.log(review, "submitted", **data, **looks)
    change.tell(review, "review.opened")


def _pass(review: Review, change: Change, why: Sequence[routing.Why]) -> None:
    change.set(review, why=[item.as_json() for item in why])
    acting = Change(now=change.now, actor=POLICY)
    final = passage.decision(
        review, acting, Source.POLICY, Outcome.APPROVED, verdict="approve", result=review.proposal
    )
    passage.close(review, change, change.new(final), Outcome.APPROVED, review.proposal)
    codes = [item.code for item in why]
    change.log(review, "submitted", why=codes, outcome=review.outcome, digest=review.digest)
    change.tell(review, "review.closed")


def _caught(routed: routing.Routing) -> bool:
    """True if the coin says that a person looks at this one."""
    return any(item.code == COIN for item in routed.why)


def _revised(submission: Submission, key: ApiKey, policy: GatePolicy) -> Review | None:
    """The locked review that this one revises: rejected, by the same key at the same gate, not
    revised before.
    """
    if submission.revises is None:
        return None
    target = (
        Review.objects.select_for_update(of=("self",))
        .filter(pk=submission.revises, key=key, gate__slug=policy.slug)
        .first()
    )
    if target is None or target.outcome != Outcome.REJECTED:
        raise invalid(
            "/revises",
            "not_revisable",
            "Only a rejected review of this key and gate can be revised.",
        )
    if Review.objects.filter(revises=target).exists():
        raise invalid("/revises", "already_revised", "This review has been revised already.")
    if target.round >= policy.max_rounds:
        raise invalid(
            "/revises", "rounds_exhausted", f"The gate allows {policy.max_rounds} rounds."
        )
    return target


def _rejected_by_a_person(revised: Review | None) -> bool:
    final = revised.final_decision if revised else None
    return final is not None and final.source == Source.HUMAN


def _new_review(
    submission: Submission,
    version: GateVersion,
    key: ApiKey,
    revised: Review | None,
    change: Change,
) -> Review:
    policy = policy_of(version)
    review = Review(
        id=clock.new_id(change.now),
        gate=version.gate,
        version=version,
        key=key,
        title=titles.render_title(policy.description, submission.proposal, submission.context),
        proposal=submission.proposal,
        context=dict(submission.context),
        recommendation=submission.recommendation or "",
        confidence=submission.confidence,
        rationale=submission.rationale,
        requester=dict(submission.requester) if submission.requester else None,
        external_id=submission.external_id,
        callback_url=submission.callback_url,
        metadata=dict(submission.metadata),
        revises=revised,
        round=revised.round + 1 if revised else 1,
        subject=_subject(policy, submission.proposal),
        amount=_amount(policy, submission.proposal),
        priority=Priority[policy.priority.upper()],
        calibration=policy.triggers.calibration,
        submitted_at=change.now,
    )
    review.digest = passage.fingerprint(review)
    return change.new(review)


def _subject(policy: GatePolicy, proposal: Any) -> str:
    value = jsonpointer.resolve_pointer(proposal, policy.subject, None) if policy.subject else None
    return (
        str(value)[:200]
        if isinstance(value, str | int | float) and not isinstance(value, bool)
        else ""
    )


def _amount(policy: GatePolicy, proposal: Any) -> Decimal | None:
    """The amount as a number of 16 digits and 4 decimals; None where the proposal has none that
    fits.
    """
    value = jsonpointer.resolve_pointer(proposal, policy.amount, None) if policy.amount else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        amount = Decimal(str(value)).quantize(Decimal("0.0001"))
    except InvalidOperation:
        return None
    return amount if abs(amount) < LARGEST_AMOUNT else None
