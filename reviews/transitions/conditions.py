"""Somebody confirms or denies what an approval is bound to."""

from __future__ import annotations

from uuid import UUID

from gates.actors import OUTSIDE, Actor
from reviews.errors import Missing
from reviews.models import Condition, Review, Run
from reviews.queries.rows import unanswered
from reviews.states import ConditionStatus, Outcome
from reviews.transitions import passage, rights, timed
from reviews.transitions.change import Change
from reviews.transitions.links import answered, check_allowed, check_open, hash_of
from reviews.transitions.moves import run
from reviews.transitions.runs import confirming


def confirm(condition_id: UUID, *, actor: Actor) -> Review | Run:
    """The condition is met; with the last one the approval is released, or the run goes on."""
    return _answer(condition_id, actor, ConditionStatus.MET)


def deny(condition_id: UUID, *, actor: Actor) -> Review | Run:
    """The condition is not met: the review fails on it, or the run goes another way."""
    return _answer(condition_id, actor, ConditionStatus.DENIED)


def answer_by_link(secret: str, *, met: bool) -> Review | Run:
    """The outside person answers through his link, once. Raises Missing for an unknown
    or used one.
    """
    condition = Condition.objects.filter(token_hash=hash_of(secret)).only("pk").first()
    if condition is None:
        raise Missing("This link is not valid any more.")
    return _answer(condition.pk, OUTSIDE, ConditionStatus.MET if met else ConditionStatus.DENIED)


def _answer(condition_id: UUID, actor: Actor, answer: ConditionStatus) -> Review | Run:
    found = Condition.objects.filter(pk=condition_id).values_list("review_id", flat=True).first()
    if found is None:
        return confirming.answer(condition_id, actor=actor, answer=answer)

    def work(review: Review, change: Change) -> None:
        condition = Condition.objects.get(pk=condition_id)
        _may_answer(review, change, condition)
        check_open(condition)
        others = [row for row in unanswered([review])[review.pk] if row.pk != condition.pk]
        answered(condition, change, answer)
        if answer == ConditionStatus.DENIED:
            timed.fail(review, change, others, "condition_denied", condition=str(condition.pk))
        else:
            _met(review, change, condition, others)

    return run("confirm" if answer == ConditionStatus.MET else "deny", found, actor, work)


def _met(review: Review, change: Change, condition: Condition, others: list[Condition]) -> None:
    held = review.held_decision
    dues = [row.due_at for row in others if row.due_at is not None]
    if dues:
        change.set(review, wake_at=min(dues))
        change.log(review, "condition_met", condition=str(condition.pk))
        return
    if held is not None:
        passage.close(review, change, held, Outcome(held.outcome), held.result)
        change.log(review, "condition_met", condition=str(condition.pk), outcome=review.outcome)
        change.tell(review, "review.closed")


def _may_answer(review: Review, change: Change, condition: Condition) -> None:
    """The outside person by his link, the submitting key, or a member of the team that decided."""
    if condition.confirms == "reviewer":
        user_id = rights.member_of_level(review, change)
        rights.not_own(review, user_id, change.actor.username)
    else:
        check_allowed(condition, change.actor, review.key_id)
