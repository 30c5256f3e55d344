"""Waiting for a review to close."""

import threading
from time import monotonic

import pytest

from reviews.api import waiting
from reviews.models import Review
from tests.factories import after, at
from tests.reviews.api.calling import code_of, errors_of

pytestmark = pytest.mark.django_db


def timed(call):
    """The answer, and the seconds it took."""
    start = monotonic()
    return call(), monotonic() - start


def test_a_closed_review_is_answered_at_once(desk, agent):
    review = desk.review_in("closed_by_human")
    answer, seconds = timed(lambda: agent.get(f"reviews/{review.pk}/wait/", seconds=60))
    assert (answer.json()["outcome"], seconds < 5) == ("approved", True)


def test_an_open_review_is_answered_when_the_time_is_up(desk, agent):
    review = desk.submit()
    answer, seconds = timed(lambda: agent.get(f"reviews/{review.pk}/wait/", seconds=1))
    assert answer.json()["status"] == "pending"
    assert 1 <= seconds < 5


@pytest.mark.parametrize("seconds", ["0", "61", "-1", "1.5", "x", "", "²", "1e1"])
def test_the_time_is_a_number_from_one_to_sixty(desk, agent, seconds):
    response = agent.get(f"reviews/{desk.submit().pk}/wait/", seconds=seconds)
    assert code_of(response) == (422, "invalid")
    assert errors_of(response) == [("?seconds", "invalid")]


def test_an_unknown_parameter_is_refused(desk, agent):
    response = agent.get(f"reviews/{desk.submit().pk}/wait/", timeout=1)
    assert errors_of(response) == [("?timeout", "unknown_parameter")]


def test_out_of_scope_there_is_nothing_to_wait_for(desk, outsider, sid):
    review = desk.submit()
    for caller in (outsider, sid):
        response, seconds = timed(lambda c=caller: c.get(f"reviews/{review.pk}/wait/"))
        assert (code_of(response), seconds < 5) == ((404, "not_found"), True)


def test_waiting_is_no_look_of_a_person(desk, ann):
    review = desk.submit()
    ann.get(f"reviews/{review.pk}/wait/", seconds=1)
    assert Review.objects.get(pk=review.pk).seen_at is None


def test_what_fell_due_before_is_applied(desk, agent):
    review = desk.submit()
    with at(after(300)):
        answer = agent.get(f"reviews/{review.pk}/wait/", seconds=1).json()
    assert (answer["status"], answer["level"]) == ("pending", 1)


def test_when_too_many_wait_one_more_is_answered_at_once(desk, agent, monkeypatch):
    monkeypatch.setattr(waiting, "_room", threading.Semaphore(0))
    review = desk.submit()
    answer, seconds = timed(lambda: agent.get(f"reviews/{review.pk}/wait/", seconds=5))
    assert (answer.json()["status"], seconds < 4) == ("pending", True)


def test_who_has_waited_makes_room(desk, agent, monkeypatch):
    monkeypatch.setattr(waiting, "_room", threading.Semaphore(1))
    review = desk.submit()
    for _ in range(2):
        _, seconds = timed(lambda: agent.get(f"reviews/{review.pk}/wait/", seconds=1))
        assert seconds >= 1
