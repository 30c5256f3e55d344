"""What time does to reviews: release a held verdict, apply a deadline, let a condition lapse. Each
takes a locked list.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from gates.actors import CLOCK
from gates.policy import GatePolicy
from gates.queries.policies import policy_of
from reviews.models import Condition, Review
from reviews.models.assignment import Ending
from reviews.queries.rows import Steps, steps_of, unanswered
from reviews.queries.snapshots import asked
from reviews.states import OUTCOME_OF_ACTION, ConditionStatus, Outcome, Source, Status
from reviews.transitions import passage
from reviews.transitions.change import Change

# An approval that nobody gave must not surprise anybody long after its time.
LATEST_APPROVAL = timedelta(seconds=60)


def enforce(reviews: Sequence[Review], *, now: datetime) -> set[UUID]:
    """Apply to each locked review what is due at `now`, one step each; the ids of those that moved
    on.

    A review whose late approval got a fresh deadline has not moved on: it still waits for the same
    people.
    """
    due = [review for review in reviews if review.wake_at is not None and review.wake_at <= now]
    if not due:
        return set()
    change = Change(now=now, actor=CLOCK)
    moved = settle([review for review in due if review.status == Status.HELD], change)
    moved |= lapse(
        [
            review
            for review in due
            if review.status == Status.CONDITIONAL and review.pk not in moved
        ],
        change,
    )
    moved |= expire([review for review in due if review.status == Status.PENDING], change)
    change.write()
    return moved


def settle(reviews: Sequence[Review], change: Change) -> set[UUID]:
    """Release held verdicts: the review closes, or its conditions open."""
    conditions = unanswered(reviews) if any(_bound(review) for review in reviews) else {}
    for review in reviews:
        release(review, change, conditions.get(review.pk, []))
    return {review.pk for review in reviews}


def release(review: Review, change: Change, conditions: list[Condition]) -> None:
    """Release the held verdict of one review."""
    held = review.held_decision
    if held is None:
        return
    if conditions:
        _open_conditions(review, change, conditions)
        return
    passage.close(review, change, held, Outcome(held.outcome), held.result)
    change.log(review, "settled", outcome=review.outcome, decision=str(held.pk))
    change.tell(review, "review.decided")
    change.tell(review, "review.closed")


def lapse(reviews: Sequence[Review], change: Change) -> set[UUID]:
    """Conditions whose time is up fail their review."""
    conditions_of = unanswered(reviews) if reviews else {}
    for review in reviews:
        conditions = conditions_of[review.pk]
        late = [row for row in conditions if row.due_at is not None and row.due_at <= change.now]
        for condition in late:
            change.set(condition, status=ConditionStatus.EXPIRED)
        fail(review, change, [row for row in conditions if row not in late], "condition_expired")
    return {review.pk for review in reviews}


def fail(review: Review, change: Change, others: list[Condition], verb: str, **data: str) -> None:
    """One condition was denied or expired: nothing is released."""
    held = review.held_decision
    if held is None:
        return
    passage.void(others, change)
    passage.close(review, change, held, Outcome.CONDITION_FAILED)
    change.log(review, verb, outcome=review.outcome, **data)
    change.tell(review, "review.closed")


def expire(reviews: Sequence[Review], change: Change) -> set[UUID]:
    """The level's clock ran out: go up, close by the gate's action, or renew a deadline that came
    too late to approve.
    """
    steps = steps_of(review.version_id for review in reviews) if reviews else {}
    return {
        review.pk for review in reviews if _expire(review, change, policy_of(review.version), steps)
    }


def _expire(review: Review, change: Change, policy: GatePolicy, steps: Steps) -> bool:
    action: str = policy.action_at(review.level)
    if action == "escalate":
        go_up(review, change, policy, steps, Ending.EXPIRED, "expired")
        return True
    if action == "approve":
        action = _approval_or_less(review, change, policy)
    if action == "renew":
        _renew_deadline(review, change, policy, steps)
        return False
    _close_by_action(review, change, action)
    return True


def go_up(
    review: Review, change: Change, policy: GatePolicy, steps: Steps, ending: Ending, verb: str
) -> None:
    """To the next level of the chain, with a deadline of its own."""
    left = review.level
    passage.end_level(review, change, ending)
    passage.open_level(review, change, steps[review.version_id, left + 1], policy)
    change.log(review, verb, action="escalate", level=left, to=review.level)
    change.tell(review, "review.escalated")


def _approval_or_less(review: Review, change: Change, policy: GatePolicy) -> str:
    """An approval by timeout needs a proposal within limits that nobody edited, eyes on it where
    the gate says so,
    and to be on time."""
    unseen = policy.approve_needs_seen and not _seen_in_time(review)
    if review.over_limit or review.edit is not None or unseen:
        return "reject"
    late = review.due_at is not None and change.now - review.due_at > LATEST_APPROVAL
    if late:
        return "reject" if review.deadline_renewed else "renew"
    return "approve"


def _seen_in_time(review: Review) -> bool:
    """Eyes that came between the deadline and the sweep come too late."""
    seen_at, due_at = review.seen_at, review.due_at
    return seen_at is not None and due_at is not None and seen_at < due_at


def _renew_deadline(review: Review, change: Change, policy: GatePolicy, steps: Steps) -> None:
    step = steps[review.version_id, review.level]
    due_at = passage.deadline(step, change.now, working_time=policy.working_time)
    if review.assignment is not None:
        change.set(review.assignment, due_at=due_at)
    change.set(review, due_at=due_at, wake_at=due_at, deadline_renewed=True)
    change.log(review, "deadline_renewed", level=review.level)


def _close_by_action(review: Review, change: Change, action: str) -> None:
    outcome = OUTCOME_OF_ACTION[action]
    result = review.proposal if outcome == Outcome.APPROVED else None
    verdict = action if action in {"approve", "reject"} else ""
    final = passage.decision(
        review, change, Source.TIMEOUT, outcome, verdict=verdict, result=result
    )
    passage.close(review, change, final, outcome, result)
    change.log(review, "expired", action=action, level=review.level, outcome=outcome)
    change.tell(review, "review.closed")


def _open_conditions(review: Review, change: Change, conditions: list[Condition]) -> None:
    for condition in conditions:
        due_at = change.now + timedelta(seconds=condition.timeout)
        change.set(condition, status=ConditionStatus.OPEN, due_at=due_at)
    first = min(change.now + timedelta(seconds=condition.timeout) for condition in conditions)
    passage.end_level(review, change, Ending.DECIDED)
    change.set(review, status=Status.CONDITIONAL, held_until=None, wake_at=first)
    change.log(review, "settled", conditions=[str(condition.pk) for condition in conditions])
    change.tell(review, "review.decided")
    change.tell(review, "condition.opened", conditions=[asked(row) for row in conditions])


def _bound(review: Review) -> bool:
    return review.held_decision is not None and review.held_decision.verdict == "approve_if"
