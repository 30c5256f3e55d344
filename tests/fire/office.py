"""A gate with its people in a system's database, callers that use it, and what they were told."""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, TypeGuard
from uuid import uuid4

import django
import httpx2

if TYPE_CHECKING:
    from tests.fire.system import System

RETRY = 0.2  # seconds until a caller who got no answer asks again


def use(system: System) -> None:
    """Let this process use the database of the system. Once per process, before any model."""
    os.environ.update(system.environment())
    os.environ.pop("FIRE_FAULTS", None)
    django.setup()
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # or each call is a line


@dataclass
class Ledger:
    """What callers were told: the id of what they submitted, the verdict that was taken. Keyed by
    external id.
    """

    submitted: dict[str, str] = field(default_factory=dict)
    decided: dict[str, str] = field(default_factory=dict)
    unexpected: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)


@dataclass
class Office:
    """Secrets of the callers, by the names of their gates."""

    address: str
    agent: str
    reviewer: str
    gates: tuple[str, ...]

    def call(self, client: httpx2.Client, path: str, key: str, body: Any) -> httpx2.Response | None:
        """POST, once per idempotency key however often it takes; None if nobody answered."""
        secret = self.reviewer if path.endswith("decide/") else self.agent
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": key}
        try:
            answer = client.post(f"{self.address}/api/v1/{path}", json=body, headers=headers)
        except httpx2.TransportError:
            return None
        at_work = answer.status_code == 409 and answer.json()["code"] == "idempotency_in_progress"
        return None if at_work or answer.status_code >= 500 else answer


def opened(address: str, **timeouts: int) -> Office:
    """Gates `quick` (times out after 2 s), `slow` (an hour) and `held` (released after 1 s), each
    with the same two people.
    """
    from gates.policy import Step  # noqa: PLC0415 (after `use`)
    from tests import factories  # noqa: PLC0415

    short = {"undo_window": 0, "lease": 60} | factories.ONE_LEVEL
    desks = {
        "quick": short | {"steps": (Step("support_team", timeouts.get("quick", 2)),)},
        "slow": short | {"steps": (Step("support_team", 3600),)},
        "held": short | {"steps": (Step("support_team", 3600),), "undo_window": 1},
    }
    made = {slug: factories.desk(slug=slug, **fields) for slug, fields in desks.items()}
    agent = factories.key(*(desk.gate for desk in made.values()), name="load")
    reader = factories.personal_key(made["slow"].reviewer)
    secrets = factories.secret_of(agent), factories.secret_of(reader)
    return Office(address, *secrets, tuple(made))


@contextmanager
def busy(office: Office, *, callers: int = 4, pause: float = 0.02) -> Iterator[Ledger]:
    """Callers submit to every gate, and decide what is not `quick`, until the block ends. Each
    repeats what it got no answer to, with the same idempotency key.
    """
    ledger, over = Ledger(), Event()
    threads = [Thread(target=_work, args=(office, ledger, over, pause)) for _ in range(callers)]
    for thread in threads:
        thread.start()
    try:
        yield ledger
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _work(office: Office, ledger: Ledger, over: Event, pause: float) -> None:
    from tests import factories  # noqa: PLC0415 (models, after `use`)

    with httpx2.Client(timeout=20) as client:
        while not over.is_set():
            gate, case = random.choice(office.gates), uuid4().hex  # noqa: S311
            body = {
                "gate": gate,
                "proposal": factories.PROPOSAL | {"order": case},
                "context": factories.CONTEXT,
                "external_id": case,
                "callback_url": "https://agent.example.com/hooks",
            }
            _submit_and_decide(office, client, ledger, gate, case, body)
            time.sleep(pause)


def _submit_and_decide(
    office: Office, client: httpx2.Client, ledger: Ledger, gate: str, case: str, body: Any
) -> None:
    answer = _insist(office, client, "reviews/", f"submit-{case}", body)
    if not _as_expected(answer, ledger, 201):
        return
    found = answer.json()["id"]
    with ledger.lock:
        ledger.submitted[case] = found
    if gate == "quick":
        return
    verdict = random.choice(("approve", "reject"))  # noqa: S311
    said = {"verdict": verdict, "reasons": ["fraud"] if verdict == "reject" else []}
    answer = _insist(office, client, f"reviews/{found}/decide/", f"decide-{case}", said)
    if _as_expected(answer, ledger, 200):
        with ledger.lock:
            ledger.decided[case] = verdict


def _insist(
    office: Office, client: httpx2.Client, path: str, key: str, body: Any
) -> httpx2.Response | None:
    """The answer, however long it takes; None if none came in two minutes."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        answer = office.call(client, path, key, body)
        if answer is not None:
            return answer
        time.sleep(RETRY)
    return None


def _as_expected(
    answer: httpx2.Response | None, ledger: Ledger, status: int
) -> TypeGuard[httpx2.Response]:
    if answer is not None and answer.status_code == status:
        return True
    said = "nothing" if answer is None else f"{answer.status_code} {answer.text[:300]}"
    with ledger.lock:
        ledger.unexpected.append(said)
    return False
