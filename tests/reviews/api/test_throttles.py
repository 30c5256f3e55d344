"""How often one may call."""

import pytest
from django.conf import settings

from reviews.api import throttles
from reviews.api.throttles import AddressThrottle, KeyThrottle
from tests import factories
from tests.reviews.api.calling import Caller, by_key, by_person, code_of

pytestmark = pytest.mark.django_db


class Watch:
    """Stands still, so that no test runs into the next minute."""

    seconds = 90.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(autouse=True)
def watch(monkeypatch) -> Watch:
    """What the throttles measure time with."""
    stopped = Watch()
    monkeypatch.setattr(throttles, "monotonic", stopped)
    return stopped


@pytest.fixture
def two_a_minute(monkeypatch) -> None:
    """Low limits."""
    monkeypatch.setattr(KeyThrottle, "THROTTLE_RATES", {"key": "2/min"})
    monkeypatch.setattr(AddressThrottle, "THROTTLE_RATES", {"address": "2/min"})


def statuses(caller, times: int) -> list[int]:
    return [caller.get("reviews/").status_code for _ in range(times)]


def test_the_limits_are_what_the_settings_say():
    assert KeyThrottle.THROTTLE_RATES == {"key": settings.API_RATE, "address": "30/min"}
    assert settings.API_RATE == "6000/min"


def test_a_key_has_its_limit(two_a_minute, agent):
    assert statuses(agent, 3) == [200, 200, 429]


def test_who_calls_too_often_is_told_when_to_come_back(two_a_minute, agent, watch):
    statuses(agent, 2)
    response = agent.get("reviews/")
    assert code_of(response) == (429, "throttled")
    assert response["Retry-After"] == "30"
    watch.seconds += 29.9
    assert statuses(agent, 1) == [429]
    watch.seconds += 0.1
    assert statuses(agent, 3) == [200, 200, 429]


def test_each_key_has_a_limit_of_its_own(two_a_minute, desk, agent):
    assert statuses(agent, 3) == [200, 200, 429]
    assert statuses(by_key(factories.key(desk.gate)), 2) == [200, 200]
    assert statuses(by_person(desk.reviewer), 3) == [200, 200, 429]


def test_thirty_calls_a_minute_may_come_without_a_key(db):
    assert statuses(Caller(), 31) == [401] * 30 + [429]


def test_wrong_keys_count_like_none(two_a_minute, db):
    assert statuses(Caller("wrong"), 1) == [401]
    assert statuses(Caller(), 1) == [401]
    assert statuses(Caller("wrong"), 1) == [429]
    assert statuses(Caller(), 1) == [429]
    assert code_of(Caller("wrong").get("reviews/")) == (429, "throttled")


def test_a_valid_key_is_served_where_others_guess(two_a_minute, agent):
    assert statuses(Caller("wrong"), 3) == [401, 401, 429]
    assert statuses(agent, 1) == [200]


def test_each_address_has_a_limit_of_its_own(two_a_minute, db):
    statuses(Caller(), 2)
    response = Caller().client.get("/api/v1/reviews/", REMOTE_ADDR="192.0.2.7")
    assert response.status_code == 401


def test_an_address_that_the_caller_claims_is_not_believed(two_a_minute, db):
    callers = [Caller(**{"X-Forwarded-For": f"192.0.2.{number}"}) for number in range(3)]
    assert [statuses(caller, 1) for caller in callers] == [[401], [401], [429]]


def test_the_documentation_is_open_and_counted(two_a_minute, db):
    answers = [Caller().get("schema/").status_code for _ in range(3)]
    assert answers == [200, 200, 429]
