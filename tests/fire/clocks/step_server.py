"""Steps of the clock of the database server, which is the one that counts with PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from tests.fire import postgres
from tests.fire.clocks.fake import Wall
from tests.fire.clocks.steps import World
from tests.fire.clocks.steps import run as steps
from tests.fire.figures import Figure
from tests.fire.part import Scale, burn
from tests.fire.system import installed


def run(scale: Scale) -> Iterator[Figure]:
    """The server goes by the clock that is stepped, our processes by the true one."""
    wall = Wall()
    with ExitStack() as stack:
        stack.callback(wall.gone)
        server = stack.enter_context(postgres.server(None, **wall.environment()))
        system = stack.enter_context(installed(server.create()))
        yield from steps(World(system, wall, counts=True), scale)


if __name__ == "__main__":
    burn("Clock of the database stepped under a running system, PostgreSQL", run)
