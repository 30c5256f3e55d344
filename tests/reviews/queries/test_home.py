"""What a person finds on his first page."""

import pytest
from django.db import connection

from reviews.models import Review
from reviews.queries.home import SHOWN, cards_of, home_of
from reviews.transitions import drafts, leases
from tests.factories import T0, after, at, decide, desk, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]


def test_a_card_counts_what_waits_what_is_due_and_what_is_in_work():
    at_desk = desk(timeout_action="reject", final_action="", steps=(desk().policy.steps[0],))
    first, second, third = (at_desk.submit() for _ in range(3))
    Review.objects.filter(pk=third.pk).update(due_at=after(3_601), wake_at=after(3_601))
    leases.claim(second.pk, actor=person(at_desk.colleague))
    [card] = cards_of(at_desk.reviewer, T0)
    assert (card.waiting, card.soon, card.working, card.next) == (3, 2, 1, first)


def test_what_is_overdue_is_due_within_the_hour():
    at_desk = desk()
    at_desk.submit()
    [card] = cards_of(at_desk.reviewer, after(10_000))
    assert card.soon == 1


def test_the_most_urgent_is_named():
    at_desk = desk()
    _low, high = at_desk.submit(), at_desk.submit()
    Review.objects.filter(pk=high.pk).update(priority=3)
    [card] = cards_of(at_desk.reviewer, T0)
    assert card.next == high


def test_what_somebody_decides_meanwhile_is_not_shown_as_the_most_urgent():
    """Between finding it and reading it: such a review has no assignment any more."""
    at_desk = desk(undo_window=0)
    review = at_desk.submit()
    reading: list[str] = []

    def meanwhile(execute, sql, params, many, context):
        if sql.startswith('SELECT "reviews_review"') and not reading:
            reading.append(sql)
            decide(review, at_desk.colleague)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(meanwhile):
        [card] = cards_of(at_desk.reviewer, T0)
    assert len(reading) == 1
    assert (card.waiting, card.next) == (1, None)


def test_what_one_holds_comes_by_its_deadline_and_only_so_much_of_it():
    at_desk = desk(lease=1_000)
    held = []
    for second in range(SHOWN + 1):
        with at(after(second)):
            review = at_desk.submit()
            leases.claim(review.pk, actor=person(at_desk.reviewer))
            held.append(review.pk)
    found = home_of(at_desk.reviewer, after(20))["held"]
    assert [row.pk for row in found] == held[:SHOWN]


def test_drafts_of_what_is_decided_are_left_out():
    at_desk = desk()
    waiting, decided = at_desk.submit(), at_desk.review_in("closed_by_cancel")
    for review in (waiting, decided):
        drafts.keep(review.pk, at_desk.reviewer.pk, "reject", {})
    found = home_of(at_desk.reviewer, T0)["drafts"]
    assert [draft.review_id for draft in found] == [waiting.pk]
