"""The OpenAPI document: whole, and true of what the API answers."""

import re
from collections.abc import Iterator
from io import StringIO
from threading import Semaphore

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi

from hitl_project.wsgi import application
from reviews.api import waiting
from tests import factories
from tests.reviews.runs.shop import run_waiting

TRUE = [
    checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_schema_conformance,
    openapi.response_headers_conformance,
]
document = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)


def operations() -> dict[str, dict]:
    """Every call, as `POST /api/v1/...`."""
    paths = document.raw_schema["paths"]
    return {
        f"{method.upper()} {path}": operation
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def test_the_document_is_valid_and_made_without_a_warning():
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out, stderr=out)
    assert out.getvalue().startswith("openapi: 3.0.3")


def test_every_call_of_the_design_is_documented():
    review, condition = "/api/v1/reviews/{review_id}/", "/api/v1/conditions/{condition_id}/"
    moves = "claim release renew decide undo escalate assign ask pass cancel comments overturn"
    assert set(operations()) == {
        "POST /api/v1/reviews/",
        "GET /api/v1/reviews/",
        "POST /api/v1/reviews/batch/",
        f"GET {review}",
        f"GET {review}wait/",
        f"GET {review}comments/",
        *(f"POST {review}{move}/" for move in moves.split()),
        f"POST {condition}confirm/",
        f"POST {condition}deny/",
        "GET /api/v1/gates/",
        "GET /api/v1/gates/{slug}/",
        "POST /api/v1/gates/{slug}/check/",
        "GET /api/v1/workflows/",
        "GET /api/v1/workflows/{slug}/",
        "POST /api/v1/workflows/{slug}/runs/",
        "GET /api/v1/runs/",
        *(f"GET /api/v1/runs/{{run_id}}/{what}" for what in ("", "wait/")),
        *(f"POST /api/v1/runs/{{run_id}}/{move}/" for move in ("cancel", "retry")),
    }


@pytest.mark.parametrize("call", operations())
def test_every_call_documents_its_door_and_its_refusals(call):
    operation = operations()[call]
    headers = [item["name"] for item in operation.get("parameters", ()) if item["in"] == "header"]
    assert headers == (["Idempotency-Key"] if call.startswith("POST") else [])
    assert operation["security"] == [{"key": []}, {"cookieAuth": []}]
    assert operation["description"]
    assert {"401", "403", "422", "429"} <= set(operation["responses"])
    problems = [
        answer["content"] for status, answer in operation["responses"].items() if int(status) >= 400
    ]
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    assert all(content == {"application/problem+json": problem} for content in problems)


def test_filters_are_documented():
    parameters = operations()["GET /api/v1/reviews/"]["parameters"]
    named = "gate status outcome team priority external_id submitted_after submitted_before mine"
    assert {item["name"] for item in parameters} == {
        *named.split(),
        "available",
        "cursor",
        "page_size",
    }


@pytest.mark.django_db
def test_the_docs_work_offline_and_without_inline_code():
    page = Client().get("/api/v1/docs/").content.decode()
    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert len(sources) == 6
    assert all(source.startswith(("/static/", "/api/v1/")) for source in sources)
    assert re.findall(r"<style|style=|<script>| on[a-z]+=", page) == []
    script = Client().get("/api/v1/docs/?script=")
    assert (script.status_code, script["Content-Type"]) == (200, "application/javascript")


def test_the_root_leads_to_the_docs():
    assert Client().get("/api/v1/")["Location"] == "/api/v1/docs/"


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Between requests a server drops old connections; a test has but one, with its rows."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def no_waiting(monkeypatch) -> None:
    """Every seat is taken, so that nobody waits here."""
    monkeypatch.setattr(waiting, "_room", Semaphore(0))


@pytest.fixture
def known(db, one_connection, no_waiting) -> dict[str, str]:
    """Ids that exist, at gates that take any content."""
    anything = {"context": (), "proposal_schema": None, "editable": (), "undo_window": 0}
    condition = factories.desk(slug="bound", **anything).review_in("conditional").conditions.get()
    desk = factories.desk(slug="free", **anything, **factories.ONE_LEVEL)
    return {
        "review_id": str(desk.submit().pk),
        "condition_id": str(condition.pk),
        "run_id": str(run_waiting(slug="free").pk),
        "slug": "free",
    }


@pytest.fixture(params=["integrator", "person"])
def bearer(request, known) -> str:
    """Somebody who may do much."""
    root = factories.user("root", is_superuser=True)
    factories.team("support_team", root)
    keys = {"integrator": factories.key(), "person": factories.personal_key(root)}
    return f"Bearer {factories.secret_of(keys[request.param])}"


@document.parametrize()
@settings(max_examples=5, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_is_answered_as_documented(case, known, bearer):
    case.path_parameters = {name: known[name] for name in case.path_parameters or {}}
    if isinstance(case.body, dict) and "gate" in case.body:
        case.body["gate"] = known["slug"]
    case.call_and_validate(headers={"Authorization": bearer}, checks=TRUE)
