"""However many ends come at one instant, a review ends once, and its chain tells how."""

from collections import Counter

import pytest

from reviews import deadlines
from reviews.errors import DomainError, Invalid
from reviews.models import Condition, Decision, Review
from reviews.transitions import cancellations, conditions, decisions, escalations
from reviews.verdicts import Answer
from tests.factories import (
    ONE_LEVEL,
    T0,
    TIMEOUT,
    UNDO_WINDOW,
    after,
    at,
    decide,
    desk,
    person,
    sweep,
)
from tests.races.ends import CALLBACK, assert_ended_once, ends_of, when
from tests.races.line import Move
from tests.traces import messages_of, now, verbs_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("undo_window", [0, UNDO_WINDOW])
def test_verdicts_cancel_undo_and_deadline_at_one_instant(race, undo_window):
    with at(T0):
        at_desk = desk(**(ONE_LEVEL | {"undo_window": undo_window}))
    for seconds in (TIMEOUT - 0.000001, TIMEOUT, TIMEOUT + 1):
        with at(T0):
            review = at_desk.submit(callback_url=CALLBACK)
        race(*(when(after(seconds), move) for move in ends_of(at_desk, review)))
        sweep(after(TIMEOUT))
        assert_ended_once(review)


def test_undo_cancel_and_settle_at_one_instant(race):
    with at(T0):
        at_desk = desk(**ONE_LEVEL)
    for seconds in (UNDO_WINDOW - 0.000001, UNDO_WINDOW, UNDO_WINDOW + 1):
        with at(T0):
            review = decide(at_desk.submit(callback_url=CALLBACK), at_desk.reviewer)
        race(*(when(after(seconds), move) for move in ends_of(at_desk, review)))
        for instant in (after(TIMEOUT), after(TIMEOUT + UNDO_WINDOW)):
            sweep(instant)
        assert_ended_once(review)


def test_settle_wins_over_undo_at_the_same_instant(race):
    with at(T0):
        at_desk = desk()
        review = decide(at_desk.submit(), at_desk.reviewer)
    moves = [*ends_of(at_desk, review), *ends_of(at_desk, review)]
    race(*(when(after(UNDO_WINDOW), move) for move in moves))
    assert verbs_of(review) == ["submitted", "decided", "settled"]


def test_escalation_by_people_and_by_time_is_one_step(race):
    with at(T0):
        at_desk = desk()
        review = at_desk.submit()
    ann = person(at_desk.reviewer)
    moves: list[Move] = [
        lambda: deadlines.enforce(review.pk),
        deadlines.sweep,
        lambda: escalations.escalate(review.pk, actor=ann),
        lambda: decisions.decide(review.pk, actor=ann, answer=Answer("approve")),
    ]
    race(*(when(after(TIMEOUT), move) for move in moves * 3))
    assert (now(review).level, now(review).due_at) == (1, after(TIMEOUT + 900))
    assert verbs_of(review) == ["submitted", "expired"]


@pytest.mark.parametrize("seconds", [3600, UNDO_WINDOW + 3600])
def test_a_condition_is_answered_or_expires_once(race, seconds):
    with at(T0):
        at_desk = desk()
        review = at_desk.review_in("conditional", callback_url=CALLBACK)
    condition, key = Condition.objects.get(), at_desk.key.actor()
    moves: list[Move] = [
        lambda: conditions.confirm(condition.pk, actor=key),
        lambda: conditions.deny(condition.pk, actor=key),
        lambda: cancellations.cancel(review.pk, actor=key),
        deadlines.sweep,
    ]
    answers = race(*(when(after(seconds), move) for move in moves * 3))
    closed = now(review)
    assert closed.status == "closed"
    assert Decision.objects.filter(final=True).count() == 1
    assert [kind for _, kind in messages_of(review)].count("review.closed") == 1
    won = [row for row in answers if isinstance(row, Review)]
    assert len(won) == (1 if seconds == 3600 else 0)
    assert (closed.outcome == "condition_failed") or seconds == 3600


def test_of_ten_revisions_one_is_taken(race):
    with at(T0):
        at_desk = desk()
        rejected = at_desk.review_in("rejected")
    moves = [lambda: at_desk.submit(revises=rejected.pk)] * 10
    answers = race(*moves, behind=rejected.pk)
    refused = Counter(row.code for row in answers if isinstance(row, DomainError))
    assert refused == {"already_revised": 9}
    assert all(isinstance(row, Invalid | Review) for row in answers)
    assert Review.objects.filter(revises=rejected, round=2).count() == 1
