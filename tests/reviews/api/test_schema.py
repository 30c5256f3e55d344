"""The OpenAPI document: whole, and true of what the API answers."""

from collections.abc import Iterator
from io import StringIO
from threading import Semaphore

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.urls import get_resolver
from hypothesis import HealthCheck, Phase, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi

from hitl_project.wsgi import application
from reviews.api import waiting
from tests import factories

TRUE = [
    checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_schema_conformance,
    openapi.response_headers_conformance,
]
document = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Between two requests the server looks after its connections; a test has but one, with all its rows."""
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
    return {"review_id": str(desk.submit().pk), "condition_id": str(condition.pk), "slug": "free"}


@pytest.fixture(params=["integrator", "person"])
def bearer(request, known) -> str:
    """Somebody who may do much."""
    root = factories.user("root", is_superuser=True)
    factories.team("support_team", root)
    keys = {"integrator": factories.key(), "person": factories.personal_key(root)}
    return f"Bearer {factories.secret_of(keys[request.param])}"


@document.parametrize()
@settings(max_examples=60, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_is_answered_as_documented(case, known, bearer):
    case.path_parameters = {name: known[name] for name in case.path_parameters or {}}
    if isinstance(case.body, dict) and "gate" in case.body:
        case.body["gate"] = known["slug"]
    case.call_and_validate(headers={"Authorization": bearer}, checks=TRUE)
