"""Reviews with all that is told about them, in as many statements for one as for many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count

from gates.queries.policies import policy_of
from reviews.models import Condition, Decision, Review
from reviews.models.decision import STANDING
from reviews.models.review import ReviewQuerySet
from reviews.queries.rows import with_relations
from reviews.states import Source


@dataclass(frozen=True, slots=True)
class Whole:
    """A review, the conditions of its standing verdict, and how many votes stand."""

    review: Review
    conditions: Sequence[Condition]
    votes: int


def for_reading(rows: ReviewQuerySet) -> ReviewQuerySet:
    """Join what is told about every review."""
    return with_relations(rows).select_related("assignment__reviewer")


def whole(reviews: Sequence[Review], *, reader: User | None = None) -> list[Whole]:
    """The reviews, whole. The reader, where he holds one, need not be looked up."""
    conditions = _conditions_of([row for row in reviews if _may_have_conditions(row)])
    votes = _votes_of([row for row in reviews if policy_of(row.version).approvals > 1])
    for review in reviews:
        _recognise(review, reader)
    return [
        Whole(row, conditions.get(row.pk, []), votes.get(row.pk, int(_decided_by_person(row))))
        for row in reviews
    ]


def _may_have_conditions(review: Review) -> bool:
    """Only an approval on conditions makes them; a cancellation may hide one."""
    decision = review.held_decision or review.final_decision
    return decision is not None and (
        decision.verdict == "approve_if" or decision.source == Source.CANCEL
    )


def _conditions_of(reviews: Sequence[Review]) -> dict[UUID, list[Condition]]:
    """Without those of a verdict that was undone."""
    found: dict[UUID, list[Condition]] = defaultdict(list)
    if reviews:
        rows = Condition.objects.filter(review__in=reviews, decision__undone_at__isnull=True)
        for condition in rows.order_by("id"):
            if condition.review_id is not None:
                found[condition.review_id].append(condition)
    return found


def _votes_of(reviews: Sequence[Review]) -> dict[UUID, int]:
    if not reviews:
        return {}
    rows = Decision.objects.filter(STANDING, review__in=reviews).values_list("review")
    counted: Iterable[tuple[UUID, int]] = rows.annotate(votes=Count("pk"))
    return {review.pk: 0 for review in reviews} | dict(counted)


def _decided_by_person(review: Review) -> bool:
    decision = review.held_decision or review.final_decision
    return decision is not None and decision.source == Source.HUMAN


def _recognise(review: Review, reader: User | None) -> None:
    assignment = review.assignment
    if assignment is not None and reader is not None and assignment.reviewer_id == reader.pk:
        assignment.reviewer = reader
