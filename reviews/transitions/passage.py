"""The pieces that transitions share: opening a level, recording a decision, closing. All on locked
or new rows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from gates import clock, worktime
from gates.models import EscalationStep
from gates.policy import GatePolicy
from reviews.digests import Shown, digest_of
from reviews.models import Assignment, Condition, Decision, Review
from reviews.models.assignment import Ending
from reviews.states import ConditionStatus, Outcome, Source, Status
from reviews.transitions import compensations
from reviews.transitions.change import Change


def open_level(review: Review, change: Change, step: EscalationStep, policy: GatePolicy) -> None:
    """Put the review before the team of `step`; its deadline runs from now."""
    due_at = deadline(step, change.now, working_time=policy.working_time)
    assignment = change.new(
        Assignment(
            id=clock.new_id(change.now),
            review=review,
            level=step.level,
            team=step.team,
            opened_at=change.now,
            due_at=due_at,
        )
    )
    change.set(
        review,
        level=step.level,
        team=step.team,
        assignment=assignment,
        due_at=due_at,
        wake_at=due_at,
    )


def deadline(step: EscalationStep, start: datetime, *, working_time: bool) -> datetime:
    """`step.timeout` seconds after `start`, in the team's working hours where the gate says so."""
    calendar = step.team.calendar
    if working_time and calendar is not None:
        return worktime.add_working_seconds(
            start, step.timeout, calendar.hours, step.team.time_zone
        )
    return start + timedelta(seconds=step.timeout)


def fingerprint(review: Review) -> str:
    """The digest of what a person is shown of this review now."""
    return digest_of(
        Shown(
            proposal=review.proposed,
            context=review.context,
            recommendation=review.recommendation or None,
            confidence=review.confidence,
            rationale=review.rationale,
            version=(review.gate.slug, review.version.number),
        )
    )


def end_level(review: Review, change: Change, ending: Ending) -> None:
    """The open assignment ends; the lease goes with it."""
    if review.assignment is not None:
        change.set(review.assignment, ended_at=change.now, ending=ending, lease_until=None)
        change.set(review, assignment=None)


def decision(
    review: Review, change: Change, source: Source, outcome: Outcome, **fields: Any
) -> Decision:
    """Record a decision on what is proposed now."""
    return change.new(
        Decision(
            id=clock.new_id(change.now),
            review=review,
            source=source,
            outcome=outcome,
            reviewer_id=change.actor.user_id if source == Source.HUMAN else None,
            actor=change.actor.label,
            level=review.level,
            digest=review.digest,
            decided_at=change.now,
            **fields,
        )
    )


def close(
    review: Review, change: Change, final: Decision, outcome: Outcome, result: Any = None
) -> None:
    """The review is over: `final` stands, nothing wakes it again."""
    end_level(review, change, _ENDINGS.get(Source(final.source), Ending.DECIDED))
    change.set(final, final=True)
    change.set(
        review,
        status=Status.CLOSED,
        outcome=outcome,
        result=result,
        final_decision=final,
        held_decision=None,
        held_until=None,
        wake_at=None,
        decided_at=final.decided_at,
        closed_at=change.now,
    )
    if review.step_id is not None:
        change.wake(review.step_id)
    if review.observes_id is not None and final.source == Source.HUMAN:
        compensations.owed_after(review, change)


def void(conditions: list[Condition], change: Change) -> None:
    """These conditions will not be asked for any more; their links stop working."""
    for condition in conditions:
        change.set(condition, status=ConditionStatus.VOID, token_hash=None)


_ENDINGS = {Source.TIMEOUT: Ending.EXPIRED, Source.CANCEL: Ending.CANCELLED}
