"""Runs of workflows in a second, and the time from a decision to the next node, with either broker.
Beside them a bare outbox: a row for each task, written with what it follows from, and as many
workers who do nothing.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import psycopg
import redis

from tests.benchmarks.floor import outbox
from tests.benchmarks.frame import Bench, Line, beside, measure
from tests.benchmarks.http import Client
from tests.benchmarks.site import SECRET, SETTINGS
from tests.fire.office import use
from tests.fire.system import System
from tests.fire.workflows.store import redis_server
from tests.processes import eventually

RUNS, DECISIONS, ROUNDS, CALLERS, WORKERS = 300, 200, 3, 8, 2
PACES = {"one at a time": 0.0, "20/s": 20.0}
SHARES = {"p50": 0.5, "p99": 0.99}
FLOWS = """
workflows:
  bench_pass:
    start: propose
    nodes:
      propose: {action: bench_hand_on, next: gate}
      gate: {human_gate: bench_runs, on: {approved: act, rejected: done}}
      act: {action: bench_note, next: done}
      done: {end: true}
  bench_ask:
    start: gate
    nodes:
      gate: {human_gate: bench_runs, on: {approved: act, rejected: done}}
      act: {action: bench_note, next: done}
      done: {end: true}
"""
PASSES, ASKS = 50, 150  # amounts

Begin = Callable[[], tuple[str, float]]  # decides; what begins by that, and when it was answered


@dataclass
class Trace:
    """When what was decided began."""

    path: Path
    at: int = 0
    seen: dict[str, float] = field(default_factory=dict)

    def has(self, *names: str) -> bool:
        """True if all of these have begun."""
        with self.path.open("a+") as file:
            file.seek(self.at)
            for line in file:
                name, begun = line.split()
                self.seen[name] = float(begun)
            self.at = file.tell()
        return all(name in self.seen for name in names)


@dataclass(frozen=True, slots=True)
class Site:
    """What runs on one broker: the system with its callers, and the outbox with its workers."""

    system: System
    agent: str
    reviewer: str
    trace: Trace
    floor: psycopg.Connection
    store: redis.Redis | None

    def start(self, flow: str, amount: int, number: int) -> None:
        """So many runs, over HTTP."""
        from tests.factories import CONTEXT  # noqa: PLC0415 (after the set-up)

        given = {"proposal": {"order": "A-17", "amount": amount}, "context": CONTEXT}
        call = f"/api/v1/workflows/{flow}/runs/", json.dumps({"input": given}).encode()
        Client(self.system.port, self.agent, 201).per_second([call] * number, CALLERS)


def run(bench: Bench) -> Iterator[Line]:
    """Both brokers, on one database."""
    with bench.copy(bench.few) as url, redis_server() as store, ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="gatehouse-bench-")))
        made = _made(url)
        for broker, at in (("database", ""), ("Redis", store)):
            with _site(url, at, folder / broker, made) as site:
                yield _per_second(bench, site, broker)
                for pace in PACES:
                    yield from _to_next_node(bench, site, broker, pace)


def _made(url: str) -> tuple[str, str]:
    """A gate that lets small amounts pass, the workflows, and the secrets of their callers."""
    use(System(url, settings=SETTINGS, secret_key=SECRET, more=_actions(Path("none"))))
    from gates import actors  # noqa: PLC0415 (after the set-up)
    from gates.policy import Triggers  # noqa: PLC0415
    from gates.policyfile import read  # noqa: PLC0415
    from gates.transitions import workflows  # noqa: PLC0415
    from tests import factories  # noqa: PLC0415

    policy = {
        "triggers": Triggers(stakes="proposal.amount > 100.0"),
        "options": ("approve", "reject"),
        "conditions": (),
        "editable": (),
        "undo_window": 0,
    }
    desk = factories.desk(**factories.ONE_LEVEL | policy | {"slug": "bench_runs"})
    for graph in read(FLOWS, "bench.yaml").workflows:
        workflows.publish(graph, actor=actors.command("policy"))
    reader = factories.personal_key(desk.reviewer, name="bench reader")
    return factories.secret_of(desk.key), factories.secret_of(reader)


def _actions(trace: Path) -> dict[str, str]:
    return {"ACTION_MODULES": "tests.benchmarks.floor.actions", "BENCH_TRACE": str(trace)}


@contextmanager
def _site(url: str, at: str, trace: Path, made: tuple[str, str]) -> Iterator[Site]:
    """Both of them up, as they come; afterwards nothing of them is left."""
    more = _actions(trace) | {"SWEEPING_CLUSTER": "", "REDIS_URL": at, "WORKERS": str(WORKERS)}
    system = System(url, settings=SETTINGS, secret_key=SECRET, more=more)
    with psycopg.connect(url, autocommit=True) as floor:
        floor.execute(outbox.TABLE)
        try:
            system.up()
            for _ in range(WORKERS):
                worker = "-m", "tests.benchmarks.floor.outbox", url, str(trace)
                system.start(*worker, *([at] if at else []))
            store = redis.from_url(at) if at else None
            yield Site(system, *made, Trace(trace), floor, store)
        finally:
            system.stop()


def _per_second(bench: Bench, site: Site, broker: str) -> Line:
    number = bench.times(RUNS)

    def ours() -> float:
        before, begun = _ended(), time.perf_counter()
        site.start("bench_pass", PASSES, number)
        eventually(lambda: _ended() >= before + number, "all ends", shown=site.system.log)
        return number / (time.perf_counter() - begun)

    def floor() -> float:
        begun = time.perf_counter()
        for n in range(number):
            outbox.put(site.floor, site.store, f"pass-{n}", more=1)
        eventually(lambda: _left(site) == 0, "an empty outbox")
        return number / (time.perf_counter() - begun)

    what = f"{broker}: runs of two actions and a gate"
    found, least = beside(ours, floor, rounds=ROUNDS)
    return Line(what, found, least, "/s", n=number)


def _ended() -> int:
    from reviews.models import Run  # noqa: PLC0415 (after the set-up)

    return Run.objects.filter(status="ended").count()


def _left(site: Site) -> int:
    row = site.floor.execute("SELECT count(*) FROM floor_outbox").fetchone()
    return int(row[0]) if row else 0


def _to_next_node(bench: Bench, site: Site, broker: str, pace: str) -> Iterator[Line]:
    number, per_second = bench.times(DECISIONS), PACES[pace]
    with httpx2.Client(timeout=60) as client:
        waiting = _waiting(site, number)
        ours = _seconds(site.trace, number, per_second, partial(_decide, site, client, waiting))
    names = (f"{broker}-{pace}-{n}".replace(" ", "-") for n in count())
    floor = _seconds(site.trace, number, per_second, partial(_put, site, names))
    for name, share in SHARES.items():
        at = round(share * (number - 1))
        what = f"{broker}: decision to next node, {pace}, {name}"
        yield Line(what, [1000 * ours[at]], [1000 * floor[at]], n=number)


def _waiting(site: Site, number: int) -> Iterator[tuple[str, str]]:
    """So many reviews that runs wait for: ids of review and run."""
    from reviews.models import Review  # noqa: PLC0415 (after the set-up)

    site.start("bench_ask", ASKS, number)
    rows = Review.objects.filter(status="pending", step__run__workflow__slug="bench_ask")
    eventually(lambda: rows.count() >= number, "what to decide", shown=site.system.log)
    return iter([(str(pk), str(run)) for pk, run in rows.values_list("pk", "step__run_id")])


def _decide(
    site: Site, client: httpx2.Client, waiting: Iterator[tuple[str, str]]
) -> tuple[str, float]:
    review, name = next(waiting)
    answer = client.post(
        f"{site.system.address}/api/v1/reviews/{review}/decide/",
        json={"verdict": "approve"},
        headers={"Authorization": f"Bearer {site.reviewer}"},
    )
    answered = time.time()
    answer.raise_for_status()
    return name, answered


def _put(site: Site, names: Iterator[str]) -> tuple[str, float]:
    name = next(names)
    with psycopg.connect(site.system.database_url, autocommit=True) as own:  # of this thread
        outbox.put(own, site.store, name)
        return name, time.time()


def _seconds(trace: Trace, number: int, per_second: float, begin: Begin) -> list[float]:
    """From each answer to the beginning of what it began, in order of size. Below zero: it began
    before the answer was there.
    """
    answered: dict[str, float] = {}
    if per_second:
        answered |= _steadily(number, per_second, begin)
        eventually(lambda: trace.has(*answered), "all that was begun")
    else:
        for _ in range(number):
            time.sleep(random.uniform(0, outbox.POLL))  # noqa: S311 (not in step with who polls)
            name, at = begin()
            answered[name] = at
            eventually(partial(trace.has, name), "what was begun")
    return sorted(trace.seen[name] - at for name, at in answered.items())


def _steadily(number: int, per_second: float, begin: Begin) -> dict[str, float]:
    first = time.monotonic()
    with ThreadPoolExecutor(CALLERS) as pool:
        found = []
        for n in range(number):
            time.sleep(max(0.0, first + n / per_second - time.monotonic()))
            found.append(pool.submit(begin))
    return dict(each.result() for each in found)


if __name__ == "__main__":
    measure(run)
