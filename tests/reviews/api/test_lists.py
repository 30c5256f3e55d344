"""Lists of reviews: what they show, their filters, their pages, their cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviews.models import Review
from tests import factories
from tests.factories import PROPOSAL, after, at
from tests.reviews.api.calling import by_key, by_person, code_of, errors_of

pytestmark = pytest.mark.django_db


def ids(response) -> list[str]:
    """What the page lists."""
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def submit(desk, count: int, **fields) -> list[str]:
    """Reviews one second apart, newest first."""
    made: list[str] = []
    for second in range(count):
        with at(after(second)):
            made.insert(0, str(desk.submit(**fields).pk))
    return made


def test_a_list_is_newest_first_and_in_scope(desk, agent, ann, sid, outsider):
    made = submit(desk, 3)
    assert ids(agent.get("reviews/")) == made
    assert ids(ann.get("reviews/")) == made
    assert ids(sid.get("reviews/")) == []
    assert ids(outsider.get("reviews/")) == []


def test_pages_follow_each_other_without_counts(desk, agent):
    made = submit(desk, 5)
    first = agent.get("reviews/", page_size=2)
    assert ids(first) == made[:2]
    assert sorted(first.json()) == ["next", "previous", "results"]
    second = agent.client.get(first.json()["next"])
    with at(after(60)):
        desk.submit()
    third = agent.client.get(second.json()["next"])
    assert [*ids(second), *ids(third)] == made[2:]
    assert third.json()["next"] is None
    assert ids(agent.client.get(third.json()["previous"])) == made[2:4]


def test_a_page_has_fifty_rows_unless_asked(desk, agent):
    submit(desk, 51)
    assert len(ids(agent.get("reviews/"))) == 50
    assert len(ids(agent.get("reviews/", page_size=200))) == 51


@pytest.mark.parametrize("size", ["0", "201", "-1", "x", "", "1.5", "²"])
def test_a_page_size_out_of_range_is_refused(agent, size):
    assert errors_of(agent.get("reviews/", page_size=size)) == [("?page_size", "invalid")]


@pytest.mark.parametrize("cursor", ["x", "é", "cD0=", "cD14", "cD0lMDA=", "bz14", "cj14"])
def test_a_cursor_that_is_not_ours_is_refused(desk, agent, cursor):
    desk.submit()
    response = agent.get("reviews/", cursor=cursor)
    assert code_of(response) == (422, "invalid")
    assert errors_of(response) == [("?cursor", "invalid")]


def test_unknown_and_repeated_parameters_are_refused(agent):
    assert errors_of(agent.get("reviews/", state="held")) == [("?state", "unknown_parameter")]
    response = agent.client.get("/api/v1/reviews/?status=held&status=closed")
    assert errors_of(response) == [("?status", "invalid")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "open"),
        ("outcome", "fine"),
        ("priority", "2"),
        ("mine", "yes"),
        ("available", "1"),
        ("submitted_after", "yesterday"),
        ("submitted_after", "2026-03-02T09:00:00"),
        ("submitted_before", "0001-01-01T00:00:00+23:59"),
        ("external_id", "\0"),
        ("gate", "a\0"),
        ("team", "\0"),
    ],
)
def test_a_bad_value_is_refused(agent, name, value):
    response = agent.get("reviews/", **{name: value})
    assert code_of(response) == (422, "invalid")
    assert errors_of(response) == [(f"?{name}", "invalid")]


@pytest.mark.parametrize(
    ("matching", "other"),
    [
        ({"gate": "refund"}, {"gate": "loan"}),
        ({"status": "pending"}, {"status": "held"}),
        ({"outcome": ""}, {"outcome": "approved"}),
        ({"team": "support_team"}, {"team": "support_leads"}),
        ({"priority": "high"}, {"priority": "low"}),
        ({"external_id": "case-7"}, {"external_id": "case"}),
        ({"submitted_after": "2026-03-02T09:00:00Z"}, {"submitted_after": "2026-03-02T09:00:01Z"}),
        (
            {"submitted_before": "2026-03-02T09:00:01Z"},
            {"submitted_before": "2026-03-02T09:00:00Z"},
        ),
        ({"submitted_after": "2026-03-02T10:00:00+01:00"}, {"mine": "false"}),
        ({"mine": "true"}, {"mine": "false"}),
        ({"available": "false"}, {"available": "true"}),
    ],
)
def test_filters_choose(desk, agent, matching, other):
    made = submit(desk, 1, external_id="case-7")
    assert ids(agent.get("reviews/", **matching)) == made
    assert ids(agent.get("reviews/", **other)) == []


def test_closed_reviews_are_found_by_outcome(desk, agent):
    closed = desk.review_in("closed_by_human")
    desk.review_in("rejected")
    assert ids(agent.get("reviews/", status="closed", outcome="approved")) == [str(closed.pk)]


def test_a_keys_own_are_those_it_submitted(desk, agent):
    own = str(desk.submit().pk)
    other = factories.submit(desk.gate, factories.key(desk.gate))
    assert ids(agent.get("reviews/", mine="true")) == [own]
    assert ids(agent.get("reviews/", mine="false")) == [str(other.pk)]


def test_a_persons_own_are_those_he_holds(desk, ann, ben):
    held, free = submit(desk, 2)
    ann.post(f"reviews/{held}/claim/")
    assert ids(ann.get("reviews/", mine="true")) == [held]
    assert ids(ann.get("reviews/", mine="false")) == [free]
    assert ids(ben.get("reviews/", mine="true")) == []
    with at(after(600)):
        assert ids(ann.get("reviews/", mine="true")) == []


def test_a_free_review_is_available_to_its_level_only(desk, ann, ben, lea, sid):
    (review,) = submit(desk, 1)
    assert ids(ann.get("reviews/", available="true")) == [review]
    for caller in (lea, sid):
        assert ids(caller.get("reviews/", available="true")) == []
    ann.post(f"reviews/{review}/escalate/")
    assert ids(ann.get("reviews/", available="true")) == []
    assert ids(lea.get("reviews/", available="true")) == [review]


def test_a_leased_review_is_available_to_its_holder_until_the_lease_ends(desk, ann, ben):
    (review,) = submit(desk, 1)
    ann.post(f"reviews/{review}/claim/")
    assert ids(ann.get("reviews/", available="true")) == [review]
    assert ids(ben.get("reviews/", available="true")) == []
    with at(after(600)):
        assert ids(ben.get("reviews/", available="true")) == [review]


def test_what_a_person_passed_on_is_not_offered_again(desk, ann, ben):
    (review,) = submit(desk, 1)
    ann.post(f"reviews/{review}/pass/")
    assert ids(ann.get("reviews/", available="true")) == []
    assert ids(ben.get("reviews/", available="true")) == [review]


def test_ones_own_proposal_is_not_offered(desk, ann, ben):
    (asked,) = submit(desk, 1, requester={"id": "ann"})
    assert ids(ann.get("reviews/", available="true")) == []
    assert ids(ben.get("reviews/", available="true")) == [asked]
    key = factories.key(desk.gate, owner=desk.colleague)
    with at(after(5)):
        by_bens_key = str(factories.submit(desk.gate, key, requester={"id": "carl"}).pk)
    assert ids(ann.get("reviews/", available="true")) == [by_bens_key]
    assert ids(ben.get("reviews/", available="true")) == [asked]


def test_what_a_person_voted_on_or_decided_is_not_offered(db):
    desk = factories.desk(approvals=2)
    ann, ben = by_person(desk.reviewer), by_person(desk.colleague)
    review = str(desk.submit().pk)
    ann.post(f"reviews/{review}/decide/", {"verdict": "approve"})
    assert ids(ann.get("reviews/", available="true")) == []
    assert ids(ben.get("reviews/", available="true")) == [review]
    ben.post(f"reviews/{review}/decide/", {"verdict": "approve"})
    assert ids(ben.get("reviews/", available="true")) == []


def test_what_is_decided_is_not_offered(desk, ben):
    desk.review_in("held")
    with at(after(700)):  # the decider's lease is over, and nobody has swept
        assert ids(ben.get("reviews/", available="true")) == []


def test_a_list_never_writes(desk, agent):
    submit(desk, 1)
    with at(after(1000)), CaptureQueriesContext(connection) as queries:
        (row,) = agent.get("reviews/").json()["results"]
    assert row["level"] == 0
    assert all(query["sql"].startswith("SELECT") for query in queries)
    assert Review.objects.get().event_count == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_costs_the_same_for_one_and_for_three(django_assert_num_queries, rows):
    desk = factories.desk(approvals=2)
    agent, ann = by_key(desk.key), by_person(desk.reviewer)
    for second in range(rows):
        with at(after(second)):
            factories.decide(desk.submit(), desk.colleague)
    other = factories.desk(slug="simple")
    for second in range(rows):
        with at(after(second)):
            other.review_in("conditional")
    ann.get("reviews/")
    with django_assert_num_queries(3):  # key, reviews, votes
        assert len(ids(agent.get("reviews/"))) == rows
    with django_assert_num_queries(6):  # key, two for permissions, reviews, conditions, votes
        assert len(ids(ann.get("reviews/"))) == 2 * rows


def test_a_list_shows_conditions_of_each_review(desk, agent):
    first, second = desk.review_in("conditional"), desk.review_in("conditional", proposal=PROPOSAL)
    rows = agent.get("reviews/").json()["results"]
    shown = {row["id"]: [item["id"] for item in row["conditions"]] for row in rows}
    assert shown == {
        str(review.pk): [str(item.pk) for item in review.conditions.all()]
        for review in (first, second)
    }
