"""The stage: moves at their moments, and between them every deadline at its own."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from uuid import UUID

import structlog

from gates import clock
from reviews import deadlines
from reviews.errors import DomainError
from reviews.models import Review, Run

log = structlog.get_logger(__name__)

Move = Callable[[], Review | Run | None]


@dataclass(slots=True)
class Stage:
    """Plays up to `end`, and nothing after it. `refused` tells which moves were not allowed."""

    end: datetime
    refused: list[str] = field(default_factory=list)
    _moves: list[tuple[datetime, int, Move]] = field(default_factory=list)
    _numbers: count = field(default_factory=count)
    _watched: set[tuple[UUID, datetime]] = field(default_factory=set)

    def plan(self, at: datetime, move: Move) -> None:
        """Let something happen at a moment."""
        if at <= self.end:
            heapq.heappush(self._moves, (at, next(self._numbers), move))

    def run(self) -> None:
        """Let it all happen."""
        while self._moves:
            at, _, move = heapq.heappop(self._moves)
            with clock.at(at):
                self._make(move)

    def _make(self, move: Move) -> None:
        try:
            review = move()
        except DomainError as refusal:  # a gate that somebody has changed may refuse what we know
            self.refused.append(str(refusal))
            log.warning("demo_move_refused", problem=str(refusal))
            return
        if isinstance(review, Review):
            self._watch(review.pk, review.wake_at)

    def _watch(self, review_id: UUID, wake_at: datetime | None) -> None:
        if wake_at is not None and (review_id, wake_at) not in self._watched:
            self._watched.add((review_id, wake_at))
            self.plan(wake_at, lambda: self._wake(review_id, wake_at))

    def _wake(self, review_id: UUID, then: datetime) -> Review | None:
        """What is due happens, unless the review has moved on since."""
        deadlines.enforce(review_id)
        return Review.objects.only("wake_at").get(pk=review_id)
