"""Approve, reject, cancel, undo, time out and settle, all at one instant."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import cycle, product
from random import Random
from typing import Any

from gates import clock
from reviews.models import Review
from tests import factories
from tests.factories import ONE_LEVEL, T0, TIMEOUT, UNDO_WINDOW, Desk, after, at, sweep
from tests.fire.figures import Count, Figure
from tests.fire.part import say
from tests.fire.races.telling import broken, codes_of, holds
from tests.races.ends import CALLBACK, assert_ended_once, ends_of, when
from tests.races.line import Line, Move, line, patient
from tests.traces import now

MOMENTS = (-0.000001, 0)  # seconds after the instant at which time is up
HEADWAY = timedelta(milliseconds=60)  # until a deadline that all meet at by the real clock
SPREAD = 0.004  # seconds that they come before or after it
MOVES = 6
ENOUGH = 100  # races for each way to come first once
WAYS = {"timeout", "cancel", "human approved", "human rejected"}
chance = Random(4)  # noqa: S311


def figures(times: int) -> Iterator[Figure]:
    """So many reviews: half at a frozen instant, half around a deadline that really comes."""
    desks = [_desk(window) for window in (0, UNDO_WINDOW)]
    kinds = cycle(product((_pending, _in_real_time, _held, _in_real_time), desks, MOMENTS))
    told, ended = Counter[str](), Counter[str]()
    wrong = 0
    with line(MOVES) as runners:
        for number in range(times):
            kind, at_desk, moment = next(kinds)
            review = kind(runners, told, at_desk, moment)
            wrong += not holds(assert_ended_once, review)
            ended[_end_of(review)] += 1
            if number % 100 == 0:
                say(f"instant {number + 1} of {times}")
    say(f"ended by {dict(ended)}; moves were told {dict(told)}")
    yield Count("reviews without one end, one message, one whole chain", wrong, times)
    yield Count("moves neither done nor refused", broken(told), told.total())
    if times >= ENOUGH:
        yield Count("ways to end that never came first", len(WAYS - set(ended)), len(WAYS))


def _desk(window: int) -> Desk:
    return factories.desk(**ONE_LEVEL | {"slug": f"instant-{window}", "undo_window": window})


def _pending(runners: Line, told: Counter[str], at_desk: Desk, moment: float) -> Review:
    """Nobody has decided, and time is up."""
    with at(T0):
        review = at_desk.submit(callback_url=CALLBACK)
    _meet(runners, told, at_desk, review, after(TIMEOUT + moment))
    return review


def _held(runners: Line, told: Counter[str], at_desk: Desk, moment: float) -> Review:
    """Decided, and about to be released; where nothing is held, that is over."""
    with at(T0):
        review = factories.decide(at_desk.submit(callback_url=CALLBACK), at_desk.reviewer)
    _meet(runners, told, at_desk, review, after(UNDO_WINDOW + moment))
    return review


def _meet(
    runners: Line, told: Counter[str], at_desk: Desk, review: Review, instant: datetime
) -> None:
    moves = [when(instant, move) for move in ends_of(at_desk, review)]
    told.update(codes_of(runners.race(*map(patient, moves))))
    for seconds in (TIMEOUT, TIMEOUT + UNDO_WINDOW):
        sweep(after(seconds))


def _in_real_time(runners: Line, told: Counter[str], at_desk: Desk, moment: float) -> Review:
    """A verdict just before the deadline is held until it: there undo and release meet."""
    due = clock.now() + HEADWAY
    with at(due - timedelta(seconds=TIMEOUT)):
        review = at_desk.submit(callback_url=CALLBACK)
    moves = [_around(due, move) for move in ends_of(at_desk, review)]
    told.update(codes_of(runners.race(*map(patient, moves))))
    sweep(due + timedelta(seconds=1))
    return review


def _around(due: datetime, move: Move) -> Move:
    meant = due.timestamp() + chance.uniform(-SPREAD, SPREAD)

    def run() -> Any:
        time.sleep(max(0.0, meant - time.time()))
        return move()

    return run


def _end_of(review: Review) -> str:
    closed = now(review)
    source = closed.final_decision.source if closed.final_decision else closed.status
    return f"{source} {closed.outcome}" if source == "human" else source
