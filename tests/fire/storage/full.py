"""The disk under PostgreSQL fills up while it works, and gets room again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress

import psycopg

from tests.fire import office, postgres, system
from tests.fire.figures import Figure
from tests.fire.part import Scale, burn, say
from tests.fire.postgres import Server
from tests.fire.storage.disk import Disk, small_disk

WHAT = "disk full"
SIZE = 400  # megabytes: a new server takes 60, its log of a few minutes 100
FULL = 15.0  # seconds, of which a heart may stand still for 10


def run(scale: Scale) -> Iterator[Figure]:
    """Eight times. Every second time the server also needs room for its log, and so goes down."""
    with (
        small_disk(SIZE) as disk,
        postgres.server(disk.folder) as server,
        system.installed(server.create()) as installed,
    ):
        office.use(installed)
        from tests.fire.storage.healing import Answers, Healing, probed  # noqa: PLC0415 (models)

        installed.up()
        opened = office.opened(installed.address)
        with office.busy(opened) as ledger:
            healing, answers = Healing(installed, ledger), Answers()
            for number in range(scale(8)):
                time.sleep(3)
                with probed(opened, ledger, answers):
                    fill(disk, server, log_too=number % 2 == 1)
                disk.relieve()
                if server.process is not None and server.process.poll() is not None:
                    say("PostgreSQL had given up: its service manager starts it")
                    server.start()
                healing.wait(f"full disk {number + 1}")
        yield from answers.figures(WHAT)
        yield from healing.figures(WHAT)


def fill(disk: Disk, server: Server, *, log_too: bool) -> None:
    """Fill it for a while, and whatever is freed meanwhile, too."""
    disk.fill()
    if log_too:
        with (
            suppress(psycopg.Error),
            psycopg.connect(server.url("postgres"), autocommit=True) as connection,
        ):
            connection.execute("SELECT pg_switch_wal()")
    end = time.monotonic() + FULL
    while time.monotonic() < end:
        time.sleep(0.5)
        disk.fill()


if __name__ == "__main__":
    burn(WHAT, run)
