"""A web process as `up` starts it, over a database of the benchmarks."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fire.office import use
from tests.fire.system import System
from tests.processes import eventually

SECRET = secrets.token_urlsafe(48)
SETTINGS = "tests.benchmarks.floor.settings"


@contextmanager
def served(url: str) -> Iterator[System]:
    """The installation over that database with a web process and no cluster. The first one that a
    process asks for is also what Django of this process then uses. All sign sessions alike.
    """
    system = System(url, settings=SETTINGS, secret_key=SECRET)
    use(system)
    from hitl_project.supervision.children import Web  # noqa: PLC0415 (after `use`)

    system.start(*Web(system.port).command[1:])
    eventually(lambda: _answers(system), "an answer", shown=system.log)
    try:
        yield system
    finally:
        system.stop()


def _answers(system: System) -> bool:
    from hitl_project.management.commands.up import answers  # noqa: PLC0415

    return answers(system.port)
