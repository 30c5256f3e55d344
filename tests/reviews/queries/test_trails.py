"""What happened to a review and to its like."""

import pytest

from gates.models import Membership
from reviews.models import Review
from reviews.queries.trails import (
    SHOWN_COMMENTS,
    SHOWN_EARLIER,
    SHOWN_EVENTS,
    earlier_of,
    trail_of,
    undoable,
)
from reviews.transitions import comments, decisions
from tests.factories import after, at, decide, desk, permit, person, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]


def test_events_and_remarks_come_oldest_first():
    at_desk = desk()
    review = at_desk.submit()
    for text in ("one", "two"):
        comments.comment(review.pk, actor=person(at_desk.reviewer), text=text)
    trail = trail_of(review)
    assert [event.verb for event in trail.events] == ["submitted", "commented", "commented"]
    assert [remark.text for remark in trail.comments] == ["one", "two"]
    assert (trail.votes, trail.overturned) == ([], [])


def test_of_many_the_newest_are_shown():
    at_desk = desk()
    review = at_desk.submit()
    for number in range(SHOWN_COMMENTS + 2):
        comments.comment(review.pk, actor=person(at_desk.reviewer), text=str(number))
    trail = trail_of(review)
    assert (len(trail.events), len(trail.comments)) == (SHOWN_EVENTS, SHOWN_COMMENTS)
    assert trail.comments[-1].text == str(SHOWN_COMMENTS + 1)
    assert trail.events[-1].seq == max(event.seq for event in trail.events)


def test_of_another_review_nothing_is_told():
    at_desk = desk()
    review, other = at_desk.submit(), at_desk.submit()
    comments.comment(other.pk, actor=person(at_desk.reviewer), text="Well")
    assert trail_of(review).comments == []
    assert {event.subject_id for event in trail_of(review).events} == {str(review.pk)}


def test_votes_stand_until_they_are_final():
    at_desk = desk(approvals=2, options=("approve", "reject", "modify"))
    review = decide(at_desk.submit(), at_desk.reviewer)
    assert [vote.reviewer for vote in trail_of(review).votes] == [at_desk.reviewer]


def test_what_was_overturned_is_told():
    at_desk = desk()
    review = at_desk.review_in("closed_by_human")
    boss = permit(user("boss"), "reviews.overturn_review")
    decisions.overturn(
        review.pk, actor=person(boss), verdict="reject", note="Fraud", reasons=("fraud",)
    )
    assert [row.verdict for row in trail_of(review).overturned] == ["reject"]


def test_earlier_cases_are_of_the_same_gate_and_subject_and_closed():
    at_desk = desk(undo_window=0)
    closed = [decide(at_desk.submit(), at_desk.reviewer).pk for _ in range(SHOWN_EARLIER + 1)]
    decide(at_desk.submit({"amount": 1, "order": "B-1"}), at_desk.reviewer)
    decide(desk(slug="vault", undo_window=0).submit(), at_desk.reviewer)
    review = at_desk.submit()
    found = {row.pk for row in earlier_of(review, at_desk.reviewer)}
    assert len(found) == SHOWN_EARLIER
    assert found < set(closed)


def test_earlier_cases_that_the_reader_may_not_see_are_left_out():
    at_desk = desk(undo_window=0)
    decide(at_desk.submit(), at_desk.reviewer)
    assert earlier_of(at_desk.submit(), at_desk.stranger) == []


def test_what_has_no_subject_has_no_earlier_cases():
    at_desk = desk(undo_window=0, subject="")
    decide(at_desk.submit(), at_desk.reviewer)
    assert earlier_of(at_desk.submit(), at_desk.reviewer) == []


def test_one_takes_back_what_one_has_decided_while_it_is_held():
    at_desk = desk()
    review = at_desk.review_in("held")
    assert undoable(at_desk.reviewer, after(9)) == [review]
    assert undoable(at_desk.reviewer, after(10)) == []
    assert undoable(at_desk.colleague, after(9)) == []
    Membership.objects.all().delete()
    assert undoable(at_desk.reviewer, after(9)) == []


def test_the_newest_is_taken_back_first():
    at_desk = desk()
    decided = []
    for second in range(SHOWN_EARLIER + 1):
        with at(after(second)):
            decided.append(decide(at_desk.submit(), at_desk.reviewer).pk)
    found = [row.pk for row in undoable(at_desk.reviewer, after(6))]
    assert found == decided[::-1][:SHOWN_EARLIER]
    assert Review.objects.filter(status="held").count() == SHOWN_EARLIER + 1
