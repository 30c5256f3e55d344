"""Every address of the project, and one call of it by one visitor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache as once
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from gates.models import Event
from tests.factories import at
from tests.rights.world import NOW, ROLES, World

# One letter for each answer. `s`: sign in first, `>`: to another page, `-`: that, and nothing done.
SIGN_IN, NOTHING = "s", "-"
LETTERS = {200: ".", 201: "+", 302: ">", 401: "u", 403: "x", 404: "0", 405: "w"}
LETTERS |= {409: "c", 410: "l", 422: "i", 503: "z"}
# How the columns stand together: nobody; those of teams; those with other roles; keys; who left.
GROUPS = (1, 5, 5, 4, 2)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
UNNAMED = {"api/v1/ view": "/api/v1/", "api/v1/ no_such_call": "/api/v1/nothing/"}


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


@once
def every_address() -> dict[str, URLPattern]:
    """Each pattern by its name; by its route and view, where it has none."""
    found = list(_walk(get_resolver(), "", ""))
    assert len(dict(found)) == len(found), "two addresses have one name"
    return dict(found)


def _walk(resolver: URLResolver, route: str, space: str) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        here = f"{route}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from _walk(entry, here, f"{entry.namespace}:" if entry.namespace else space)
        else:
            yield (f"{space}{entry.name}" if entry.name else _unnamed(here, entry)), entry


def _unnamed(route: str, entry: URLPattern) -> str:
    return f"{route} {getattr(entry.callback, '__name__', '')}"


def address(call: Call, made: World) -> str:
    """Where the call goes."""
    if call.name in UNNAMED:
        return UNNAMED[call.name]
    thing = made.things.get(call.of)
    known = {
        "secret": thing,
        "team": "support_team",
        "slug": "refund",
        "move": call.move,
        "app_label": "gates",
    }
    pattern: Any = every_address()[call.name].pattern
    names = getattr(pattern, "converters", None) or pattern.regex.groupindex
    return reverse(
        call.name, kwargs={name: known.get(name, getattr(thing, "pk", None)) for name in names}
    )


def answer(call: Call, made: World, client: Client) -> Any:
    """What the visitor gets; `done` says whether it left a trace. Nothing of it stays."""
    cache.clear()
    where = address(call, made)
    body = {name: said(made) if callable(said) else said for name, said in call.body.items()}
    program = where.startswith("/api/") and call.method != "GET"
    kind = {"content_type": "application/json"} if program else {}
    with at(NOW), transaction.atomic():
        before = Event.objects.count()
        found: Any = getattr(client, call.method.lower())(where, body, **kind)
        found.done = Event.objects.count() > before
        transaction.set_rollback(True)
    return found


def letter(response: Any) -> str:
    """The answer's letter."""
    if response.status_code == 302 and "/login/?next=" in response["Location"]:
        return SIGN_IN
    return LETTERS.get(response.status_code, f"({response.status_code})")


def row(call: Call, made: World) -> str:
    """The letters of everybody, in the order of the tables."""
    return grouped(letter(answer(call, made, made.visitor(role))) for role in ROLES)


def grouped(letters: Iterable[str], groups: Iterable[int] = GROUPS) -> str:
    """Letters with the gaps of the tables."""
    left, parts = list(letters), []
    for size in groups:
        parts.append("".join(left[:size]))
        left = left[size:]
    return " ".join(parts)
