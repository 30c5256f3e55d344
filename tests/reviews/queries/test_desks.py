"""The queues of a person, with what waits in each."""

import pytest

from reviews.queries import desks
from reviews.queries.desks import desks_of, teams_of
from tests.factories import desk, permit, team, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]


def told(reader):
    return [(found.team.slug, found.waiting) for found in desks_of(reader)]


def test_each_of_ones_teams_is_a_desk_by_name():
    at_desk = desk()
    for state in ("pending", "pending", "held", "closed_by_cancel"):
        at_desk.review_in(state)
    team("a_team", at_desk.reviewer)
    assert told(at_desk.reviewer) == [("a_team", 0), ("support_team", 2)]
    assert told(at_desk.stranger) == []


def test_who_sees_all_reviews_opens_all_queues():
    desk()
    auditor = permit(user("auditor"), "reviews.view_all_reviews")
    assert told(auditor) == [("support_leads", 0), ("support_team", 0)]


def test_a_review_counts_where_it_is_asked_about_now():
    at_desk = desk()
    at_desk.submit()
    assert told(at_desk.lead) == [("support_leads", 0)]


def test_a_count_stops(monkeypatch):
    monkeypatch.setattr(desks, "MOST", 2)
    at_desk = desk()
    for _ in range(5):
        at_desk.submit()
    assert told(at_desk.reviewer) == [("support_team", 3)]


@pytest.mark.parametrize("count", [1, 3])
def test_all_desks_take_one_statement(count, django_assert_num_queries):
    reader = user("ann")
    for number in range(count):
        team(f"team_{number}", reader)
    list(teams_of(reader))  # asks for permissions, which the person then keeps
    with django_assert_num_queries(1):
        assert len(desks_of(reader)) == count
