"""The disk under SQLite fills up while it works, and gets room again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.fire import office, system
from tests.fire.figures import Count, Figure
from tests.fire.part import Scale, burn
from tests.fire.storage.disk import Disk, small_disk

if TYPE_CHECKING:
    from tests.fire.storage.healing import Answers

WHAT = "disk full, SQLite"
SIZE = 60  # megabytes
NOTICED = 60.0  # seconds until it must be known
LATELY = timedelta(seconds=12)  # a heart beats every five


def run(scale: Scale) -> Iterator[Figure]:
    """Eight times."""
    with (
        small_disk(SIZE) as disk,
        system.installed(f"sqlite:///{disk.folder}/gatehouse.sqlite3") as installed,
    ):
        office.use(installed)
        from tests.fire.storage.healing import Answers, Healing, probed  # noqa: PLC0415 (models)

        installed.up()
        opened = office.opened(installed.address)
        told = list[bool]()
        with office.busy(opened, callers=2) as ledger:
            healing, answers = Healing(installed, ledger), Answers()
            for number in range(scale(8)):
                time.sleep(3)
                with probed(opened, ledger, answers):
                    told.append(told_while_full(disk, answers))
                disk.relieve()
                healing.wait(f"full disk {number + 1}")
        untold = told.count(False)
        yield Count(f"{WHAT}: times that /healthz did not tell the truth", untold, len(told))
        yield from answers.figures(WHAT)
        yield from healing.figures(WHAT)


def told_while_full(disk: Disk, answers: Answers) -> bool:
    """Fill it, and whatever is freed meanwhile, too, until /healthz says so. False if it never does
    though the heart stands still: SQLite may find room for small writes in the log it has.
    """
    from tests.fire.storage.healing import swept_since  # noqa: PLC0415 (models)

    before, end = answers.unwell, time.monotonic() + NOTICED
    while time.monotonic() < end:
        disk.fill()
        time.sleep(0.5)
        if answers.unwell > before:
            return True
    return swept_since(datetime.now(UTC) - LATELY)


if __name__ == "__main__":
    burn(WHAT, run)
