"""Being stopped as systemd does it with `KillMode=mixed`: SIGTERM to the main process alone, and
after a while SIGKILL to whatever of the service is left.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from uuid import uuid4

import httpx2

from tests import factories
from tests.fire.figures import Count, Figure, Measure
from tests.fire.hosts.brokers import Queue
from tests.fire.hosts.callers import Callers
from tests.fire.hosts.plant import Plant
from tests.fire.part import Scale, say
from tests.processes import eventually

LONG = 14.0  # seconds that a task takes; more than `up` gives the cluster of a demo
WAITING = 8


def figures(scale: Scale, plant: Plant, callers: Callers) -> Iterator[Figure]:
    """A host that does tasks, one that keeps time, a web host, and one that will not stop."""
    say("stopping")
    yield from tasks_finish(scale, plant)
    yield Measure("timers host stopped after SIGTERM", asked(plant, "D"), "s", 10)
    yield from answers_arrive(plant, callers)
    yield from whatever_is_left(plant)


def asked(plant: Plant, name: str) -> float:
    """SIGTERM to the main process; seconds until the host runs nothing more."""
    begun = monotonic()
    os.kill(plant.up[name], signal.SIGTERM)
    eventually(lambda: not gone(plant, name), f"the end of {name}")
    return monotonic() - begun


def gone(plant: Plant, name: str) -> list[int]:
    """What still runs on the host."""
    plant.reap()
    return plant.network[name].pids()


def tasks_finish(scale: Scale, plant: Plant) -> Iterator[Figure]:
    """Tasks that have begun come to their end."""
    plant.kill("E")
    plant.kill("F")
    queue = Queue(plant, "database", scale, settings="tests.fire.settings")
    queue.start()
    names = queue.put("stopping", 2, LONG)
    eventually(lambda: len(queue.started("stopping")) == len(names), "two tasks")
    took = asked(plant, "E")
    lost = len(names) - len(queue.done("stopping"))
    yield Count("running tasks cut short by SIGTERM", lost, len(names))
    yield Measure(f"tasks host stopped after SIGTERM, in tasks of {LONG:g} s", took, "s", LONG + 10)


def answers_arrive(plant: Plant, callers: Callers) -> Iterator[Figure]:
    """Requests that are being served get their answers."""
    address = plant.web_address("A")
    headers = {"Authorization": f"Bearer {callers.agent}", "Idempotency-Key": uuid4().hex}
    body = {"gate": "slow", "proposal": factories.PROPOSAL, "context": factories.CONTEXT}
    made = httpx2.post(f"{address}/api/v1/reviews/", json=body, headers=headers, timeout=20)
    made.raise_for_status()
    url = f"{address}/api/v1/reviews/{made.json()['id']}/wait/?seconds=5"
    with ThreadPoolExecutor(WAITING) as threads:
        waiting = [threads.submit(answered, url, callers.agent) for _ in range(WAITING)]
        sleep(2)
        took = asked(plant, "A")
        lost = sum(not answer.result() for answer in waiting)
    yield Count("requests in progress cut short by SIGTERM", lost, WAITING)
    yield Measure("web host stopped after SIGTERM, among requests of 5 s", took, "s", 15)


def answered(url: str, secret: str) -> bool:
    """True if the server answered."""
    try:
        answer = httpx2.get(url, headers={"Authorization": f"Bearer {secret}"}, timeout=20)
    except httpx2.TransportError:
        return False
    return answer.status_code == httpx2.codes.OK


def whatever_is_left(plant: Plant) -> Iterator[Figure]:
    """A cluster of which a process stands still never ends; then all of it is killed."""
    host = plant.network["C"]
    for pid in host.pids():
        if pid != plant.up["C"]:
            os.kill(pid, signal.SIGSTOP)
    os.kill(plant.up["C"], signal.SIGTERM)
    sleep(3)
    left = len(host.pids())
    host.kill()
    sleep(2)
    outlived = len(gone(plant, "C"))
    yield Count("processes that would not stop and outlived SIGKILL to all of them", outlived, left)
