"""/healthz and /readyz: what machines are told."""

from time import monotonic

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from hitl_project import health
from reviews.models import Heartbeat
from tests.factories import T0, after, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _started_long_ago(monkeypatch):
    monkeypatch.setattr(health, "STARTED", monotonic() - 1000)


def ask(client, path="/healthz"):
    """Status and body at T0."""
    with at(T0):
        response = client.get(path)
    return response.status_code, response.json()


def unavailable(code):
    return 503, {"status": "unavailable", "code": code}


OK = (200, {"status": "ok"})


def test_without_any_sweep_it_is_unhealthy(client):
    assert ask(client) == unavailable("no_sweep_yet")


def test_a_sweep_from_before_this_start_does_not_count(client, monkeypatch):
    monkeypatch.setattr(health, "STARTED", monotonic() - 5)
    Heartbeat.objects.create(cluster="before", at=after(-6))
    assert ask(client) == unavailable("no_sweep_yet")


@pytest.mark.parametrize(
    ("age", "expected"),
    [(0, OK), (9.999, OK), (10, unavailable("sweep_stale")), (60, unavailable("sweep_stale"))],
)
def test_a_heartbeat_is_good_for_ten_seconds(client, age, expected):
    Heartbeat.objects.create(cluster="one", at=after(-age))
    assert ask(client) == expected


def test_one_cluster_that_lives_is_enough(client):
    Heartbeat.objects.create(cluster="dead", at=after(-100))
    Heartbeat.objects.create(cluster="alive", at=after(-3))
    assert ask(client) == OK


def test_a_cluster_that_keeps_no_deadlines_is_no_comfort(client):
    Heartbeat.objects.create(cluster="busy", at=T0, sweeps=False)
    assert ask(client) == unavailable("no_sweep_yet")


def test_a_beat_from_before_the_clock_was_set_back_says_nothing(client):
    Heartbeat.objects.create(cluster="dead", at=after(3600))
    assert ask(client) == unavailable("no_sweep_yet")
    Heartbeat.objects.create(cluster="dying", at=after(-10))
    assert ask(client) == unavailable("sweep_stale")


def test_a_served_and_migrated_database_is_ready(client):
    assert ask(client, "/readyz") == OK


def test_a_missing_migration_is_not_ready(client):
    MigrationRecorder.Migration.objects.filter(app="reviews").delete()
    assert ask(client, "/readyz") == unavailable("migrations_missing")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_database_that_is_away_is_said(client, path):
    def refuse(*args):
        raise OperationalError("away")

    with connection.execute_wrapper(refuse):
        assert ask(client, path) == unavailable("database_unreachable")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_no_answer_is_kept_by_anybody(client, path):
    assert "no-store" in client.get(path).headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_they_can_only_be_read(client, path):
    assert client.post(path).status_code == 405


@pytest.mark.parametrize(("path", "queries"), [("/healthz", 1), ("/readyz", 2)])
def test_they_cost_next_to_nothing(client, django_assert_num_queries, path, queries):
    Heartbeat.objects.create(cluster="one", at=T0)
    client.get(path)
    with at(T0), django_assert_num_queries(queries):
        client.get(path)
