"""Waiting for a review to close, without keeping others from being served.

A waiting caller occupies a thread. At most half of the process's threads may be so occupied; one
more caller is answered at once. Nothing is held in the database between two looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Semaphore
from time import monotonic, sleep
from uuid import UUID

from django.conf import settings

from gates import clock
from reviews import deadlines, engine
from reviews.models import Review, Run
from reviews.states import RunStatus

BETWEEN_LOOKS, SHORTEST = 0.25, 0.05  # seconds

_room = Semaphore(settings.SERVER_THREADS // 2)


def until_closed(review_id: UUID, seconds: int) -> None:
    """Return when the review is closed, after `seconds`, or at once if too many wait already."""
    with _seat() as seated:
        if seated:
            _look_until_closed(review_id, monotonic() + seconds)


def until_ended(run_id: UUID, seconds: int) -> None:
    """The same for a run."""
    with _seat() as seated:
        end = monotonic() + seconds
        while seated and monotonic() < end:
            engine.up_to_date(run_id)
            if not Run.objects.filter(pk=run_id).exclude(status=RunStatus.ENDED).exists():
                return
            sleep(BETWEEN_LOOKS)


@contextmanager
def _seat() -> Iterator[bool]:
    seated = _room.acquire(blocking=False)
    try:
        yield seated
    finally:
        if seated:
            _room.release()


def _look_until_closed(review_id: UUID, end: float) -> None:
    """What falls due meanwhile is applied here too, so that who waits learns of it on time."""
    start, at_start = monotonic(), clock.now()
    while (wake_at := _wake_at(review_id)) is not None:
        now = at_start + timedelta(seconds=monotonic() - start)
        due_in = (wake_at - now).total_seconds()
        if due_in <= 0:
            deadlines.enforce(review_id)
        left = end - monotonic()
        if left <= 0:
            return
        sleep(min(left, BETWEEN_LOOKS, max(due_in, SHORTEST)))


def _wake_at(review_id: UUID) -> datetime | None:
    """When something happens to the review next; None when it is closed."""
    return Review.objects.filter(pk=review_id).values_list("wake_at", flat=True).first()
