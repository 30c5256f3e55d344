"""Every refusal under /api/ is a problem (RFC 9457) with a stable `code`."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import structlog
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions

from reviews.errors import DomainError, FieldError, Invalid
from reviews.strictjson import escaped

log = structlog.get_logger(__name__)

API = "/api/"
MEDIA_TYPE = "application/problem+json"
_SENSELESS = (400, "malformed", "The request makes no sense.")
_FORBIDDEN = (403, "not_allowed", "You may not do this.")
_ABSENT = (404, "not_found", "There is no such thing.")
# What Django raises before or beside us.
_PLAIN: tuple[tuple[tuple[type[Exception], ...], tuple[int, str, str]], ...] = (
    ((Http404,), _ABSENT),
    ((PermissionDenied,), _FORBIDDEN),
    ((SuspiciousOperation, BadRequest, MultiPartParserError), _SENSELESS),
)
# What Django REST framework calls it, and what we do.
_CODES = {
    "authentication_failed": "invalid_key",
    "not_authenticated": "no_credentials",
    "parse_error": "malformed",
    "permission_denied": "not_allowed",
}


def problem(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """The answer to an error; None for one that nobody foresaw."""
    if isinstance(error, DomainError):
        return _domain(error)
    if isinstance(error, exceptions.ValidationError):
        return _fields(list(_flat(error.detail)))
    if isinstance(error, exceptions.APIException):
        return _framework(error)
    if isinstance(error, OperationalError | InterfaceError):
        return _unavailable(error)
    return next((respond(*what) for kinds, what in _PLAIN if isinstance(error, kinds)), None)


def respond(
    status: int,
    code: str,
    detail: str,
    *fields: FieldError,
    extra: Mapping[str, Any] = MappingProxyType({}),
) -> HttpResponse:
    """A problem. `extra` adds members of its own; it cannot replace those of every problem."""
    body = {
        **extra,
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": [
            {"pointer": field.pointer, "code": field.code, "message": field.message}
            for field in fields
        ],
    }
    return HttpResponse(json.dumps(body), content_type=MEDIA_TYPE, status=status)


@csrf_exempt
def no_such_call(request: HttpRequest) -> HttpResponse:
    """An address that nothing answers. It is not redirected: that would lose a body."""
    hint = "" if request.path.endswith("/") else " Every address ends with a slash."
    return respond(404, "not_found", f"There is no such call.{hint}")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, wherever it comes from."""
    if request.path.startswith(API):
        return respond(*_SENSELESS)
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, wherever it comes from."""
    if request.path.startswith(API):
        return respond(*_FORBIDDEN)
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, wherever it comes from."""
    if request.path.startswith(API):
        return respond(*_ABSENT)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: the log knows more."""
    if request.path.startswith(API):
        return respond(500, "server_error", "This is our fault. Nothing was changed; try again.")
    return defaults.server_error(request)


def _domain(error: DomainError) -> HttpResponse:
    fields = error.fields if isinstance(error, Invalid) else ()
    return respond(error.http, error.code, error.message, *fields, extra=error.extra)


def _unavailable(error: Exception) -> HttpResponse:
    """The database is away, too busy, or has chosen this call to end a deadlock."""
    log.error("database_unreachable", error=str(error))
    response = respond(503, "unavailable", "The database does not answer: try again.")
    response["Retry-After"] = "1"
    return response


def _fields(fields: list[FieldError]) -> HttpResponse:
    """The first error's code stands for all: most bodies have but one."""
    return respond(422, fields[0].code, "The body does not fit: see `errors`.", *fields)


def _framework(error: exceptions.APIException) -> HttpResponse:
    code = getattr(error.detail, "code", error.default_code)
    response = respond(error.status_code, _CODES.get(code, code), str(error.detail))
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(math.ceil(wait))
    return response


def _flat(detail: Any, pointer: str = "") -> Iterator[FieldError]:
    """Every error in a ValidationError's tree, with its place."""
    if isinstance(detail, Mapping):
        for name, part in detail.items():
            inner = "" if name == "non_field_errors" else f"/{escaped(str(name))}"
            yield from _flat(part, pointer + inner)
    elif isinstance(detail, list):
        for at, part in enumerate(detail):
            leaf = isinstance(part, str)
            yield from _flat(part, pointer if leaf else f"{pointer}/{at}")
    else:
        yield FieldError(pointer, getattr(detail, "code", "invalid"), str(detail))
