"""Every address of the project, and one call of it by one visitor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.factories import at
from tests.rights.world import NOW, ROLES, World

# One letter for each answer.
SIGN_IN, ON = "s", ">"
LETTERS = {200: ".", 201: "+", 302: ON, 400: "m", 401: "u", 403: "x", 404: "0", 405: "w"}
LETTERS |= {409: "c", 410: "l", 411: "t", 422: "i", 500: "!", 503: "z"}
# How the columns stand together: nobody; those of teams; those with other roles; keys; who left.
GROUPS = (1, 5, 5, 4, 2)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Call:
    """One way to use an address. `of` is the thing in it, `body` what a form or program sends."""

    method: str
    name: str
    of: str = "pending"
    body: dict[str, Any] = field(default_factory=dict, hash=False)
    move: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.method, self.name, self.of, self.move)))


def every_address() -> Iterator[tuple[str, URLPattern]]:
    """Each pattern with its name; with its route, where it has none."""
    yield from _walk(get_resolver(), "", "")


def _walk(resolver: URLResolver, route: str, space: str) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        here = f"{route}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from _walk(entry, here, f"{entry.namespace}:" if entry.namespace else space)
        else:
            yield (f"{space}{entry.name}" if entry.name else here), entry


def address(call: Call, made: World) -> str:
    """Where the call goes."""
    thing = made.things.get(call.of)
    if call.name.startswith("/"):
        return call.name.replace("<pk>", str(getattr(thing, "pk", "")))
    pattern = dict(every_address())[call.name].pattern
    known = {
        "review_id": getattr(thing, "pk", None),
        "condition_id": getattr(thing, "pk", None),
        "object_id": getattr(thing, "pk", None),
        "id": getattr(thing, "pk", None),
        "secret": thing,
        "team": "support_team",
        "slug": "refund",
        "move": call.move,
        "app_label": "gates",
    }
    return reverse(call.name, kwargs={name: known[name] for name in pattern.converters or
                                      getattr(pattern, "regex").groupindex})


def answer(call: Call, made: World, client: Client, where: str) -> HttpResponse:
    """What the visitor gets. Nothing of it stays."""
    cache.clear()
    body = {name: say(made) if callable(say) else say for name, say in call.body.items()}
    json = "application/json" if where.startswith("/api/") else ""
    with at(NOW), transaction.atomic():
        kind: dict[str, Any] = {"content_type": json} if json and call.method != "GET" else {}
        found: HttpResponse = getattr(client, call.method.lower())(where, body, **kind)
        transaction.set_rollback(True)
    return found


def letter(response: HttpResponse) -> str:
    """The answer's letter."""
    if response.status_code == 302 and "/login/?next=" in response["Location"]:
        return SIGN_IN
    return LETTERS.get(response.status_code, f"({response.status_code})")


def row(call: Call, made: World) -> str:
    """The letters of everybody, in the order of the tables."""
    where = address(call, made)
    return grouped([letter(answer(call, made, made.visitor(role), where)) for role in (ROLES)])


def grouped(letters: list[str]) -> str:
    """Letters with the gaps of the tables."""
    parts, left = [], list(letters)
    for size in GROUPS:
        parts.append("".join(left[:size]))
        left = left[size:]
    return " ".join(parts)


def unknown() -> str:
    """An id of nothing."""
    return str(uuid4())
