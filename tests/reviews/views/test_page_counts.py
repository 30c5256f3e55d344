"""How many statements each page takes, literally: as many for three rows as for one."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviews.models import Review
from reviews.transitions import comments, drafts, leases
from tests.factories import Desk, after, at, decide, desk, person, team, user
from tests.reviews.views.visiting import browser, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

ROWS = (1, 3)


def statements(reader: User, address: str, **query: Any) -> int:
    """How many the page takes; a first visit reads policies, which the process then keeps."""
    client = browser(reader)
    client.get(address, query)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address, query)
    assert response.status_code == 200
    return len([row for row in captured if not row["sql"].startswith(("SAVEPOINT", "RELEASE"))])


def many(at_desk: Desk, count: int, **fields: Any) -> list[Review]:
    return [at_desk.submit(**fields) for _ in range(count)]


@pytest.mark.parametrize("count", ROWS)
def test_home(count: int) -> None:
    """Session, person, preferences, permissions (2); six of its own; the desks beside it."""
    at_desk = desk()
    for number in range(count - 1):
        team(f"team_{number}", at_desk.reviewer)
    many(at_desk, count)
    for review in many(at_desk, count):
        leases.claim(review.pk, actor=person(at_desk.reviewer))
        drafts.keep(review.pk, at_desk.reviewer.pk, "reject", {"note": ["No"]})
    for review in many(at_desk, count):
        decide(review, at_desk.reviewer)
    assert statements(at_desk.reviewer, "/") == 12


@pytest.mark.parametrize("count", ROWS)
@pytest.mark.parametrize("tab", ["available", "mine", "all", "done"])
def test_a_queue(tab: str, count: int) -> None:
    """The team, the gates of its filter, the rows, and what may be undone."""
    at_desk = desk(lease=1_000)
    for review in many(at_desk, count):
        leases.claim(
            review.pk, actor=person(at_desk.colleague if tab == "all" else at_desk.reviewer)
        )
    for _ in range(count):
        at_desk.review_in("closed_by_human")
    many(at_desk, count)
    with at(after(20)):
        found = statements(at_desk.reviewer, "/queues/support_team/", tab=tab)
    assert found == 10


@pytest.mark.parametrize("count", ROWS)
def test_a_review(count: int) -> None:
    at_desk = desk()
    for _ in range(count):
        at_desk.review_in("closed_by_human")
    review = at_desk.submit(confidence=0.85, recommendation="approve")
    for number in range(count):
        comments.comment(review.pk, actor=person(user(f"writer{number}")), text="Well")
    assert statements(at_desk.reviewer, page(review)) == 18


@pytest.mark.parametrize("count", ROWS)
def test_a_review_beside_its_list(count: int) -> None:
    at_desk = desk()
    review = many(at_desk, count)[0]
    found = statements(at_desk.reviewer, "/queues/support_team/", review=review.pk)
    assert found == 21
