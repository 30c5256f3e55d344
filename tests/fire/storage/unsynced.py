"""The disk under PostgreSQL says that it could not write what it was given."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle, islice

import psycopg

from tests.fire import office, postgres, system
from tests.fire.figures import Count, Figure
from tests.fire.part import Scale, burn, say
from tests.fire.postgres import Server
from tests.processes import eventually

WHAT = "fsync error"
WORK = 3.0  # seconds that nothing is wrong
FLAPPING = 6.0  # seconds that it may try to recover on the bad disk
# (how the log is written, the call that fails, from which one of each process on)
VARIANTS = (
    ("fdatasync", "fdatasync", 40),  # the log, in whoever commits
    ("fsync", "fsync", 40),  # the log
    ("fdatasync", "fsync", 8),  # the tables, at a checkpoint
    ("fdatasync", "fdatasync", 3),  # the log, soon, and again at each try to recover
)


def run(scale: Scale) -> Iterator[Figure]:
    """Eight times, each kind twice."""
    if shutil.which("strace") is None:
        raise SystemExit("strace is needed: it makes fsync fail.")
    with postgres.server() as server, system.installed(server.create()) as installed:
        office.use(installed)
        from tests.fire.storage.healing import Healing  # noqa: PLC0415 (models)

        installed.up()
        noticed = list[bool]()
        with office.busy(office.opened(installed.address)) as ledger:
            healing = Healing(installed, ledger)
            for number, variant in enumerate(islice(cycle(VARIANTS), scale(8))):
                time.sleep(WORK)
                noticed.append(suffer(server, *variant))
                server.kill()
                server.start()
                healing.wait(f"{variant} {number + 1}")
        yield Count(
            f"{WHAT}: faults that PostgreSQL lived through", noticed.count(False), len(noticed)
        )
        yield from healing.figures(WHAT)


def suffer(server: Server, method: str, call: str, first: int) -> bool:
    """Run it on a bad disk until it has panicked, and a little longer; False if it does not."""
    configure(server, method)
    server.stop()
    before = panics(server)
    injection = ("-e", f"inject={call}:error=EIO:when={first}+")
    server.start("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", *injection)
    try:
        eventually(lambda: panicked(server, before), "a panic", patience=60)
    except AssertionError:
        return False
    time.sleep(FLAPPING)
    say(f"{call}: {panics(server) - before} panics")
    return True


def panicked(server: Server, before: int) -> bool:
    """True once it has; a checkpoint is asked for, which writes the tables."""
    with (
        suppress(psycopg.Error),
        psycopg.connect(server.url("postgres"), autocommit=True, connect_timeout=2) as connection,
    ):
        connection.execute("CHECKPOINT")
    return panics(server) > before


def panics(server: Server) -> int:
    """How often it has panicked since it was made."""
    return (server.folder / "log").read_text(errors="replace").count("PANIC:")


def configure(server: Server, method: str) -> None:
    """Choose how it makes its log durable, from its next start on."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET wal_sync_method = '{method}'")


if __name__ == "__main__":
    burn(WHAT, run)
