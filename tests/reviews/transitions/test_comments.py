"""What people say about a review, and that somebody opened it. Nothing of it stops a clock."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from reviews.errors import HeldByOther, Invalid, Missing, NotAllowed
from reviews.models import Assignment, Comment
from reviews.transitions import comments, leases
from tests.factories import ONE_LEVEL, STATES, T0, Desk, after, at, desk, person, sweep
from tests.traces import last_event, messages_of, now, verbs_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

UNSEEN: dict[str, Any] = ONE_LEVEL | {"timeout_action": "approve", "approve_needs_seen": True}


# --- comment


@pytest.mark.parametrize("state", STATES)
def test_a_comment_is_possible_in_every_state(state: str) -> None:
    at_desk = desk()
    review = at_desk.review_in(state)
    before = now(review)
    comments.comment(review.pk, actor=person(at_desk.colleague), text="I know him.")
    found, stored = Comment.objects.get(), now(review)
    assert (found.author, found.text, found.at) == (at_desk.colleague, "I know him.", T0)
    assert last_event(review) == ("commented", "user:ben", {})
    kept = ("status", "outcome", "wake_at", "due_at", "seen_at", "held_until")
    assert [getattr(stored, name) for name in kept] == [getattr(before, name) for name in kept]


def test_comments_stand_in_the_order_they_were_written() -> None:
    at_desk = desk()
    review = at_desk.submit()
    for text in ("one", "two", "three"):
        comments.comment(review.pk, actor=person(at_desk.reviewer), text=text)
    assert [found.text for found in review.comments.all()] == ["one", "two", "three"]


def test_a_comment_is_internal() -> None:
    at_desk = desk()
    review = at_desk.submit(callback_url="https://a.example.com/")
    comments.comment(review.pk, actor=person(at_desk.reviewer), text="I know him.")
    assert messages_of(review) == [(1, "review.opened")]


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_comment_is_refused(text: str) -> None:
    at_desk = desk()
    review = at_desk.submit()
    with pytest.raises(Invalid) as refused:
        comments.comment(review.pk, actor=person(at_desk.reviewer), text=text)
    assert [(it.pointer, it.code) for it in refused.value.fields] == [("/text", "required")]


def test_only_a_person_comments() -> None:
    at_desk = desk()
    review = at_desk.submit()
    with pytest.raises(NotAllowed):
        comments.comment(review.pk, actor=at_desk.key.actor(), text="Hello")
    assert verbs_of(review) == ["submitted"]


def test_a_comment_on_a_review_that_is_not_there_is_missing() -> None:
    at_desk = desk()
    with pytest.raises(Missing):
        comments.comment(uuid4(), actor=person(at_desk.reviewer), text="Hello")


# --- ask


def test_a_question_stands_with_the_assignment_and_stops_no_clock() -> None:
    at_desk = desk()
    review = at_desk.submit()
    with at(after(10)):
        comments.ask(review.pk, actor=person(at_desk.reviewer), question="Which order?")
    assigned, stored = Assignment.objects.get(), now(review)
    assert (assigned.question, assigned.asked_at) == ("Which order?", after(10))
    assert (stored.status, stored.due_at, stored.wake_at) == ("pending", after(300), after(300))
    assert last_event(review) == ("asked", "user:ann", {})


@pytest.mark.parametrize("who", ["stranger", "lead"])
def test_only_the_team_that_is_asked_asks(who: str) -> None:
    at_desk = desk()
    review = at_desk.submit()
    with pytest.raises(NotAllowed):
        comments.ask(review.pk, actor=person(getattr(at_desk, who)), question="Why?")


def test_nobody_asks_over_the_head_of_the_holder() -> None:
    at_desk = desk()
    review = at_desk.submit()
    leases.claim(review.pk, actor=person(at_desk.colleague))
    with pytest.raises(HeldByOther):
        comments.ask(review.pk, actor=person(at_desk.reviewer), question="Why?")


def test_an_empty_question_is_refused() -> None:
    at_desk = desk()
    review = at_desk.submit()
    with pytest.raises(Invalid) as refused:
        comments.ask(review.pk, actor=person(at_desk.reviewer), question=" ")
    assert [(it.pointer, it.code) for it in refused.value.fields] == [("/question", "required")]


# --- see


def see(at_desk: Desk, review: Any) -> None:
    comments.see(review.pk, actor=person(at_desk.reviewer))


def test_the_first_look_is_kept_and_only_the_first() -> None:
    at_desk = desk()
    review = at_desk.submit()
    with at(after(5)):
        see(at_desk, review)
    with at(after(9)):
        see(at_desk, review)
    assert now(review).seen_at == after(5)
    assert verbs_of(review) == ["submitted", "seen"]
    assert last_event(review) == ("seen", "user:ann", {})


def test_a_claim_is_a_look() -> None:
    at_desk = desk()
    review = at_desk.submit()
    leases.claim(review.pk, actor=person(at_desk.reviewer))
    see(at_desk, review)
    assert (now(review).seen_at, verbs_of(review)) == (T0, ["submitted", "claimed"])


def test_a_key_has_no_eyes() -> None:
    at_desk = desk()
    review = at_desk.submit()
    with pytest.raises(NotAllowed):
        comments.see(review.pk, actor=at_desk.key.actor())
    assert now(review).seen_at is None


@pytest.mark.parametrize(
    ("seen_after", "outcome"), [(None, "rejected"), (299, "approved"), (300, "rejected")]
)
def test_eyes_that_come_after_the_deadline_come_too_late(
    seen_after: float | None, outcome: str
) -> None:
    at_desk = desk(**UNSEEN)
    review = at_desk.submit()
    if seen_after is not None:
        with at(after(seen_after)):
            see(at_desk, review)
    sweep(after(301))
    assert now(review).outcome == outcome
