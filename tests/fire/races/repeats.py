"""The same call a hundred times at once, with one idempotency key, over HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx2

from reviews.models import Decision, IdempotencyKey, Review
from tests import factories
from tests.factories import CONTEXT, ONE_LEVEL, PROPOSAL
from tests.fire.figures import Count, Figure, Measure
from tests.fire.part import say
from tests.races.line import Line, line

BUSY = (409, "idempotency_in_progress")


@dataclass
class Found:
    """What was wrong with so many bursts of so many answers."""

    bursts: int = 0
    answers: int = 0
    objects: int = 0
    stored: int = 0
    others: int = 0
    busy: int = 0
    seen: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Callers:
    """Connections of their own, each of a thread."""

    clients: Sequence[httpx2.Client]
    runners: Line

    def burst(self, path: str, secret: str, key: str, body: Any) -> list[httpx2.Response]:
        """Everybody's answer, and that to one more call afterwards."""
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": key}

        def call(client: httpx2.Client) -> httpx2.Response:
            return client.post(f"/api/v1/{path}", json=body, headers=headers)

        calls = [lambda client=client: call(client) for client in self.clients]
        return [*(done.result() for done in self.runners.race(*calls)), call(self.clients[0])]


def figures(address: str, bodies: int, *, calls: int) -> Iterator[Figure]:
    """So many submissions, and as many verdicts on what was submitted."""
    desk = factories.desk(**ONE_LEVEL | {"slug": "repeats"})
    agent = factories.secret_of(desk.key)
    reviewer = factories.secret_of(factories.personal_key(desk.reviewer))
    found = Found()
    with ExitStack() as stack:
        clients = [
            stack.enter_context(httpx2.Client(base_url=address, timeout=60)) for _ in range(calls)
        ]
        callers = Callers(clients, stack.enter_context(line(calls)))
        for number in range(bodies):
            case = f"case-{number}"
            body = {
                "gate": "repeats",
                "proposal": PROPOSAL | {"order": case},
                "context": CONTEXT,
                "external_id": case,
            }
            answers = callers.burst("reviews/", agent, case, body)
            made = Review.objects.filter(external_id=case)
            _judge(found, answers, 201, case, made.count())
            path = f"reviews/{made[0].pk}/decide/"
            answers = callers.burst(path, reviewer, case, {"verdict": "approve"})
            _judge(found, answers, 200, case, Decision.objects.filter(review=made[0]).count())
    say(f"answers: {dict(found.seen)}")
    yield Count("calls sent at once that made not one object", found.objects, found.bursts)
    yield Count("calls without one stored answer", found.stored, found.bursts)
    yield Count("answers neither that one nor at work", found.others, found.answers)
    yield Measure("answers that said: still at work", found.busy, f"of {found.answers:,}")


def _judge(
    found: Found, answers: Sequence[httpx2.Response], status: int, key: str, made: int
) -> None:
    *_, last = answers
    route = last.request.url.path
    found.bursts += 1
    found.answers += len(answers)
    found.objects += made != 1
    found.stored += IdempotencyKey.objects.filter(key=key, route=route).count() != 1
    found.others += last.headers.get("Idempotent-Replayed") != "true"
    for answer in answers:
        found.seen[f"{answer.status_code} {answer.json().get('code', '')}"] += 1
        if (answer.status_code, answer.json().get("code")) == BUSY:
            found.busy += 1
        elif answer.status_code != status or answer.json() != last.json():
            found.others += 1
