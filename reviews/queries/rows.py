"""Reviews with what a transition needs beside them, in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from gates.models import EscalationStep
from reviews.models import Condition, Review
from reviews.models.review import ReviewQuerySet
from reviews.states import ConditionStatus

_WORKED_ON = ("gate", "version", "key", "team", "assignment", "held_decision")

Steps = dict[tuple[int, int], EscalationStep]


def with_relations(rows: ReviewQuerySet) -> ReviewQuerySet:
    """Join what every list and page reads; the policy's document is read once per process, so it
    stays behind.
    """
    return rows.select_related(*_WORKED_ON, "final_decision").defer("version__document")


def locked(rows: ReviewQuerySet, *, skip_locked: bool = False) -> list[Review]:
    """Lock these rows in their order, then load them with what a transition needs.

    In two statements: a row that it had to wait for PostgreSQL reads anew, the rows joined to it
    it does not, so that a claimant who waited would see the assignment as it was before.

    Django spends more time on writing the second one than the database on answering it: ORDER BY
    beside so many columns and the deferred document would double that; a final decision is asked
    for by few.
    """
    ids = list(rows.select_for_update(skip_locked=skip_locked).values_list("pk", flat=True))
    found = Review.objects.filter(pk__in=ids).select_related(*_WORKED_ON)
    return sorted(found, key=lambda review: review.pk)


def steps_of(version_ids: Iterable[int]) -> Steps:
    """The escalation steps of versions, by (version id, level), with team and calendar."""
    rows = EscalationStep.objects.filter(version__in=set(version_ids))
    found = rows.select_related("team__calendar").order_by()
    return {(step.version_id, step.level): step for step in found}


def unanswered(reviews: Iterable[Review]) -> dict[UUID, list[Condition]]:
    """The conditions that are still waiting or open, by review id; every review has an entry."""
    reviews = list(reviews)
    found: dict[UUID, list[Condition]] = {review.pk: [] for review in reviews}
    live = (ConditionStatus.WAITING, ConditionStatus.OPEN)
    for row in Condition.objects.filter(review__in=reviews, status__in=live).order_by("id"):
        found[row.review_id].append(row)
    return found
