"""Actions of workflows that integrators perform."""

import pytest

from gates import performers
from reviews.outside import Unfinished, perform
from tests.factories import T0, at
from tests.reviews.partners import answer, partner

SECRET = "whsec_c2VjcmV0"
CALL = performers.Call(
    "pay", {"amount": 3}, key="step-1", run="run-1", node="execute", attempt=2, timeout=5
)


@pytest.fixture(autouse=True)
def here(settings):
    """Partners on this machine may be called."""
    settings.ACTION_NETWORKS = ["127.0.0.1"]


def performed(speaks):
    with partner(speaks) as them, at(T0):
        return perform(CALL, url=them.url, secret=SECRET), them


def test_the_partner_is_told_what_to_do_and_what_it_says_is_the_output():
    output, them = performed(answer('{"paid": 3}'))
    assert output == {"paid": 3}
    assert them.headers["webhook-id"] == "step-1"
    assert them.said["data"] == {
        "action": "pay",
        "data": {"amount": 3},
        "run": "run-1",
        "node": "execute",
        "attempt": 2,
    }


def test_a_refusal_ends_the_attempts():
    with pytest.raises(performers.Refused, match=r"^It answered 422: no such order$"):
        performed(answer("no such order", status="422 No"))


def test_a_partner_that_says_when_is_asked_then():
    with pytest.raises(performers.Later, match=r"^It answered 429\.$") as raised:
        performed(answer("", status="429 Slow", Retry_After="7"))
    assert raised.value.seconds == 7


def test_any_other_failure_is_tried_again():
    with pytest.raises(Unfinished, match=r"^It answered 500: oops$"):
        performed(answer("oops", status="500 Oops"))


def test_only_what_the_operator_names_is_called_inside(settings):
    settings.ACTION_NETWORKS = []
    with pytest.raises(performers.Refused, match=r"^127\.0\.0\.1 is not on the public internet\.$"):
        performed(answer())
