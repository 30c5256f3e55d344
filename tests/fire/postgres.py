"""A PostgreSQL server of our own: its own directory, port and processes, to be killed at will."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import psycopg

from tests.processes import eventually, family_of, processes

PATIENCE = 60.0  # seconds
DEBIAN = Path("/usr/lib/postgresql")
NOBODY_ELSE = "127.0.0.1"


def binaries() -> Path:
    """Where `initdb` and `postgres` are."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not versions:
        raise SystemExit("PostgreSQL's server programs are needed: initdb is not to be found.")
    return versions[-1].parent


def unprivileged() -> list[str]:
    """What to put before a command, for PostgreSQL will not run as root."""
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] * (
        os.geteuid() == 0
    )


@dataclass
class Server:
    """A server that may be running. `environment` is added to its own (a fake clock, say)."""

    folder: Path
    port: int
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    listens: str = NOBODY_ELSE  # addresses, with commas between; ours is one of them

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    def url(self, database: str = "gatehouse") -> str:
        """The address of a database."""
        return f"postgres://postgres@{NOBODY_ELSE}:{self.port}/{database}"

    def start(self, *before: str) -> None:
        """Start it, perhaps under another program, and wait until it answers."""
        log = (self.folder / "log").open("ab")
        # Not before `setpriv`: what a preloaded library makes as root, another user may not open.
        command = [
            *(*before, *unprivileged(), "env", *(f"{k}={v}" for k, v in self.environment.items())),
            *(str(binaries() / "postgres"), "-D", str(self.data)),
            *("-c", f"port={self.port}", "-c", f"listen_addresses={self.listens}"),
            *("-c", f"unix_socket_directories={self.folder}", "-c", "max_connections=300"),
        ]
        self.process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self.until_it_answers()

    def until_it_answers(self) -> None:
        """Wait until somebody may connect, after recovery too."""
        end = time.monotonic() + PATIENCE
        while not self.answers():
            if time.monotonic() > end:
                raise TimeoutError(f"PostgreSQL does not answer: see {self.folder / 'log'}")
            time.sleep(0.05)

    def answers(self) -> bool:
        """True if somebody may connect."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """SIGKILL to every process of it at once: as if its host had lost power, but for the
        disk's cache. Each backend leads a group of its own. A program that it runs under ends with
        it, after burying it: the next start takes an unburied postmaster for a living one.
        """
        if self.process is not None:
            family = {row.pid for row in family_of(self._postmaster())}
            for pid in family:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._gone()
            eventually(lambda: not family & {row.pid for row in processes()}, "the end of all")

    def stop(self) -> None:
        """A fast shutdown."""
        if self.process is not None:
            if postmaster := self._postmaster():
                os.kill(postmaster, signal.SIGINT)
            self._gone()

    def create(self, database: str = "gatehouse") -> str:
        """An empty database; its address."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}"')
        return self.url(database)

    def _postmaster(self) -> int:
        """The first process of the server's own; 0 if there is none."""
        assert self.process is not None
        own = str(binaries() / "postgres")
        family = family_of(self.process.pid)
        return next((row.pid for row in family if row.command.startswith(own)), 0)

    def _gone(self) -> None:
        assert self.process is not None
        self.process.wait(PATIENCE)
        self.process = None


@contextmanager
def server(folder: Path | None = None, **environment: str) -> Iterator[Server]:
    """A fresh server that runs, perhaps on a small disk; afterwards nothing of it is left."""
    folder = folder or Path(mkdtemp(prefix="gatehouse-fire-"))
    folder.chmod(0o755)
    made = Server(folder, free_port(), environment)
    made.data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        shutil.chown(made.data, "postgres")
    initdb = [str(binaries() / "initdb"), "-D", str(made.data), "-U", "postgres", "-A", "trust"]
    subprocess.run(
        [*unprivileged(), *initdb, "-E", "UTF8", "--no-sync"], check=True, stdout=subprocess.DEVNULL
    )
    try:
        made.start()
        yield made
    finally:
        made.kill()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port that nobody listens at."""
    with closing(socket.socket()) as probe:
        probe.bind((NOBODY_ELSE, 0))
        port: int = probe.getsockname()[1]
        return port
