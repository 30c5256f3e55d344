"""Many rows written together: each gets its own values, exactly as if it had been alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from gates.actors import CLOCK
from reviews import deadlines
from reviews.models import Decision, Delivery, Review
from reviews.models.review import Priority
from reviews.transitions import batches
from reviews.transitions.change import Change
from reviews.transitions.moves import lock
from reviews.verdicts import Answer
from tests.factories import ONE_LEVEL, T0, TIMEOUT, after, at, decide, desk, person, sweep
from tests.traces import events_of, now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

ALIKE = [{"amount": 1, "flag": True}, {"amount": 1, "flag": 1}, {"amount": 1.0, "flag": 1}]
UNLIKE = [{"amount": 1, "flag": None}, {"amount": 2, "note": "50 % of “%s”\\"}, {"amount": 3}]


def as_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def test_python_calls_these_equal_and_json_does_not() -> None:
    assert ALIKE[0] == ALIKE[1] == ALIKE[2]
    assert len(set(map(as_text, ALIKE))) == 3


@pytest.mark.parametrize("proposals", [ALIKE, UNLIKE])
def test_each_review_gets_its_own_result(proposals: list[Any]) -> None:
    at_desk = desk(**(ONE_LEVEL | {"timeout_action": "approve"}))
    reviews = [at_desk.submit(proposal) for proposal in proposals]
    sweep(after(TIMEOUT))
    for review, proposal in zip(reviews, proposals, strict=True):
        assert as_text(now(review).result) == as_text(proposal)
        assert as_text(Decision.objects.get(review=review).result) == as_text(proposal)


def test_no_result_is_null_to_the_database_beside_one_that_is_something() -> None:
    at_desk = desk()
    approved, rejected, refused = (at_desk.submit() for _ in range(3))
    decide(approved, at_desk.reviewer)
    decide(rejected, at_desk.reviewer, "reject")
    decide(refused, at_desk.reviewer, "reject")
    sweep(after(TIMEOUT))
    empty = Review.objects.filter(result__isnull=True).order_by("id")
    assert [row.pk for row in empty] == [rejected.pk, refused.pk]
    assert Decision.objects.filter(result__isnull=True).count() == 2


def test_no_result_at_all_is_null_to_the_database() -> None:
    at_desk = desk(**ONE_LEVEL)
    for _ in range(2):
        at_desk.submit()
    sweep(after(TIMEOUT))
    assert Review.objects.filter(result__isnull=True, outcome="rejected").count() == 2


def test_instants_keep_their_microseconds() -> None:
    at_desk = desk(**ONE_LEVEL)
    reviews = []
    for number in (1, 22, 333):
        with at(T0 + timedelta(microseconds=number)):
            reviews.append(at_desk.submit())
    with at(after(TIMEOUT - 1)):
        batches.decide_all(
            [review.pk for review in reviews],
            actor=person(at_desk.reviewer),
            principal=at_desk.reviewer,
            answer=Answer("reject", reasons=("fraud",)),
        )
    due = [after(TIMEOUT) + timedelta(microseconds=number) for number in (1, 22, 333)]
    assert [now(review).held_until for review in reviews] == due
    assert [now(review).wake_at for review in reviews] == due


def test_rows_that_need_nothing_are_left_alone() -> None:
    at_desk = desk()
    due, other = at_desk.submit(), at_desk.submit()
    with at(after(1)):
        later = at_desk.submit()
    before = [(row.event_head, row.wake_at) for row in (now(later),)]
    sweep(after(TIMEOUT))
    assert [now(due).level, now(other).level, now(later).level] == [1, 1, 0]
    assert [(row.event_head, row.wake_at) for row in (now(later),)] == before


def test_each_chain_goes_on_from_its_own_head() -> None:
    at_desk = desk()
    reviews = [at_desk.submit() for _ in range(3)]
    decide(reviews[1], at_desk.reviewer)
    for seconds in (TIMEOUT, TIMEOUT + 900):
        sweep(after(seconds))
    assert [len(events_of(review)) for review in reviews] == [3, 3, 3]


def test_each_message_carries_the_state_and_the_number_of_its_own_review() -> None:
    at_desk = desk()
    reviews = [at_desk.submit(callback_url="https://agent.example.com/a") for _ in range(2)]
    at_desk.submit()
    sweep(after(TIMEOUT))
    sent = Delivery.objects.filter(type="review.escalated")
    told = {row.review_id: (row.seq, row.body["data"]["id"], row.body["data"]) for row in sent}
    assert set(told) == {review.pk for review in reviews}
    for review in reviews:
        seq, known_as, data = told[review.pk]
        assert (seq, known_as, data["seq"]) == (2, str(review.pk), 2)
        assert (data["level"], data["due_at"]) == (1, "2026-03-02T09:20:00.000000Z")


def test_nothing_is_written_before_write() -> None:
    review = desk().submit()
    change = Change(now=T0, actor=CLOCK)
    (locked,) = lock([review.pk])
    change.set(locked, priority=Priority.LOW)
    assert now(review).priority == Priority.HIGH
    change.write()
    assert now(review).priority == Priority.LOW


def test_a_question_of_many_rows_is_asked_once() -> None:
    asked: list[str] = []
    change = Change(now=T0, actor=CLOCK)
    for _ in range(2):
        assert change.once("who", lambda: asked.append("who")) is None
    assert asked == ["who"]


def test_different_things_happen_to_different_reviews_at_one_instant() -> None:
    up, down = desk(), desk(slug="other", **ONE_LEVEL)
    waits, ends = up.submit(), down.submit()
    held = decide(up.submit(), up.reviewer)
    assert deadlines.next_wake() == after(10)
    assert sweep(after(TIMEOUT)) == 3
    assert [now(waits).level, now(ends).outcome, now(held).outcome] == [1, "rejected", "approved"]
