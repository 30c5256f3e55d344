"""Submit and decide over HTTP, beside endpoints that store the same rows and ask nothing. One web
process as `up` starts it serves both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import islice
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Any

import psycopg

from tests.benchmarks.frame import Bench, Line, beside, measure
from tests.benchmarks.site import served
from tests.benchmarks.stock import CUSTOMER, FIELDS, gate_slug, team_slug
from tests.fire.system import System

OURS, FLOOR = "/api/v1/reviews/", "/floor/reviews/"
CONCURRENCY = (1, 8)
COUNTED = 50  # calls whose statements are counted
# Not of the call: Django's look whether the connection is alive, and the checks of foreign keys
# that the database makes itself as it commits.
NOT_SENT = ("SELECT $1", "%FROM ONLY%FOR KEY SHARE%", "%pg_stat_statements%")

Call = tuple[str, bytes]  # path and body


@dataclass(frozen=True, slots=True)
class Client:
    """Callers who use one key."""

    port: int
    secret: str
    expected: int

    def per_second(self, calls: Sequence[Call], callers: int) -> float:
        """How many of the calls are answered in a second, over connections that are open."""
        waiting: SimpleQueue[Call] = SimpleQueue()
        for call in calls:
            waiting.put(call)
        with ExitStack() as stack, ThreadPoolExecutor(callers) as pool:
            connections = [stack.enter_context(self._connected()) for _ in range(callers)]
            begun = perf_counter()
            list(pool.map(lambda connection: self._work(connection, waiting), connections))
            return len(calls) / (perf_counter() - begun)

    def _connected(self) -> closing[HTTPConnection]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.connect()
        return closing(connection)

    def _work(self, connection: HTTPConnection, waiting: SimpleQueue[Call]) -> None:
        with suppress(Empty):
            while True:
                self._call(connection, *waiting.get_nowait())

    def _call(self, connection: HTTPConnection, path: str, body: bytes) -> None:
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != self.expected:
            raise AssertionError(f"{path} answered {answer.status}: {said[:500]!r}")


@dataclass
class Desk:
    """A gate, a caller who submits to it, and one who decides."""

    team: int
    agent: Client
    reviewer: Client
    pending: Iterator[str]

    def submissions(self, at: str, count: int) -> list[Call]:
        """Proposals that nobody has made before."""
        body = FIELDS | {"gate": gate_slug(0)}
        body["context"] = {
            "order_details": "One lamp",
            "customer_history": CUSTOMER,
            "refund_reason": "Broken on arrival",
        }
        if at == FLOOR:
            body |= {"team": self.team}
            del body["metadata"]
        return [
            (at, json.dumps(body | {"proposal": {"amount": 120, "order": f"A-{n}"}}).encode())
            for n in range(count)
        ]

    def decisions(self, at: str, count: int) -> list[Call]:
        """Approvals of reviews that wait."""
        body = json.dumps({"verdict": "approve"}).encode()
        return [(f"{at}{pk}/decide/", body) for pk in islice(self.pending, count)]


def run(bench: Bench) -> Iterator[Line]:
    """Rates and statements of both."""
    with bench.copy(bench.many) as url, served(url) as system:
        desk = _opened(system)
        yield from _statements(desk, url)
        for callers in CONCURRENCY:
            yield _line(bench, desk, "submit", callers)
            yield _line(bench, desk, "decide", callers)


def _line(bench: Bench, desk: Desk, what: str, callers: int) -> Line:
    count = bench.times(200)
    client, calls = _how(desk, what)
    ours, floor = beside(
        lambda: client.per_second(calls(OURS, count), callers),
        lambda: client.per_second(calls(FLOOR, count), callers),
    )
    name = f"{what} over HTTP, {callers} at once"
    return Line(name, ours, floor, "/s", least=0.8, n=count)


def _how(desk: Desk, what: str) -> tuple[Client, Any]:
    if what == "submit":
        return desk.agent, desk.submissions
    return desk.reviewer, desk.decisions


def _statements(desk: Desk, url: str) -> Iterator[Line]:
    """As PostgreSQL counts them, with BEGIN and COMMIT."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    for what in ("submit", "decide"):
        client, calls = _how(desk, what)
        for at, limit in ((OURS, 10), (FLOOR, None)):
            client.per_second(calls(at, 5), 1)
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("SELECT pg_stat_statements_reset()")
                client.per_second(calls(at, COUNTED), 1)
                found = _sent(connection)
            name = f"{what}{' of the floor' * (at == FLOOR)}: statements with BEGIN, COMMIT"
            yield Line(name, [found / COUNTED], unit="", most=limit, n=COUNTED)


def _sent(connection: psycopg.Connection) -> int:
    row = connection.execute(
        "SELECT sum(calls) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid "
        "WHERE datname = current_database() AND NOT query LIKE ANY(%s)",
        [list(NOT_SENT)],
    ).fetchone()
    return int(row[0]) if row else 0


def _opened(system: System) -> Desk:
    from gates.models import ApiKey, Team  # noqa: PLC0415 (models, after the set-up)
    from reviews.models import Review  # noqa: PLC0415
    from tests.factories import personal_key, secret_of, user  # noqa: PLC0415

    team = Team.objects.get(slug=team_slug(0))
    agent = secret_of(ApiKey.objects.filter(all_gates=True).earliest("pk"))
    reviewer = secret_of(personal_key(user("ann_00")))
    waiting = Review.objects.pending().filter(team=team, level=0).values_list("pk", flat=True)
    return Desk(
        team.pk,
        Client(system.port, agent, 201),
        Client(system.port, reviewer, 200),
        map(str, waiting.order_by("?")[:20_000]),
    )


if __name__ == "__main__":
    measure(run)
