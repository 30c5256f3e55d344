"""Many at one review, every end at one instant, one call a hundred times at once: real threads,
against a PostgreSQL of our own.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.fire import office, postgres, system
from tests.fire.figures import Figure
from tests.fire.part import Scale

DECIDERS, CALLS = 200, 100


def run(scale: Scale) -> Iterator[Figure]:
    """In this process, then over HTTP with a thread of the server's for every call."""
    with (
        postgres.server() as server,
        system.installed(server.create(), SERVER_THREADS=str(CALLS + 20)) as installed,
    ):
        office.use(installed)
        from tests.fire.races import crowds, instants, repeats  # noqa: PLC0415 (models)

        yield from crowds.figures(scale(500), size=DECIDERS)
        yield from instants.figures(scale(1000))
        installed.up()
        yield from repeats.figures(installed.address, scale(20), calls=CALLS)
