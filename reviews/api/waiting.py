"""Waiting for a review to close, without keeping others from being served.

A waiting caller occupies a thread. At most half of the process's threads may be so occupied; one more caller
is answered at once. Nothing is held in the database between two looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Semaphore
from time import monotonic, sleep
from uuid import UUID

from django.conf import settings

from gates import clock
from reviews import deadlines
from reviews.models import Review
from reviews.states import Status

BETWEEN_LOOKS = 0.25  # seconds

_room = Semaphore(settings.SERVER_THREADS // 2)


def until_closed(review_id: UUID, seconds: int) -> None:
    """Return when the review is closed, when `seconds` have passed, or at once if too many wait already."""
    with _seat() as seated:
        if seated:
            _look_until_closed(review_id, monotonic() + seconds)


@contextmanager
def _seat() -> Iterator[bool]:
    seated = _room.acquire(blocking=False)
    try:
        yield seated
    finally:
        if seated:
            _room.release()


def _look_until_closed(review_id: UUID, end: float) -> None:
    """What falls due meanwhile is applied here too, so that a waiting caller learns of it on time."""
    start, at_start = monotonic(), clock.now()
    while True:
        row = Review.objects.filter(pk=review_id).values_list("status", "wake_at").first()
        if row is None or row[0] == Status.CLOSED:
            return
        now = at_start + timedelta(seconds=monotonic() - start)
        due_in = (row[1] - now).total_seconds()
        if due_in <= 0:
            deadlines.enforce(review_id)
        left = end - monotonic()
        if left <= 0:
            return
        sleep(min(left, BETWEEN_LOOKS, max(due_in, 0.01)))
