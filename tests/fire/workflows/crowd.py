"""Callers who start runs, decide what waits for a person, and confirm what was asked, all over
HTTP, each as often as it takes to get an answer.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2

from tests.fire.office import RETRY, Office

CALLERS = 4
AMOUNTS = 50, 150  # what a policy lets pass, and what a person is asked about
VERDICTS = ("approve", "approve", "approve", "modify", "reject")
PATIENCE = 120.0  # seconds in which somebody must get an answer
OFTEN = "timeout: 5, retry: {attempts: 20, pause: 1, longest: 5}"
FLOW = """
workflows:
  fire_<gate>:
    start: price
    nodes:
      price: {action: fire_price, next: gate, <often>}
      gate: {human_gate: <gate>, on: {approved: pay, modified: pay, rejected: refused}}
      pay: {action: fire_pay, next: size, <often>}
      size: {branch: [{when: input.confirm, next: ask}], else: book}
      ask:
        condition: {text: You got the money, confirms: api, timeout: 86400}
        on: {met: book, denied: refused, expired: refused}
      book: {action: fire_book, next: done, <often>}
      done: {end: true}
      refused: {end: true}
""".replace("<often>", OFTEN)
GATES = {"now": 0, "later": 1}  # by their undo window: the web server closes, or the sweep


def opened(address: str) -> Office:
    """Two gates with the same people, each with a workflow of its own."""
    from gates.policy import Step, Triggers  # noqa: PLC0415 (after `office.use`)
    from tests import factories  # noqa: PLC0415

    asks = {
        "triggers": Triggers(stakes="proposal.amount > 100.0"),
        "options": ("approve", "modify", "reject"),
        "conditions": (),
        "steps": (Step("support_team", 86_400),),
        "lease": 60,
    }
    desks = [
        factories.desk(**factories.ONE_LEVEL | asks | {"slug": slug, "undo_window": window})
        for slug, window in GATES.items()
    ]
    publish()
    agent = factories.key(*(desk.gate for desk in desks), name="fire")
    reader = factories.personal_key(desks[0].reviewer)
    secrets = factories.secret_of(agent), factories.secret_of(reader)
    return Office(address, *secrets, tuple(GATES))


def publish() -> None:
    """The workflows of these gates, and the tables of their effects."""
    from gates import actors  # noqa: PLC0415 (after `office.use`)
    from gates.policyfile import read  # noqa: PLC0415
    from gates.transitions import workflows  # noqa: PLC0415
    from tests.fire.workflows import effects  # noqa: PLC0415

    effects.make_tables()
    for slug in GATES:
        (graph,) = read(FLOW.replace("<gate>", slug), "fire.yaml").workflows
        workflows.publish(graph, actor=actors.command("policy"))


@dataclass
class Crowd:
    """What was acknowledged: ids of runs by external id; and what nobody expects."""

    office: Office
    pool: ThreadPoolExecutor
    client: httpx2.Client
    started: dict[str, str] = field(default_factory=dict)
    called: int = 0
    unexpected: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def start(self, count: int) -> None:
        """So many runs, as soon as there is somebody to start them."""
        for _ in range(count):
            self.pool.submit(self._start, uuid4().hex)

    def look(self) -> None:
        """Have somebody answer what waits since the last look."""
        from reviews.models import Condition, Review  # noqa: PLC0415 (after `office.use`)

        asked = Review.objects.filter(status="pending").exclude(step=None)
        for pk in asked.values_list("pk", flat=True):
            self._once(str(pk), self._decide)
        for pk in Condition.objects.filter(status="open").values_list("pk", flat=True):
            self._once(str(pk), self._confirm)

    def _once(self, pk: str, work: Callable[[str], None]) -> None:
        if pk not in self.seen:
            self.seen.add(pk)
            self.pool.submit(work, pk)

    def _start(self, case: str) -> None:
        given = {
            "order": case,
            "amount": random.choice(AMOUNTS),  # noqa: S311
            "confirm": random.random() < 0.5,  # noqa: S311
        }
        path = f"workflows/fire_{random.choice(self.office.gates)}/runs/"  # noqa: S311
        answer = self._insist(path, f"start-{case}", {"input": given, "external_id": case})
        if self._as_expected(answer, 201):
            self.started[case] = answer["id"]

    def _decide(self, pk: str) -> None:
        verdict = random.choice(VERDICTS)  # noqa: S311
        body: dict[str, Any] = {"verdict": verdict}
        if verdict == "reject":
            body["reasons"] = ["fraud"]
        if verdict == "modify":
            body["proposal"] = self._proposal(pk) | {"amount": random.randint(1, 99)}  # noqa: S311
        self._as_expected(self._insist(f"reviews/{pk}/decide/", f"decide-{pk}", body), 200)

    def _confirm(self, pk: str) -> None:
        self._as_expected(self._insist(f"conditions/{pk}/confirm/", f"confirm-{pk}", {}), 200)

    def _proposal(self, pk: str) -> dict[str, Any]:
        from django.db import connection  # noqa: PLC0415 (after `office.use`)

        from reviews.models import Review  # noqa: PLC0415

        found: dict[str, Any] = Review.objects.values_list("proposal", flat=True).get(pk=pk)
        connection.close()
        return found

    def _insist(self, path: str, key: str, body: Any) -> dict[str, Any]:
        """The answer with its status, however long it takes; nothing if none came."""
        end = time.monotonic() + PATIENCE
        self.called += 1
        while time.monotonic() < end:
            answer = self.office.call(self.client, path, key, body)
            if answer is not None:
                found: dict[str, Any] = answer.json() | {"http": answer.status_code}
                return found
            time.sleep(RETRY)
        return {}

    def _as_expected(self, answer: dict[str, Any], status: int) -> bool:
        if answer.get("http") != status:
            self.unexpected.append(str(answer)[:300])
        return answer.get("http") == status


@contextmanager
def gathered(office: Office) -> Iterator[Crowd]:
    """Callers at work until the block ends."""
    with httpx2.Client(timeout=20) as client, ThreadPoolExecutor(CALLERS) as pool:
        try:
            yield Crowd(office, pool, client)
        finally:
            pool.shutdown(cancel_futures=True)
