"""How long it takes to heal, and what callers are told meanwhile. After `office.use`."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from threading import Event, Thread
from uuid import uuid4

import httpx2
from django.db import Error, connection

from reviews.models import Heartbeat
from tests import factories
from tests.fire import truth
from tests.fire.figures import Count, Figure, Measure
from tests.fire.office import Ledger, Office
from tests.fire.part import say
from tests.fire.system import System

LIMIT = 60.0  # seconds
ASKING = 0.1  # seconds between a prober's calls
GLANCE = 0.1  # seconds


@dataclass
class Healing:
    """How long it took, each time."""

    installed: System
    ledger: Ledger
    took: list[float] = field(default_factory=list)

    def wait(self, what: str) -> None:
        """Until it is healthy, a sweep has run, and a submission and a verdict were taken."""
        begun, asked = time.monotonic(), datetime.now(UTC)
        before = len(self.ledger.submitted), len(self.ledger.decided)

        def healed() -> bool:
            now = len(self.ledger.submitted), len(self.ledger.decided)
            worked = now[0] > before[0] and now[1] > before[1]
            return worked and self.installed.healthy() and swept_since(asked)

        self.took.append(time.monotonic() - begun if until(healed, 2 * LIMIT) else inf)
        say(f"{what}: healed after {self.took[-1]:.1f} s")

    def figures(self, what: str) -> Iterator[Figure]:
        """Of all times, and what the database says in the end. When the load has ended."""
        late = sum(seconds > LIMIT for seconds in self.took)
        yield Count(f"{what}: not healed within {LIMIT:g} s", late, len(self.took))
        yield Measure(f"{what}: longest time to heal", max(self.took), "s", LIMIT)
        begun = time.monotonic()
        until(lambda: _overdue() == 0, LIMIT)
        yield Measure(f"{what}: due reviews not applied in the end", _overdue(), "reviews", 0)
        say(f"all that is due was applied {time.monotonic() - begun:.1f} s after the last call")
        yield from (_named(what, figure) for figure in truth.figures(self.ledger))


@dataclass
class Answers:
    """What a prober was told."""

    seen: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    unwell: int = 0  # how often /healthz said so

    def note(self, answer: httpx2.Response) -> None:
        """Taken, refused with a reason that programs can read, or odd."""
        kind, _, _ = answer.headers.get("Content-Type", "").partition(";")
        typed = kind == "application/problem+json" and "code" in answer.json()
        told = typed or (kind == "application/json" and answer.status_code in {200, 201, 503})
        self.unwell += answer.request.url.path == "/healthz" and answer.status_code == 503
        code = answer.json().get("code", "") if told else "?"
        self.seen[f"{answer.status_code} {code}".strip()] += 1
        if not told or 400 <= answer.status_code < 500:
            self.odd.append(f"{answer.status_code} {answer.text[:200]}")

    def figures(self, what: str) -> Iterator[Figure]:
        """How often an answer was not clean."""
        say(f"{what}: {dict(self.seen)} {self.odd[:3]}")
        yield Count(f"{what}: answers that are none or not typed", len(self.odd), self.seen.total())


@contextmanager
def probed(office: Office, ledger: Ledger, answers: Answers) -> Iterator[None]:
    """Somebody submits and asks for health, and repeats nothing, until the block ends."""
    over = Event()
    thread = Thread(target=_probe, args=(office, ledger, answers, over))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def until(check: Callable[[], bool], patience: float) -> bool:
    """True as soon as the check is, False if it never was."""
    end = time.monotonic() + patience
    while not (found := check()) and time.monotonic() < end:
        time.sleep(GLANCE)
    return found


def _probe(office: Office, ledger: Ledger, answers: Answers, over: Event) -> None:
    headers = {"Authorization": f"Bearer {office.agent}"}
    with httpx2.Client(base_url=office.address, timeout=30) as client:
        while not over.is_set():
            case = uuid4().hex
            body = {
                "gate": "slow",
                "proposal": factories.PROPOSAL | {"order": case},
                "context": factories.CONTEXT,
                "external_id": case,
            }
            try:
                answers.note(client.get("/healthz"))
                answer = client.post("/api/v1/reviews/", json=body, headers=headers)
            except httpx2.TransportError as error:
                answers.seen["no answer"] += 1
                answers.odd.append(repr(error))
                continue
            answers.note(answer)
            if answer.status_code == 201:
                with ledger.lock:
                    ledger.submitted[case] = answer.json()["id"]
            time.sleep(ASKING)


def swept_since(instant: datetime) -> bool:
    """True if a cluster's pulse is younger; False, too, where nobody can tell."""
    connection.close()
    try:
        return Heartbeat.objects.filter(sweeps=True, at__gt=instant).exists()
    except Error:
        return False


def _overdue() -> int:
    connection.close()
    try:
        return truth.overdue(1)
    except Error:
        return -1


def _named(what: str, figure: Figure) -> Figure:
    return (
        Count(f"{what}: {figure.what}", figure.bad, figure.n)
        if isinstance(figure, Count)
        else figure
    )
