"""Verdicts of people: decide, undo, overturn."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from gates import clock
from gates.actors import Actor
from gates.policy import GatePolicy
from gates.queries.policies import policy_of
from reviews import verdicts
from reviews.errors import Changed, Invalid, NotAllowed, WrongState, invalid
from reviews.models import Condition, Decision, Review
from reviews.queries.rows import unanswered
from reviews.queries.snapshots import told
from reviews.states import OUTCOME_OF_VERDICT, ConditionStatus, Outcome, Source, Status
from reviews.transitions import leases, passage, rights, timed
from reviews.transitions.change import Change
from reviews.transitions.links import hash_of
from reviews.transitions.moves import run


@dataclass(frozen=True, slots=True)
class Decided:
    """The review after a verdict, and the secrets of the links it made, by condition id. They are
    shown once.
    """

    review: Review
    links: dict[UUID, str]


def decide(review_id: UUID, *, actor: Actor, answer: verdicts.Answer) -> Decided:
    """Record a person's verdict or vote. Raises what `verdicts.rule` raises, NotAllowed, Conflict,
    Expired.
    """
    links: dict[UUID, str] = {}

    def work(review: Review, change: Change) -> None:
        links.update(apply_verdict(review, change, answer))

    return Decided(run("decide", review_id, actor, work), links)


def apply_verdict(review: Review, change: Change, answer: verdicts.Answer) -> dict[UUID, str]:
    """The verdict on one locked review; shared with batches. Returns the secrets of new links."""
    user_id = rights.decider(review, change)
    if answer.digest and answer.digest != review.digest:
        raise Changed("The proposal changed after you opened it.", digest=review.digest)
    policy = policy_of(review.version)
    ruling = verdicts.rule(policy, case_of(review), answer)
    votes = rights.votes_of(review, change)
    if policy.approvals > 1 and answer.verdict in verdicts.ONE_VOTE_ONLY:
        raise invalid(
            "/verdict",
            "not_with_quorum",
            "This verdict cannot be counted where several people must agree.",
        )
    leases.lease(review, change, user_id)
    decision = _record(review, change, ruling, answer)
    if ruling.verdict != "reject" and _still_open(policy, ruling, votes):
        _count_vote(review, change, ruling, decision, votes)
        return {}
    _hold(review, change, policy, decision)
    links = _await_conditions(review, change, decision, ruling.terms)
    _release_at_once(review, change)
    return links


def undo(review_id: UUID, *, actor: Actor) -> Review:
    """Take back one's own verdict while it is held: the review is pending again, with the same
    deadline.
    """

    def work(review: Review, change: Change) -> None:
        held = review.held_decision
        if held is None or held.reviewer_id != rights.person_of(change):
            raise NotAllowed("Only who decided may undo it.")
        passage.void(unanswered([review])[review.pk], change)
        change.set(held, undone_at=change.now)
        change.set(
            review,
            status=Status.PENDING,
            held_decision=None,
            held_until=None,
            wake_at=review.due_at,
            decided_at=None,
        )
        leases.lease(review, change, rights.person_of(change))
        change.log(review, "undone", decision=str(held.pk))

    return run("undo", review_id, actor, work)


def overturn(
    review_id: UUID, *, actor: Actor, verdict: str, note: str, reasons: Sequence[str] = ()
) -> Review:
    """Say afterwards what the verdict should have been. Outcome and result stay; analytics take the
    new label.
    """

    def work(review: Review, change: Change) -> None:
        rights.may_manage(review, change, "reviews.overturn_review")
        final = review.final_decision
        if final is None or final.source == Source.CANCEL:
            raise WrongState("There is no verdict to overturn.")
        _check_overturn(policy_of(review.version), final, verdict, note, reasons)
        added = passage.decision(
            review,
            change,
            Source.HUMAN,
            OUTCOME_OF_VERDICT[verdict],
            verdict=verdict,
            note=note,
            reasons=list(reasons),
            overturns=final,
        )
        change.log(review, "overturned", decision=str(added.pk), verdict=verdict)
        change.tell(review, "decision.overturned", overturned_by=told(added))

    return run("overturn", review_id, actor, work)


def case_of(review: Review) -> verdicts.Case:
    """What the verdict is about."""
    return verdicts.Case(
        proposal=review.proposed,
        original=review.proposal,
        context=review.context,
        confidence=review.confidence,
        over_limit=review.over_limit and review.edit is None,
    )


def _record(
    review: Review, change: Change, ruling: verdicts.Ruling, answer: verdicts.Answer
) -> Decision:
    outcome = OUTCOME_OF_VERDICT[ruling.verdict]
    if ruling.verdict == "approve" and review.edit is not None:
        outcome = Outcome.MODIFIED
    return passage.decision(
        review,
        change,
        Source.HUMAN,
        outcome,
        verdict=ruling.verdict,
        result=ruling.result,
        patch=ruling.patch,
        items=ruling.items,
        reasons=list(ruling.reasons),
        note=answer.note,
        message=answer.message,
    )


def _still_open(policy: GatePolicy, ruling: verdicts.Ruling, votes: list[Decision]) -> bool:
    counted = 0 if ruling.verdict == "modify" else len(votes)
    return counted + 1 < policy.approvals


def _count_vote(
    review: Review,
    change: Change,
    ruling: verdicts.Ruling,
    decision: Decision,
    votes: list[Decision],
) -> None:
    """A vote that leaves the review pending; an edit starts the count anew, on the edit."""
    if ruling.verdict == "modify":
        for vote in votes:
            change.set(vote, superseded=True)
        change.set(review, edit=ruling.result)
        change.set(review, digest=passage.fingerprint(review))
    leases.free(review, change)
    change.log(
        review, "voted", decision=str(decision.pk), verdict=ruling.verdict, digest=decision.digest
    )


def _hold(review: Review, change: Change, policy: GatePolicy, decision: Decision) -> None:
    until = change.now + timedelta(seconds=policy.undo_window)
    if review.due_at is not None:
        until = min(until, review.due_at)
    change.set(
        review,
        status=Status.HELD,
        held_decision=decision,
        held_until=until,
        wake_at=until,
        decided_at=change.now,
    )
    change.log(
        review,
        "decided",
        decision=str(decision.pk),
        verdict=decision.verdict,
        digest=decision.digest,
    )


def _await_conditions(
    review: Review, change: Change, decision: Decision, terms: Sequence[verdicts.Terms]
) -> dict[UUID, str]:
    links: dict[UUID, str] = {}
    for item in terms:
        condition = Condition(
            id=clock.new_id(change.now), review=review, decision=decision, **_columns(item)
        )
        change.set(condition, status=ConditionStatus.WAITING)
        if item.confirms == "link":
            links[condition.pk] = secrets.token_urlsafe(32)
            condition.token_hash = hash_of(links[condition.pk])
        change.new(condition)
    return links


def _columns(item: verdicts.Terms) -> dict[str, Any]:
    return {
        name: getattr(item, name) for name in ("code", "text", "confirms", "contact", "timeout")
    }


def _release_at_once(review: Review, change: Change) -> None:
    """Without an undo window the verdict is released in the deciding transaction."""
    if review.held_until is not None and review.held_until <= change.now:
        timed.release(review, change, change.inserted(Condition, review))


def _check_overturn(
    policy: GatePolicy, final: Decision, verdict: str, note: str, reasons: Sequence[str]
) -> None:
    if verdict not in {"approve", "modify", "reject"} or verdict == final.verdict:
        raise invalid("/verdict", "verdict_not_offered", "Say what the verdict should have been.")
    if not note.strip():
        raise invalid("/note", "required", "Say why.")
    unknown = [code for code in reasons if policy.reason(code) is None]
    if unknown:
        raise Invalid(f"Unknown reasons: {', '.join(unknown)}.", code="unknown_reason")
