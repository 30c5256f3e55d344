"""Run it: `python -m tests.fire.hosts --scale 0.2`."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from types import FrameType

from tests.fire import office
from tests.fire.figures import Figure
from tests.fire.hosts.callers import Callers
from tests.fire.hosts.plant import TASKS, TIMERS, WEB, Plant, plant
from tests.fire.part import Scale, burn, say

ROUNDS = 5
CALLERS = 8


def run(scale: Scale) -> Iterator[Figure]:
    """Hosts under load, what they cost, and what each broker promises."""
    with plant() as here:
        office.use(here.system)
        from tests.fire.hosts import brokers, costs, stops  # noqa: PLC0415 (models, after `use`)

        here.start("R", *WEB, *TIMERS, *TASKS)
        for name in WEB:
            here.until_healthy(name)
        callers = opened(here)
        yield from under_load(scale, here, callers)
        yield from costs.figures(here, callers)
        yield from stops.figures(scale, here, callers)
        for name in (*WEB, *TIMERS, *TASKS):
            here.kill(name)
        yield from brokers.figures(scale, here)


def opened(here: Plant) -> Callers:
    """Gates, people, and callers at both web hosts."""
    made = office.opened("")
    addresses = tuple(here.web_address(name) for name in WEB)
    return Callers("", made.agent, made.reviewer, made.gates, addresses)


def under_load(scale: Scale, here: Plant, callers: Callers) -> Iterator[Figure]:
    """Every scene, then what the database says."""
    from tests.fire import truth  # noqa: PLC0415
    from tests.fire.hosts import scenes  # noqa: PLC0415

    with office.busy(callers, callers=CALLERS) as ledger:
        for turn in range(scale(ROUNDS)):
            say(f"round {turn + 1}")
            yield from scenes.Scene(here, callers).all()
    yield from scenes.locks(here)
    yield from truth.figures(ledger)


def ask_to_stop(number: int, frame: FrameType | None) -> None:
    """As Ctrl-C does: what was made is taken down first."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, ask_to_stop)
    burn("Several hosts", run)
