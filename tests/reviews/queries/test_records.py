"""How often people did as the AI said, when it was about as sure."""

import pytest

from reviews.models import Review
from reviews.queries import records
from reviews.queries.records import Record, record_near
from reviews.transitions import conditions, decisions
from tests.factories import after, at, decide, desk, permit, person, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]


@pytest.fixture
def at_desk():
    """Verdicts are released at once."""
    return desk(undo_window=0)


def decided(at_desk, verdict="approve", confidence=0.85, recommendation="approve", **fields):
    review = at_desk.submit(confidence=confidence, recommendation=recommendation)
    return decide(review, at_desk.reviewer, verdict, **fields)


def record(at_desk, confidence=0.85):
    return record_near(at_desk.gate.pk, confidence)


def test_verdicts_are_counted_by_whether_they_are_the_recommended_one(at_desk):
    decided(at_desk)
    decided(at_desk, "reject")
    decided(at_desk, "reject", recommendation="reject")
    decided(at_desk, "modify", proposal={"amount": 100, "order": "A-17"})
    assert record(at_desk) == Record(agreed=2, total=4)


def test_without_a_past_there_is_nothing(at_desk):
    assert record(at_desk) == Record(0, 0)


@pytest.mark.parametrize(
    ("confidence", "counts"),
    [(0.825, 1), (0.875, 1), (0.8249, 0), (0.8751, 0), (0.85, 1), (None, 0)],
)
def test_near_is_a_fortieth_either_way(at_desk, confidence, counts):
    decided(at_desk, confidence=confidence)
    assert record(at_desk).total == counts


def test_what_was_overturned_counts_as_what_it_should_have_been(at_desk):
    review = decided(at_desk)
    boss = permit(user("boss"), "reviews.overturn_review")
    for verdict in ("modify", "reject"):
        decisions.overturn(
            review.pk,
            actor=person(boss),
            verdict=verdict,
            note="Fraud",
            reasons=("fraud",) if verdict == "reject" else (),
        )
    assert record(at_desk) == Record(0, 1)
    wrong = decided(at_desk, "reject")
    decisions.overturn(wrong.pk, actor=person(boss), verdict="approve", note="No fraud")
    assert record(at_desk) == Record(1, 2)


def test_approvals_on_a_condition_are_neither(at_desk):
    review = decided(at_desk, "approve_if", conditions=({"code": "returned"},))
    condition = Review.objects.get(pk=review.pk).conditions.get()
    conditions.confirm(condition.pk, actor=at_desk.key.actor())
    assert Review.objects.get(pk=review.pk).outcome == "approved"
    assert record(at_desk) == Record(0, 0)


def test_only_people_count(at_desk):
    fields = {"confidence": 0.85, "recommendation": "approve"}
    for state in ("closed_by_timeout", "closed_by_cancel", "pending", "closed_by_policy"):
        at_desk.review_in(state, **fields)
    assert record(at_desk) == Record(0, 0)


def test_what_had_no_recommendation_does_not_count(at_desk):
    decided(at_desk, recommendation=None)
    assert record(at_desk) == Record(0, 0)


def test_another_gate_has_a_past_of_its_own(at_desk):
    decided(at_desk)
    other = desk(slug="vault", undo_window=0)
    assert record(other) == Record(0, 0)


def test_only_the_last_ones_count(at_desk, monkeypatch):
    assert records.LAST == 1_000
    monkeypatch.setattr(records, "LAST", 3)
    for second, verdict in enumerate(("approve", "approve", "reject", "approve", "reject")):
        with at(after(second)):
            decided(at_desk, verdict)
    assert record(at_desk) == Record(agreed=1, total=3)
