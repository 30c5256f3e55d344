"""Finds and locks what is due and has the transitions apply it. The sweep and the reader of one
page share this.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from gates import clock
from reviews.models import Heartbeat, IdempotencyKey, Review
from reviews.models.review import ReviewQuerySet
from reviews.queries.rows import locked_by_time
from reviews.transitions import timed
from reviews.transitions.garbage import left_lying
from reviews.transitions.moves import lock

log = structlog.get_logger(__name__)

CHUNK = 500
KEEP_ANSWERS = timedelta(days=30)
PULSE = timedelta(seconds=5)
FORGET_CLUSTERS = timedelta(days=1)


def sweep(*, chunk: int = CHUNK, cluster: str = "") -> int:
    """Apply everything that is due, in chunks of one transaction each; the number of reviews that
    were due. With `cluster`, its pulse shows after each chunk, so that a long sweep looks alive.
    """
    total, stuck = 0, set[UUID]()
    while True:
        done = _sweep_chunk(chunk, stuck)
        total += done
        if cluster:
            beat(cluster)
        if done < chunk:
            return total


def enforce(review_id: UUID) -> None:
    """Apply what is due to one review, if anything is; for readers and those who resume."""
    if not Review.objects.due(clock.now()).filter(pk=review_id).exists():
        return
    with transaction.atomic():
        timed.enforce(lock([review_id]), now=clock.now())


def next_wake(*, after: datetime | None = None) -> datetime | None:
    """When something is due next; later than `after` if that is given."""
    rows = Review.objects.open() if after is None else Review.objects.filter(wake_at__gt=after)
    return _first_wake(rows)


def _first_wake(rows: ReviewQuerySet) -> datetime | None:
    return rows.order_by("wake_at").values_list("wake_at", flat=True).first()


def beat(cluster: str, *, sweeps: bool = True) -> None:
    """Write the pulse of a cluster, at most every 5 s, and drop what nobody needs any more."""
    now = clock.now()
    last = Heartbeat.objects.filter(pk=cluster).values_list("at", flat=True).first()
    if last is not None and timedelta(0) <= now - last < PULSE:
        return
    Heartbeat.objects.update_or_create(pk=cluster, defaults={"at": now, "sweeps": sweeps})
    Heartbeat.objects.filter(at__lt=now - FORGET_CLUSTERS).delete()
    IdempotencyKey.objects.filter(created_at__lt=now - KEEP_ANSWERS).delete()


def _sweep_chunk(chunk: int, stuck: set[UUID]) -> int:
    """One transaction. A look at the first wake-up before it, so that an idle second writes
    nothing; asked for the first in order, the database uses the index even without statistics.
    """
    now, rows = clock.now(), Review.objects.exclude(pk__in=stuck)
    first = _first_wake(rows.open())
    if first is None or first > now:
        return 0
    due = rows.due(now)
    try:
        with left_lying():
            return _enforce_chunk(due, chunk)
    except Exception:
        log.exception("sweep_chunk_failed")
        return _one_by_one(due, chunk, stuck)


def _enforce_chunk(due: ReviewQuerySet, chunk: int) -> int:
    with transaction.atomic():
        reviews = locked_by_time(due.order_by("wake_at")[:chunk])
        timed.enforce(reviews, now=clock.now())
    return len(reviews)


def _one_by_one(due: ReviewQuerySet, chunk: int, stuck: set[UUID]) -> int:
    """One bad row must not keep the others waiting: it is logged, left for the next sweep, and the
    rest goes on.
    """
    ids = list(due.order_by("wake_at").values_list("pk", flat=True)[:chunk])
    for review_id in ids:
        try:
            enforce(review_id)
        except Exception:
            log.exception("review_stuck", review=str(review_id))
            stuck.add(review_id)
    return len(ids)
