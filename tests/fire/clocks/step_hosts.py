"""Steps of the clock of a host that is not the database's: nothing at all may follow from them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from tests.fire import postgres
from tests.fire.clocks.fake import Wall
from tests.fire.clocks.steps import World, environment
from tests.fire.clocks.steps import run as steps
from tests.fire.figures import Figure
from tests.fire.part import Scale, burn
from tests.fire.system import installed


def run(scale: Scale) -> Iterator[Figure]:
    """Our processes go by the clock that is stepped, the server by the true one."""
    wall = Wall()
    with ExitStack() as stack:
        stack.callback(wall.gone)
        server = stack.enter_context(postgres.server())
        system = stack.enter_context(installed(server.create(), **environment(wall)))
        yield from steps(World(system, wall, counts=False), scale)


if __name__ == "__main__":
    burn("Clock of our hosts stepped under a running system, PostgreSQL", run)
