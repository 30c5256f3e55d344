"""Queues with few and with many reviews, and their first page beside one at 60 % of their depth:
the workspace's, the admin's, the API's, read over HTTP as people and agents read them.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import quote, urlencode

from tests.benchmarks.frame import Bench, Line, beside, measure
from tests.benchmarks.site import served
from tests.benchmarks.stock import team_slug
from tests.fire.system import System

READ = 15  # times in a round, of which the median counts
MOST = 1.3
DEPTH = 0.6

Pages = dict[str, "Page"]


@dataclass(frozen=True, slots=True)
class Page:
    """A list in one installation, and where it is deep. `said` is what a caller sends along."""

    port: int
    said: dict[str, str]
    first: str
    deep: str

    def reading(self, address: str, times: int) -> Callable[[], float]:
        """Milliseconds until it is read, as a round."""
        return lambda: self._read(address, times)

    def _read(self, address: str, times: int) -> float:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        took = []
        for _ in range(times + 1):
            begun = perf_counter()
            connection.request("GET", address, headers=self.said)
            answer = connection.getresponse()
            said = answer.read()
            took.append((perf_counter() - begun) * 1000)
            if answer.status != 200:
                raise AssertionError(f"{address} answered {answer.status}: {said[:500]!r}")
        connection.close()
        return median(took[1:])


def run(bench: Bench) -> Iterator[Line]:
    """On PostgreSQL; and on SQLite, which nobody runs with a million."""
    yield from _compared(bench, "", bench.few, bench.many, bench.stock)
    yield from _compared(bench, "SQLite: ", bench.few, bench.times(100_000), bench.file)


def _compared(
    bench: Bench, prefix: str, few: int, many: int, stock: Callable[[int], str]
) -> Iterator[Line]:
    times = bench.times(READ)
    with ExitStack() as stack:
        small, large = (_site(stack, stock(count)) for count in (few, many))
        for name, page in large.items():
            one, other = page.reading(page.first, times), small[name]
            floor = other.reading(other.first, times)
            what = f"{prefix}{name}, {many:,} beside {few:,}"
            yield Line(what, *beside(one, floor), most=MOST, n=times)
            deep = page.reading(page.deep, times)
            what = f"{prefix}{name}, at {DEPTH:.0%} beside first page"
            yield Line(what, *beside(deep, one), most=MOST, n=times)


def _site(stack: ExitStack, url: str) -> Pages:
    """Its pages. Its people are signed in for a day."""
    system = stack.enter_context(served(url))
    alias = _alias(url)
    member = _signed_in(alias, "ann_00")
    auditor = _signed_in(alias, "auditor")
    key = {"Authorization": f"Bearer {_secret(alias)}"}
    queue, admin, api = f"/queues/{team_slug(0)}/", "/admin/reviews/review/", "/api/v1/reviews/"
    deep = f"{queue}?{urlencode({'after': _place(alias)})}"
    return {
        "queue of the workspace": Page(system.port, member, queue, deep),
        "queue of the admin": Page(system.port, auditor, admin, f"{admin}?p={_number(alias)}"),
        "list of the API, of a key": _listed(system, alias, key, api),
        "list of the API, of a person": _listed(system, alias, member, api),
    }


def _listed(system: System, alias: str, said: dict[str, str], address: str) -> Page:
    return Page(system.port, said, address, f"{address}?cursor={_cursor(alias)}")


def _alias(url: str) -> str:
    """Let this process read and write the database that its environment names now, too."""
    from django.db import connections  # noqa: PLC0415

    from hitl_project.databases import database  # noqa: PLC0415
    from hitl_project.settings import BASE_DIR  # noqa: PLC0415

    found = connections.configure_settings({"default": database(BASE_DIR)})
    connections.settings[url] = found["default"]
    return url


def _signed_in(alias: str, username: str) -> dict[str, str]:
    """The cookie of a person whom the admin lets in, too."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY  # noqa: PLC0415
    from django.contrib.auth import SESSION_KEY as ID_KEY  # noqa: PLC0415
    from django.contrib.auth.models import Permission, User  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from django.contrib.sessions.models import Session  # noqa: PLC0415

    person = User.objects.using(alias).get(username=username)
    person.is_staff = True
    person.save(using=alias)
    sees = Permission.objects.using(alias).get(codename="view_review")
    person.user_permissions.add(sees)
    backend = "django.contrib.auth.backends.ModelBackend"
    known = {ID_KEY: str(person.pk), BACKEND_SESSION_KEY: backend}
    known[HASH_SESSION_KEY] = person.get_session_auth_hash()
    Session(
        session_key=f"bench{username:_<27}",
        session_data=SessionStore().encode(known),
        expire_date=datetime.now(UTC) + timedelta(days=1),
    ).save(using=alias)
    return {"Cookie": f"sessionid=bench{username:_<27}"}


def _secret(alias: str) -> str:
    from gates.models import ApiKey  # noqa: PLC0415

    key = ApiKey.objects.using(alias).filter(all_gates=True).earliest("pk")
    secret = ApiKey.objects.assign_key(key)
    key.save(using=alias)
    return secret


def _waiting(alias: str) -> Any:
    from reviews.models import Review  # noqa: PLC0415

    rows = Review.objects.using(alias)
    return rows.filter(team__slug=team_slug(0), status="pending").in_queue_order()


def _place(alias: str) -> str:
    """Where a deep page of the busiest team's queue begins."""
    from reviews.queries.lists import Place  # noqa: PLC0415

    rows = _waiting(alias)
    row = rows[int(rows.count() * DEPTH)]
    return str(Place(row.priority, row.due_at, row.pk))


def _number(alias: str) -> int:
    """The admin shows the first rows of a long list only, so that this is of what it shows."""
    from gates.admin.base import PER_PAGE, CappedPaginator  # noqa: PLC0415
    from reviews.models import Review  # noqa: PLC0415

    rows = Review.objects.using(alias).filter(status="pending").count()
    return max(1, int(min(rows, CappedPaginator.CAP) * DEPTH / PER_PAGE))


def _cursor(alias: str) -> str:
    from reviews.models import Review  # noqa: PLC0415

    rows = Review.objects.using(alias).order_by("-id")
    key = rows.values_list("pk", flat=True)[int(rows.count() * DEPTH)]
    return quote(b64encode(urlencode({"p": str(key)}).encode()).decode())


if __name__ == "__main__":
    measure(run)
