"""Every refusal under /api/ is a problem."""

import json
from http import HTTPStatus

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404
from django.test import Client, RequestFactory
from rest_framework import exceptions
from rest_framework.exceptions import ErrorDetail

from gates.models import EscalationStep
from hitl_project import errors
from reviews.errors import (
    AlreadyDecided,
    Changed,
    Conflict,
    DomainError,
    Escalated,
    Expired,
    FieldError,
    HeldByOther,
    Invalid,
    Missing,
    NotAllowed,
    OwnProposal,
    WrongState,
)
from tests import factories
from tests.reviews.api.calling import by_key, code_of


def answer(error: Exception) -> tuple[int, dict]:
    """What the caller gets."""
    response = errors.problem(error, {})
    assert response is not None
    assert response["Content-Type"] == "application/problem+json"
    return response.status_code, json.loads(response.content)


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (NotAllowed, 403, "not_allowed"),
        (OwnProposal, 403, "own_proposal"),
        (Missing, 404, "not_found"),
        (Conflict, 409, "conflict"),
        (AlreadyDecided, 409, "already_decided"),
        (WrongState, 409, "wrong_state"),
        (HeldByOther, 409, "held_by_other"),
        (Escalated, 409, "escalated"),
        (Changed, 409, "changed"),
        (Expired, 410, "expired"),
        (Invalid, 422, "invalid"),
    ],
)
def test_each_refusal_has_its_status_and_code(kind, status, code):
    assert answer(kind("No.")) == (
        status,
        {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": "No.",
            "code": code,
            "errors": [],
        },
    )


def test_every_kind_of_refusal_has_a_status():
    kinds = [DomainError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    assert all(answer(kind("No."))[0] in {403, 404, 409, 410, 422} for kind in kinds[1:])


def test_fields_at_fault_are_listed():
    error = Invalid("No.", FieldError("/a/0", "required", "Needed."), FieldError("/b", "x", "y"))
    status, body = answer(error)
    assert (status, body["code"]) == (422, "required")
    assert body["errors"] == [
        {"pointer": "/a/0", "code": "required", "message": "Needed."},
        {"pointer": "/b", "code": "x", "message": "y"},
    ]


def test_a_refusal_may_say_more_but_not_something_else():
    status, body = answer(Conflict("No.", code="own", until="later", status="fine"))
    assert (status, body["until"], body["status"], body["code"]) == (409, "later", 409, "own")


def test_errors_of_a_body_get_a_pointer_each():
    error = exceptions.ValidationError(
        {
            "a/b": [ErrorDetail("One.", code="first")],
            "list": [{}, {"x": [ErrorDetail("Two.", code="second")]}],
            "by_index": {"2": [ErrorDetail("Three.", code="third")]},
            "non_field_errors": [ErrorDetail("Four.", code="fourth")],
        }
    )
    status, body = answer(error)
    assert (status, body["code"]) == (422, "first")
    assert [(item["pointer"], item["code"], item["message"]) for item in body["errors"]] == [
        ("/a~1b", "first", "One."),
        ("/list/1/x", "second", "Two."),
        ("/by_index/2", "third", "Three."),
        ("", "fourth", "Four."),
    ]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (exceptions.ParseError("No JSON."), 400, "malformed"),
        (SuspiciousOperation("x"), 400, "malformed"),
        (exceptions.PermissionDenied(), 403, "not_allowed"),
        (PermissionDenied(), 403, "not_allowed"),
        (exceptions.NotFound(), 404, "not_found"),
        (Http404(), 404, "not_found"),
        (exceptions.MethodNotAllowed("GET"), 405, "method_not_allowed"),
        (exceptions.NotAcceptable(), 406, "not_acceptable"),
        (exceptions.UnsupportedMediaType("text/plain"), 415, "unsupported_media_type"),
        (exceptions.Throttled(1.2), 429, "throttled"),
    ],
)
def test_what_the_frameworks_refuse_is_a_problem_too(error, status, code):
    found, body = answer(error)
    assert (found, body["status"], body["code"]) == (status, status, code)


def test_a_fault_of_ours_is_nobodys_problem():
    assert errors.problem(ZeroDivisionError(), {}) is None


def test_a_throttled_caller_is_told_whole_seconds():
    response = errors.problem(exceptions.Throttled(1.2), {})
    assert response is not None
    assert response["Retry-After"] == "2"


HANDLERS = {
    400: lambda request: errors.bad_request(request, SuspiciousOperation()),
    403: lambda request: errors.permission_denied(request, PermissionDenied()),
    404: lambda request: errors.page_not_found(request, Http404()),
    500: errors.server_error,
}


@pytest.mark.parametrize("status", HANDLERS)
def test_pages_get_pages_and_calls_get_problems(status):
    page = HANDLERS[status](RequestFactory().get("/admin/nothing/"))
    call = HANDLERS[status](RequestFactory().get("/api/v1/nothing/"))
    assert (page.status_code, page["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert (call.status_code, call["Content-Type"]) == (status, "application/problem+json")


@pytest.mark.parametrize("path", ["nothing/", "reviews", "reviews/x/", "reviews/x/claim/"])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_an_address_that_nothing_answers_is_a_problem(path, method):
    response = getattr(Client(enforce_csrf_checks=True), method)(f"/api/v1/{path}")
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


def test_a_missing_slash_is_pointed_out():
    response = Client().post("/api/v1/reviews")
    assert response.json()["detail"] == "There is no such call. Every address ends with a slash."


@pytest.mark.django_db
def test_a_fault_of_ours_tells_no_secrets(settings):
    settings.DEBUG = False
    agent = by_key(factories.key(factories.gate()))
    EscalationStep.objects.all().delete()
    body = {"gate": "refund", "proposal": factories.PROPOSAL, "context": factories.CONTEXT}
    response = agent.post("reviews/", body)
    assert code_of(response) == (500, "server_error")
    assert response.json()["detail"] == "This is our fault. Nothing was changed; try again."


@pytest.mark.parametrize("lost", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_worth_another_try(db, lost):
    desk = factories.desk()
    agent, review = by_key(desk.key), desk.submit()

    def refuse(execute, sql, *args):
        if "SAVEPOINT" in sql:
            return execute(sql, *args)
        raise lost("away")

    with connection.execute_wrapper(refuse):
        response = agent.post(f"reviews/{review.pk}/cancel/", {}, Idempotency_Key="k1")
    assert code_of(response) == (503, "unavailable")
    assert response["Retry-After"] == "1"
    assert agent.post(f"reviews/{review.pk}/cancel/", {}, Idempotency_Key="k1").status_code == 200
