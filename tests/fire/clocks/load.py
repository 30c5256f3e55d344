"""Callers that go on while clocks are stepped: they submit twice with one key, wait for the end,
and knock without a key.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, Lock, Thread
from uuid import uuid4

import httpx2

from tests.fire.figures import Count, Figure, Measure
from tests.fire.office import Office

CONTEXT = {"order_details": "-", "customer_history": "-", "refund_reason": "-"}
WAIT = 8  # seconds that a caller waits for a review whose gate gives it 2
TIMELY = 4.0  # seconds more than its time within which a waiter hears of it
KNOCKS, ALLOWED = 65, 30  # calls without a key; how many of them a minute takes
CREATED, OK, UNKNOWN, TOO_MANY = 201, 200, 401, 429


@dataclass
class Told:
    """What callers were told."""

    submitted: int = 0
    pairs: int = 0
    differing: int = 0
    waits: int = 0
    unheard: int = 0
    longest: float = 0.0  # seconds that a waiter waited
    unexpected: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def figures(self) -> Iterator[Figure]:
        """What must hold of it."""
        yield Count("answers that nobody expects", len(self.unexpected), self.submitted)
        yield Count(
            "submissions repeated with their key that made another", self.differing, self.pairs
        )
        yield Count("waiters that did not hear of the end in time", self.unheard, self.waits)
        yield Measure("longest wait of 8 s", self.longest, "s", WAIT + TIMELY)


@contextmanager
def callers(offices: list[Office], ahead: Callable[[], timedelta], *, each: int) -> Iterator[Told]:
    """So many callers of each office until the block ends. What a step of the clock cuts in two is
    not counted, but must end.
    """
    told, over = Told(), Event()
    threads = [Thread(target=_work, args=(office, ahead, told, over)) for office in offices * each]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _work(office: Office, ahead: Callable[[], timedelta], told: Told, over: Event) -> None:
    with httpx2.Client(timeout=WAIT + 20) as client:
        while not over.is_set():
            try:
                _round(office, client, ahead, told)
            except (httpx2.TransportError, KeyError) as error:
                with told.lock:
                    told.unexpected.append(repr(error))


def _round(
    office: Office, client: httpx2.Client, ahead: Callable[[], timedelta], told: Told
) -> None:
    before, case = ahead(), uuid4().hex
    proposal = {"amount": 120, "order": case}
    hook = "https://agent.example.com/hooks"
    body = {"gate": "quick", "proposal": proposal, "context": CONTEXT}
    body |= {"callback_url": hook, "external_id": case}
    answers = [office.call(client, "reviews/", case, body) for _ in range(2)]
    codes = [answer.status_code if answer else 0 for answer in answers]
    ids = {answer.json().get("id") for answer in answers if answer}
    same = before == ahead()
    with told.lock:
        told.submitted += 1
        told.unexpected += [f"submit {code}" for code in codes if code != CREATED]
        told.pairs += same
        told.differing += same and len(ids) > 1
    _wait(office, client, str(ids.pop()), told, lambda: before == ahead())


def _wait(
    office: Office, client: httpx2.Client, review: str, told: Told, whole: Callable[[], bool]
) -> None:
    begun = time.monotonic()
    headers = {"Authorization": f"Bearer {office.agent}"}
    path = f"{office.address}/api/v1/reviews/{review}/wait/?seconds={WAIT}"
    answer = client.get(path, headers=headers)
    took = time.monotonic() - begun
    with told.lock:
        if answer.status_code != OK:
            told.unexpected.append(f"wait {answer.status_code}")
        elif whole():
            told.waits += 1
            told.unheard += answer.json()["status"] != "closed"
        told.longest = max(told.longest, took)


def knocks(address: str) -> Count:
    """Calls without a key, more than two minutes' worth: some are refused, for a minute at most."""
    refused = wrong = 0
    with httpx2.Client(timeout=20) as client:
        for _ in range(KNOCKS):
            answer = client.get(f"{address}/api/v1/reviews/")
            late = float(answer.headers.get("Retry-After", 0))
            refused += answer.status_code == TOO_MANY
            wrong += answer.status_code not in {UNKNOWN, TOO_MANY} or late > 60
    wrong += refused < KNOCKS - 2 * ALLOWED
    return Count("calls without a key that the throttle took wrongly", wrong, KNOCKS)
