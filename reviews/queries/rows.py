"""Reviews with what a transition needs beside them, in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch
from django.db.models.expressions import RawSQL

from gates import clock
from gates.models import EscalationStep, GateVersion
from reviews.models import Condition, Review
from reviews.models.review import ReviewQuerySet
from reviews.states import ConditionStatus

_WORKED_ON = ("gate", "version", "key", "team", "assignment")
_SHARED = ("gate", "key", "team")
# As text: an Exists takes Django longer to write than a statement of its own would take.
_IS_MEMBER = (
    "EXISTS (SELECT 1 FROM gates_membership AS seat "
    "WHERE seat.team_id = reviews_review.team_id AND seat.user_id = %s)"
)

Steps = dict[tuple[int, int], EscalationStep]


def with_relations(rows: ReviewQuerySet) -> ReviewQuerySet:
    """Join what every list and page reads; the policy's document is read once per process, so it
    stays behind.
    """
    return rows.select_related(*_WORKED_ON, "held_decision", "final_decision").defer(
        "version__document"
    )


@dataclass(frozen=True, slots=True)
class Locked:
    """A locked review and what was read with it: the time, and whether the person who acts belongs
    to the team that is asked.
    """

    review: Review
    now: datetime
    member: bool


def locked_by_time(rows: ReviewQuerySet) -> list[Review]:
    """What is not locked by others, with what time needs beside it: no gate, key or team for each
    of 500, and no policy's document, which the process keeps.
    """
    keys = rows.select_for_update(skip_locked=True).values_list("pk", flat=True)
    due = Review.objects.filter(pk__in=list(keys)).select_related("assignment", "held_decision")
    return sorted(due.prefetch_related(_versions()), key=lambda review: review.pk)


def locked(rows: ReviewQuerySet) -> list[Review]:
    """Lock these rows in their order, then load them with what a transition needs.

    In two statements: a row that it had to wait for PostgreSQL reads anew, the rows joined to it
    it does not, so that a claimant who waited would see the assignment as it was before.
    """
    keys, beside = _locked(rows)
    if len(keys) == 1:
        return list(_beside(keys, beside))
    many = Review.objects.filter(pk__in=keys).select_related("assignment", *beside)
    shared = many.prefetch_related(*_SHARED, _versions())
    return sorted(shared, key=lambda review: review.pk)


def locked_for(review_id: UUID, user_id: int | None) -> Locked | None:
    """Lock and load one review for who acts, in the same two statements."""
    is_member = RawSQL(_IS_MEMBER, [user_id or 0])  # noqa: S611 (a text of ours)
    loading = _beside(*_locked(Review.objects.filter(pk=review_id)))
    found, now = clock.now_with(loading.annotate(is_member=is_member))
    return Locked(found[0], now, bool(getattr(found[0], "is_member", False))) if found else None


def _locked(rows: ReviewQuerySet) -> tuple[list[UUID], tuple[str, ...]]:
    """Lock these rows: their keys, and what else is to be joined. A held decision is joined where
    there is one, a final one is asked for by few.
    """
    held = dict(rows.select_for_update().values_list("pk", "held_decision"))
    return list(held), ("held_decision",) if any(held.values()) else ()


def _beside(keys: list[UUID], beside: tuple[str, ...]) -> ReviewQuerySet:
    """One row, in one statement. Django spends more time on writing it than the database on
    answering: ORDER BY beside so many columns and the deferred document would double that.
    """
    return Review.objects.filter(pk__in=keys).select_related(*_WORKED_ON, *beside)


def _versions() -> Prefetch[str]:
    """Many reviews share a few versions, whose documents the process keeps."""
    return Prefetch("version", GateVersion.objects.defer("document"))


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
        if row.review_id is not None:
            found[row.review_id].append(row)
    return found
