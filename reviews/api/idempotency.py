"""Each POST is done once per `Idempotency-Key`, caller and route; repeating it repeats the answer.

The stored answer shares the work's transaction: either both last or neither.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import rfc8785
from django.db import connection, transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import APIException, ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gates import clock
from reviews.api.callers import caller_of
from reviews.errors import Conflict, DomainError, Invalid
from reviews.models import IdempotencyKey

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
SHOWN_ONCE = "links"  # secrets: they are stored hashed elsewhere, and nowhere in the clear
_LONGEST, _LONGEST_ROUTE = 255, 200
_REFUSED = 400

Work = Callable[[], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Asked:
    """What one call asks for. `digest` tells its body from another's."""

    scope: str
    route: str
    key: str
    digest: str

    def lock_id(self) -> int:
        """A number for the database's lock: 64 bits, signed."""
        text = "\n".join((self.scope, self.route, self.key))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)


def once(view: APIView, request: Request, work: Work) -> HttpResponseBase:
    """The answer of `work`, or the stored one of the call that came first.

    Raises Invalid for a key that was used with another body, Conflict while the first is at work.
    """
    asked = _asked(request)
    if asked is None:
        return work()
    with transaction.atomic():
        if not _alone(asked):
            raise Conflict("The first call is still at work.", code="idempotency_in_progress")
        stored = IdempotencyKey.objects.filter(
            scope=asked.scope, route=asked.route, key=asked.key
        ).first()
        if stored is not None:
            return _again(stored, asked)
        response = _answered(view, work)
        _store(asked, response)
    return response


def _asked(request: Request) -> Asked | None:
    """None without the header. Reads the body: one that is refused unread stores nothing."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not (0 < len(key) <= _LONGEST and key.isascii() and key.isprintable()):
        raise ParseError(f"{HEADER} holds 1 to {_LONGEST} printable ASCII characters.")
    digest = hashlib.sha256(rfc8785.dumps(request.data)).hexdigest()
    return Asked(caller_of(request).scope, _route(request.path), key, digest)


def _route(path: str) -> str:
    """The path, or its hash where somebody made up a name that is too long to keep."""
    return path if len(path) <= _LONGEST_ROUTE else hashlib.sha256(path.encode()).hexdigest()


def _alone(asked: Asked) -> bool:
    """True if no other call with this key is at work. SQLite lets them in one by one anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [asked.lock_id()])
        return bool(cursor.fetchone()[0])


def _answered(view: APIView, work: Work) -> HttpResponseBase:
    """A refusal is an answer too. Whatever else is raised undoes the work and stores nothing."""
    try:
        return work()
    except (DomainError, APIException, Http404) as refusal:
        return view.handle_exception(refusal)


def _store(asked: Asked, response: HttpResponseBase) -> None:
    IdempotencyKey.objects.create(
        scope=asked.scope,
        route=asked.route,
        key=asked.key,
        body_hash=asked.digest,
        status_code=response.status_code,
        body=_body_of(response),
        created_at=clock.now(),
    )


def _body_of(response: HttpResponseBase) -> Any:
    if isinstance(response, Response):
        return {name: value for name, value in response.data.items() if name != SHOWN_ONCE}
    return json.loads(response.content) if isinstance(response, HttpResponse) else None


def _again(stored: IdempotencyKey, asked: Asked) -> HttpResponseBase:
    if stored.body_hash != asked.digest:
        raise Invalid(f"This {HEADER} was used with another body.", code="idempotency_mismatch")
    headers = {REPLAYED: "true"}
    if stored.status_code < _REFUSED:
        return Response(stored.body, stored.status_code, headers=headers)
    return HttpResponse(
        json.dumps(stored.body),
        status=stored.status_code,
        headers=headers,
        content_type="application/problem+json",
    )
