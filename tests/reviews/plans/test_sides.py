"""Lists of what reviews and runs both have neither scan nor count: 10^5 rows of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from gates.graph import End
from reviews.models import Condition, Delivery, Run, Step
from tests.admins import signed_in
from tests.factories import T0, Desk, at, key, team, user
from tests.reviews.plans import plans
from tests.reviews.plans.crowd import TABLES
from tests.reviews.plans.plans import faults
from tests.reviews.runs.shop import graph, publish

pytestmark = pytest.mark.django_db
LARGE = (
    *TABLES,
    *(it._meta.db_table for it in (Condition, Delivery, Run, Step)),
)
# Runs and deliveries take their ids from reviews: an id is unique in its table only.
SPREAD = """
INSERT INTO reviews_run (id, workflow_id, version_id, key_id, status, outcome, external_id,
    callback_url, event_count, event_head, started_at, ended_at)
SELECT id, {workflow}, {version}, {key}, 'ended', 'done', '', '', 0, '', submitted_at, submitted_at
FROM reviews_review;

INSERT INTO reviews_step (id, run_id, workflow_id, node, kind, round, status, outcome, attempts,
    error, started_at, ended_at)
SELECT id, id, {workflow}, 'ask', 'condition', 1, 'done', 'met', 0, '', submitted_at, submitted_at
FROM reviews_review;

UPDATE reviews_review SET step_id = id WHERE {even};

INSERT INTO reviews_delivery (id, review_id, url, type, seq, body, created_at)
SELECT id, id, 'https://a.example/', 'x', 1, '""', submitted_at FROM reviews_review WHERE {even};

INSERT INTO reviews_delivery (id, run_id, url, type, seq, body, created_at)
SELECT id, id, 'https://a.example/', 'x', 1, '""', submitted_at FROM reviews_review WHERE {odd};

INSERT INTO reviews_condition (id, step_id, code, text, confirms, contact, timeout, status,
    answered_by)
SELECT id, id, '', 'x', 'api', '', 60, 'void', '' FROM reviews_review WHERE {even};

INSERT INTO reviews_condition (id, review_id, decision_id, code, text, confirms, contact, timeout,
    status, answered_by)
SELECT d.id, d.review_id, d.id, '', 'x', 'api', '', 60, 'void', ''
FROM reviews_decision d JOIN reviews_review r ON r.id = d.review_id WHERE {odd};

ANALYZE
"""
HALVES = {"even": "CAST(amount AS integer) % 2 = 0", "odd": "CAST(amount AS integer) % 2 = 1"}


@pytest.fixture(scope="module")
def spread(crowd: dict[str, Desk], django_db_blocker: Any) -> Iterator[None]:
    """Runs, half of them with a review, and deliveries and conditions of both."""
    with django_db_blocker.unblock(), transaction.atomic(), at(T0):
        version = publish(graph(End("done")))
        ids = {"workflow": version.workflow_id, "version": version.pk, "key": key().pk}
        with connection.cursor() as cursor:
            for statement in SPREAD.format(**ids, **HALVES).split(";"):
                cursor.execute(statement)
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def all_large_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "TABLES", LARGE)


def browser_of(who: str) -> Client:
    """Of one who sees everything, one half of it, or what a team was asked."""
    views = ("reviews.view_delivery", "reviews.view_condition")
    more = {
        "everything": ("reviews.view_all_reviews", "reviews.view_run"),
        "reviews": ("reviews.view_all_reviews",),
        "runs": ("reviews.view_run",),
    }
    if who not in more:
        team(f"{who}_team", user(who))
    return signed_in(who, *views, *more.get(who, ()))


@pytest.mark.parametrize("model", [Condition, Delivery])
@pytest.mark.parametrize("who", ["everything", "reviews", "runs", "tiny", "big"])
def test_a_list_of_what_both_have(spread: None, who: str, model: Any) -> None:
    client = browser_of(who)
    there = reverse(f"admin:reviews_{model._meta.model_name}_changelist")
    page = reverse(
        f"admin:reviews_{model._meta.model_name}_change", args=[model.objects.first().pk]
    )
    some = Run.objects.earliest("pk")
    assert faults(lambda: _read(client, there)) == []
    assert faults(lambda: _read(client, f"{there}?p=2")) == []
    assert faults(lambda: _read(client, f"{there}?q={some.pk}")) == []
    assert faults(lambda: client.get(page)) == []


def _read(client: Client, address: str) -> None:
    response: Any = client.get(address)
    assert response.status_code == 200
    response.content  # noqa: B018
