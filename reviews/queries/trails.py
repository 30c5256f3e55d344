"""What happened to a review, to its like or to a run: events, messages, remarks, earlier cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import QuerySet

from gates.models import Event
from reviews.models import Comment, Decision, Delivery, Review, Run
from reviews.models.decision import STANDING
from reviews.queries.lists import PAYLOADS
from reviews.states import Status

SHOWN_EVENTS, SHOWN_COMMENTS, SHOWN_EARLIER = 20, 50, 5
SHOWN_DELIVERIES = 20


@dataclass(frozen=True, slots=True)
class Trail:
    """The newest part of a review's history, newest last."""

    events: Sequence[Event]
    comments: Sequence[Comment]
    votes: Sequence[Decision]
    overturned: Sequence[Decision]


def trail_of(review: Review) -> Trail:
    """Events, remarks and votes, each in one statement."""
    remarks = Comment.objects.filter(review=review).select_related("author").order_by("-id")
    given = Decision.objects.filter(review=review).select_related("reviewer").order_by("id")
    return Trail(
        events=list(reversed(events_of(review))),
        comments=list(reversed(remarks[:SHOWN_COMMENTS])),
        votes=list(given.filter(STANDING, final=False)),
        overturned=list(given.filter(overturns__isnull=False)),
    )


@dataclass(frozen=True, slots=True)
class Traces:
    """The last events and messages of a review or a run, newest first."""

    events: Sequence[Event]
    deliveries: Sequence[Delivery]


def traces_of(subject: Review | Run) -> Traces:
    """Each kind in one statement."""
    sent = subject.deliveries.defer("body").order_by("-id")
    return Traces(list(events_of(subject)), list(sent[:SHOWN_DELIVERIES]))


def events_of(subject: Review | Run) -> QuerySet[Event]:
    """The last events of a review or a run, newest first."""
    kind = subject._meta.model_name
    events = Event.objects.filter(subject_type=kind, subject_id=str(subject.pk))
    return events.order_by("-seq")[:SHOWN_EVENTS]


def earlier_of(review: Review, reader: User) -> list[Review]:
    """The last closed reviews of the same gate and subject that the reader may see."""
    if not review.subject:
        return []
    rows = Review.objects.visible_to(reader).filter(
        gate=review.gate_id, subject=review.subject, closed_at__isnull=False
    )
    rows = rows.exclude(pk=review.pk).select_related("final_decision__reviewer")
    return list(rows.defer(*PAYLOADS).order_by("-closed_at")[:SHOWN_EARLIER])


def undoable(reader: User, now: datetime) -> list[Review]:
    """What the reader has decided and can still take back, newest first."""
    seen = Review.objects.visible_to(reader)
    held = seen.filter(status=Status.HELD, held_until__gt=now)
    rows = held.filter(held_decision__reviewer=reader.pk).select_related("held_decision")
    return list(rows.defer(*PAYLOADS).order_by("-held_until")[:SHOWN_EARLIER])
