"""Steps of the host's clock, which is the one that counts where the database is a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from tests.fire.clocks.fake import Wall
from tests.fire.clocks.steps import World, environment
from tests.fire.clocks.steps import run as steps
from tests.fire.figures import Figure
from tests.fire.part import Scale, burn
from tests.fire.system import installed


def run(scale: Scale) -> Iterator[Figure]:
    """All our processes go by the clock that is stepped."""
    wall = Wall()
    with ExitStack() as stack:
        stack.callback(wall.gone)
        file = f"sqlite:///{wall.folder}/db.sqlite3"
        system = stack.enter_context(installed(file, **environment(wall)))
        yield from steps(World(system, wall, counts=True), scale)


if __name__ == "__main__":
    burn("Clock stepped under a running system, SQLite", run)
