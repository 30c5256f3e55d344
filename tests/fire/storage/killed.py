"""PostgreSQL is killed under load, again and again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random

from tests.fire import office, postgres, system
from tests.fire.figures import Figure
from tests.fire.part import Scale, burn

WHAT = "PostgreSQL killed"
LONG = 25.0  # seconds away: every fourth time, longer than a heart may stand still
chance = Random(20)  # noqa: S311


def run(scale: Scale) -> Iterator[Figure]:
    """Twenty times, away for a moment or for long."""
    with postgres.server() as server, system.installed(server.create()) as installed:
        office.use(installed)
        from tests.fire.storage.healing import Healing  # noqa: PLC0415 (models)

        installed.up()
        with office.busy(office.opened(installed.address)) as ledger:
            healing = Healing(installed, ledger)
            for number in range(scale(20)):
                time.sleep(chance.uniform(2, 6))
                server.kill()
                time.sleep(LONG if number % 4 == 3 else chance.uniform(0, 3))
                server.start()
                healing.wait(f"kill {number + 1}")
        yield from healing.figures(WHAT)


if __name__ == "__main__":
    burn(WHAT, run)
