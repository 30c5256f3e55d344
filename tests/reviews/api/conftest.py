"""A desk and those who call it."""

from __future__ import annotations

import pytest

from tests import factories
from tests.factories import T0, at
from tests.reviews.api.calling import Caller, by_key, by_person


@pytest.fixture(autouse=True)
def still():
    """The clock stands at T0 unless a test moves it."""
    with at(T0):
        yield


@pytest.fixture
def desk(db) -> factories.Desk:
    """The refund gate and its people."""
    return factories.desk()


@pytest.fixture
def agent(desk) -> Caller:
    """The integrator whose key submits."""
    return by_key(desk.key)


@pytest.fixture
def ann(desk) -> Caller:
    """One who is asked."""
    return by_person(desk.reviewer)


@pytest.fixture
def ben(desk) -> Caller:
    """Another who is asked."""
    return by_person(desk.colleague)


@pytest.fixture
def lea(desk) -> Caller:
    """Who leads the next level."""
    return by_person(desk.lead)


@pytest.fixture
def sid(desk) -> Caller:
    """Who belongs to no team."""
    return by_person(desk.stranger)


@pytest.fixture
def outsider(desk) -> Caller:
    """An integrator whose key is for another gate."""
    return by_key(factories.key(factories.gate(slug="loan"), name="outsider"))
