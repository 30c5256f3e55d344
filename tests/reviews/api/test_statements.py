"""How many SQL statements one HTTP request takes; PostgreSQL is also asked for the time."""

import pytest
from django.db import connection

from tests import factories
from tests.factories import CONTEXT, PROPOSAL
from tests.reviews.api.calling import by_key, by_person

# With real transactions, so that BEGIN and COMMIT are counted, and with a clock that runs.
pytestmark = pytest.mark.django_db(transaction=True)

BODY = {"gate": "refund", "proposal": PROPOSAL, "context": CONTEXT}


@pytest.fixture(autouse=True)
def still():
    """The clock runs."""


@pytest.fixture
def asks_time() -> int:
    """1 where reading the clock is a statement."""
    return int(connection.vendor == "postgresql")


@pytest.fixture
def warm(transactional_db) -> factories.Desk:
    """A desk whose policy the process has read before."""
    desk = factories.desk()
    desk.submit()
    return desk


def test_submit(warm, asks_time, django_assert_num_queries):
    """Key, BEGIN, version, scope, [time], steps, review, assignment, event, COMMIT."""
    agent = by_key(warm.key)
    with django_assert_num_queries(8 + asks_time):
        assert agent.post("reviews/", BODY).status_code == 201


def test_submit_once(warm, asks_time, django_assert_num_queries):
    """As above with a savepoint, in a transaction with: look, [lock, time], store."""
    agent = by_key(warm.key)
    with django_assert_num_queries(12 + 3 * asks_time):
        assert agent.post("reviews/", BODY, Idempotency_Key="k1").status_code == 201
    with django_assert_num_queries(4 + asks_time):
        assert agent.post("reviews/", BODY, Idempotency_Key="k1").status_code == 201


def test_decide(warm, django_assert_num_queries):
    """Key, BEGIN, lock, load, lease, review, decision, event, COMMIT."""
    review, ann = warm.submit(), by_person(warm.reviewer)
    with django_assert_num_queries(9):
        answer = ann.post(f"reviews/{review.pk}/decide/", {"verdict": "approve"})
    assert answer.status_code == 200


def test_read(warm, asks_time, django_assert_num_queries):
    """Key, review, [time]."""
    review, agent = warm.submit(), by_key(warm.key)
    with django_assert_num_queries(2 + asks_time):
        assert agent.get(f"reviews/{review.pk}/").status_code == 200
