"""Several sweeps, readers and batches at once: all happens once and nobody waits for ever."""

from collections import Counter

import pytest
from django.db import transaction

from gates.models import Event
from reviews import deadlines
from reviews.errors import DomainError
from reviews.models import Decision, Delivery, Heartbeat, Review
from reviews.transitions import batches
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
)
from tests.races.ends import CALLBACK, when
from tests.traces import now, verbs_of

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 50


def sweepers(count: int, seconds: float, chunk: int = 10):
    return [when(after(seconds), lambda: deadlines.sweep(chunk=chunk))] * count


def test_parallel_sweeps_apply_each_deadline_once(race):
    with at(T0):
        at_desk = desk(**ONE_LEVEL)
        reviews = [at_desk.submit(callback_url=CALLBACK) for _ in range(MANY)]
    assert sum(race(*sweepers(4, TIMEOUT))) == MANY
    assert [verbs_of(review) for review in reviews] == [["submitted", "expired"]] * MANY
    assert Decision.objects.filter(source="timeout", final=True).count() == MANY
    assert Delivery.objects.filter(type="review.closed").count() == MANY


def test_parallel_sweeps_escalate_by_one_step(race):
    with at(T0):
        at_desk = desk()
        reviews = [at_desk.submit() for _ in range(MANY)]
    assert sum(race(*sweepers(4, 100_000))) == MANY
    assert Counter(now(review).level for review in reviews) == {1: MANY}


def test_sweeps_and_readers_settle_each_verdict_once(race):
    with at(T0):
        at_desk = desk()
        reviews = [decide(at_desk.submit(), at_desk.reviewer) for _ in range(MANY)]

    def read_all() -> None:
        for review in reviews:
            deadlines.enforce(review.pk)

    race(*sweepers(2, UNDO_WINDOW), *[when(after(UNDO_WINDOW), read_all)] * 2)
    assert [verbs_of(row) for row in reviews] == [["submitted", "decided", "settled"]] * MANY


def test_a_sweep_passes_by_what_another_holds(race):
    """It neither waits nor fails: what is locked is somebody else's work."""
    with at(T0):
        at_desk = desk(**ONE_LEVEL)
        held, free = at_desk.submit(), at_desk.submit()
    with transaction.atomic():
        Review.objects.select_for_update().get(pk=held.pk)
        assert race(*sweepers(1, TIMEOUT)) == [1]
        assert [verbs_of(held), verbs_of(free)] == [["submitted"], ["submitted", "expired"]]
    assert race(*sweepers(1, TIMEOUT)) == [1]
    assert verbs_of(held) == ["submitted", "expired"]


def test_two_people_with_the_same_ids_in_opposite_order_do_not_block_each_other(race):
    at_desk = desk()
    reviews = [at_desk.submit() for _ in range(40)]
    ids = [review.pk for review in reviews]

    def rejecting(by, given):
        answer = Answer("reject", reasons=("fraud",))
        return lambda: batches.decide_all(given, actor=person(by), principal=by, answer=answer)

    moves = [rejecting(at_desk.reviewer, ids), rejecting(at_desk.colleague, ids[::-1])] * 3
    answers = race(*moves, behind=reviews[0].pk)
    won = Counter(result.id for results in answers for result in results if result.ok)
    assert won == dict.fromkeys(ids, 1)
    codes = Counter(row.as_json()["code"] for results in answers for row in results)
    assert codes == {"ok": 40, "already_decided": 200}
    assert Decision.objects.count() == 40


def test_batches_and_sweeps_at_the_deadline_do_not_block_each_other(race):
    with at(T0):
        at_desk = desk(**ONE_LEVEL)
        reviews = [at_desk.submit() for _ in range(40)]
    ids, ann = [review.pk for review in reviews], at_desk.reviewer
    batch = when(
        after(TIMEOUT),
        lambda: batches.decide_all(
            ids[::-1],
            actor=person(ann),
            principal=ann,
            answer=Answer("reject", reasons=("fraud",)),
        ),
    )
    race(batch, batch, *sweepers(2, TIMEOUT, chunk=5))
    assert [verbs_of(review) for review in reviews] == [["submitted", "expired"]] * 40


def test_one_pulse_however_many_beat(race):
    assert race(*[lambda: deadlines.beat("one")] * 10) == [None] * 10
    assert Heartbeat.objects.count() == 1


def test_submissions_at_once_have_chains_of_their_own(race):
    at_desk = desk()
    answers = race(*[at_desk.submit] * 20)
    assert not [row for row in answers if isinstance(row, DomainError)]
    assert Event.objects.filter(subject_type="review").count() == Review.objects.count() == 20
