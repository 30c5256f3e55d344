"""When a running cluster counts as one that stands still."""

import pytest
from django.db import OperationalError, connection

from hitl_project.supervision import children
from hitl_project.supervision.children import START_UP, Cluster
from reviews.models import Heartbeat
from tests.factories import after

pytestmark = pytest.mark.django_db

FRESH = 10.0


@pytest.fixture
def watch(monkeypatch):
    """A watch that a test moves."""
    seconds = [1000.0]
    monkeypatch.setattr(children, "monotonic", lambda: seconds[0])
    return seconds


@pytest.fixture
def cluster(watch):
    """One that has just been started, as far as it knows."""
    made = Cluster("gatehouse")
    made.started = watch[0]
    return made


def beat(cluster, seconds):
    Heartbeat.objects.update_or_create(pk=cluster.heart, defaults={"at": after(seconds)})


def test_until_its_first_beat_it_gets_time_to_start(cluster, watch):
    watch[0] += START_UP
    assert not cluster.sick()
    watch[0] += 0.1
    assert cluster.sick()


def test_a_heart_that_stands_still_is_noticed(cluster, watch):
    beat(cluster, 0)
    assert not cluster.sick()
    watch[0] += FRESH
    assert not cluster.sick()
    watch[0] += 0.1
    assert cluster.sick()


@pytest.mark.parametrize("step", [40 * 86_400, -3600])
def test_a_clock_that_is_set_says_nothing_about_the_heart(cluster, watch, step):
    beat(cluster, 0)
    assert not cluster.sick()
    beat(cluster, step)
    watch[0] += FRESH
    assert not cluster.sick()


def test_while_the_database_is_away_nobody_is_to_blame(cluster, watch):
    beat(cluster, 0)
    assert not cluster.sick()

    def refuse(*args):
        raise OperationalError("away")

    watch[0] += 60
    with connection.execute_wrapper(refuse):
        assert not cluster.sick()
    watch[0] += FRESH
    assert not cluster.sick()


def test_a_new_start_begins_anew(cluster, watch):
    beat(cluster, 0)
    assert not cluster.sick()
    watch[0] += FRESH + 1
    cluster.buried()
    assert Heartbeat.objects.count() == 0
    cluster.started = watch[0]
    assert not cluster.sick()
