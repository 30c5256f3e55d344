"""Two thousand deadlines at one instant: one sweep, each applied once, a bounded cost per chunk."""

from __future__ import annotations

from collections import Counter
from copy import copy
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gates import clock
from gates.chain import GENESIS, first_flaw
from gates.models import Event
from gates.transitions.events import chained, link_of
from reviews import deadlines
from reviews.models import Assignment, Decision, Review
from tests.factories import ONE_LEVEL, TIMEOUT, Desk, after, at, desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

MANY = 2000
# A look, a savepoint and its end, lock, load and steps; two kinds of review written to six tables.
PER_CHUNK = 13


def waiting(at_desk: Desk, count: int) -> None:
    """As many reviews as `submit` would make, one microsecond apart, without its 8 ms for each."""
    review = Review.objects.get(pk=at_desk.submit().pk)
    first, opened = Event.objects.get(subject_id=review.pk), review.assignment
    assert opened is not None
    rows = []
    for number in range(1, count):
        moment = review.submitted_at + timedelta(microseconds=number)
        asked, case = copy(opened), copy(review)
        due = moment + timedelta(seconds=TIMEOUT)
        for row in (asked, case):
            row.pk, row.due_at = clock.new_id(moment), due
        asked.review_id, case.assignment_id = case.pk, asked.pk
        case.wake_at, case.event_count, case.event_head = due, 0, GENESIS
        actor = at_desk.key.actor()
        rows.append((case, asked, chained(case, first.verb, actor=actor, now=moment, data={})))
    for model, made in zip((Review, Assignment, Event), zip(*rows, strict=True), strict=True):
        model._default_manager.bulk_create(made)


def chains() -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in Event.objects.filter(subject_type="review").order_by("seq"):
        found.setdefault(event.subject_id, []).append(event)
    return found


def test_a_burst_is_applied_once_at_a_bounded_cost() -> None:
    up, down = desk(), desk(slug="flat", **ONE_LEVEL)
    waiting(up, MANY // 2)
    waiting(down, MANY // 2)
    with at(after(TIMEOUT + 1)), CaptureQueriesContext(connection) as captured:
        assert deadlines.sweep() == MANY
    chunks = MANY // deadlines.CHUNK
    assert len(captured) == chunks * PER_CHUNK + 1

    ends = Review.objects.values_list("status", "outcome", "level", "due_at", "event_count")
    assert Counter((*row[:3], row[4]) for row in ends) == {
        ("pending", "", 1, 2): MANY // 2,
        ("closed", "rejected", 0, 2): MANY // 2,
    }
    assert {row[3] for row in ends if row[0] == "pending"} == {after(TIMEOUT + 1 + 900)}
    assert Decision.objects.filter(source="timeout", final=True).count() == MANY // 2
    assert Assignment.objects.filter(ended_at=None, level=1).count() == MANY // 2
    assert Assignment.objects.filter(ending="expired", level=0).count() == MANY
    heads = {str(row.pk): row.event_head for row in Review.objects.only("event_head")}
    for subject, events in chains().items():
        assert [event.verb for event in events] == ["submitted", "expired"]
        assert first_flaw((link_of(event), event.hash) for event in events) is None
        assert events[-1].hash == heads[subject]

    with at(after(TIMEOUT + 1)):
        assert deadlines.sweep() == 0
