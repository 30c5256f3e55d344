"""Hosts whose clocks are five minutes fast, right and five minutes slow, and one database with the
true time: each has a cluster, two have a web server.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from tests.fire import office, postgres
from tests.fire.clocks.fake import Wall
from tests.fire.clocks.load import Told, callers
from tests.fire.clocks.steps import environment
from tests.fire.clocks.watch import Health, Witness, watched
from tests.fire.figures import Count, Figure, Measure
from tests.fire.office import Ledger, Office
from tests.fire.part import Scale, burn, say
from tests.fire.postgres import free_port
from tests.fire.system import MANAGE, System, installed

if TYPE_CHECKING:
    from tests.fire.clocks.errands import Errands

MINUTES = timedelta(minutes=5)
NONE = timedelta(0)
SLACK = timedelta(seconds=3)
REST = 5.0  # seconds for what is still due


def run(scale: Scale) -> Iterator[Figure]:
    """Load on both web hosts for some minutes; then every trail."""
    with ExitStack() as stack:
        server = stack.enter_context(postgres.server())
        system = stack.enter_context(installed(server.create()))
        hosts = [stack.enter_context(_host(system, ahead)) for ahead in (MINUTES, NONE, -MINUTES)]
        office.use(system)
        yield from _loaded(hosts, seconds=max(20, scale(240)))


@contextmanager
def _host(system: System, ahead: timedelta) -> Iterator[System]:
    """A host of the same installation with a clock of its own."""
    wall = Wall(ahead)
    folder = Path(mkdtemp(prefix="gatehouse-fire-"))
    more = system.more | {"BASE_URL": system.address} | (environment(wall) if ahead else {})
    host = replace(system, more=more, port=free_port(), folder=folder, started=[])
    try:
        yield host
    finally:
        host.stop()
        wall.gone()


def _loaded(hosts: list[System], seconds: int) -> Iterator[Figure]:
    from gates import clock  # noqa: PLC0415 (after `use`)
    from tests.fire.clocks import trails  # noqa: PLC0415
    from tests.fire.clocks.errands import Errands  # noqa: PLC0415
    from tests.fire.truth import figures as truth  # noqa: PLC0415

    desks, errands = _opened(hosts), Errands()
    healths = [Health(desk.address) for desk in desks]
    witness = Witness(lambda: NONE, others=("slow", "held", "bound", "kept"))
    with watched(witness.look, *(health.look for health in healths)):
        told, ledger = _busy(desks, errands, time.monotonic() + seconds)
        time.sleep(REST)
    found = trails.followed(clock.now() - SLACK)
    for line in (str(dict(found.seen)), *errands.said[:5], *witness.early[:5]):
        say(f"  {line}")
    yield from told.figures()
    for name, times in errands.done.items():
        yield Count(f"errands over both hosts that failed: {name}", errands.wrong[name], times)
    early = len(witness.early)
    yield Count("reviews that moved before their time by the witness", early, witness.moved)
    yield from trails.figures(found)
    yield from trails.lateness(found)
    for health in healths:
        gap = health.gap(0, time.monotonic())
        yield Measure("longest time that /healthz was not 200", gap, "s", 0)
    yield from truth(ledger)


def _busy(desks: list[Office], errands: Errands, end: float) -> tuple[Told, Ledger]:
    """Callers at both hosts, and errands from one to the other and back."""
    with ExitStack() as stack:
        ledgers = [stack.enter_context(office.busy(desk, callers=2, pause=0.1)) for desk in desks]
        told = stack.enter_context(callers(desks, lambda: NONE, each=3))
        while time.monotonic() < end:
            errands.run(*desks)
            errands.run(*reversed(desks))
    return told, _merged(ledgers)


def _opened(hosts: list[System]) -> list[Office]:
    """Clusters everywhere, web servers at the fast and at the slow host."""
    from gates.models import ApiKey  # noqa: PLC0415
    from tests import factories  # noqa: PLC0415 (after `use`)

    for host in hosts:
        host.start(MANAGE, "up", "--no-web")
    webs = [hosts[0], hosts[-1]]
    for host in webs:
        port = ("--port", str(host.port), "--blocking-threads", "16")
        host.start("-m", "granian", "--interface", "wsgi", *port, "hitl_project.wsgi:application")
    for host in webs:
        host.until_healthy()
    first = office.opened(webs[0].address)
    ends = factories.ONE_LEVEL | {"undo_window": 60}
    more = [factories.desk(slug=slug, **ends) for slug in ("kept",)]
    more.append(factories.desk(slug="bound", **(ends | {"undo_window": 0})))
    ApiKey.objects.get(name="load").gates.add(*(desk.gate for desk in more))
    return [replace(first, address=host.address) for host in webs]


def _merged(ledgers: list[Ledger]) -> Ledger:
    whole = Ledger()
    for ledger in ledgers:
        whole.submitted |= ledger.submitted
        whole.decided |= ledger.decided
        whole.unexpected += ledger.unexpected
    return whole


if __name__ == "__main__":
    burn("Hosts ten minutes apart, one database", run)
