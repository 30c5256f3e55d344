"""Gatehouse as it runs in production: processes with settings of their own against one database.
Every process is started here, and ended by its id.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

from tests.fire.postgres import free_port
from tests.processes import Row, children_of, eventually, healthy, left_of

ROOT = Path(__file__).resolve().parents[2]
MANAGE = str(ROOT / "manage.py")
PATIENCE = 60.0  # seconds


def _secret() -> str:
    return secrets.token_urlsafe(48)


@dataclass
class System:
    """One installation: what all its processes share. `more` is added to their environment."""

    database_url: str
    folder: Path = field(default_factory=lambda: Path(mkdtemp(prefix="gatehouse-fire-")))
    settings: str = "tests.fire.settings"
    port: int = field(default_factory=free_port)
    secret_key: str = field(default_factory=_secret)
    audit_secret: str = field(default_factory=_secret)
    more: dict[str, str] = field(default_factory=dict)
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where its web server answers."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self, **more: str) -> dict[str, str]:
        """Of one of its processes."""
        own = {
            "DEBUG": "0",
            "DJANGO_SETTINGS_MODULE": self.settings,
            "DATABASE_URL": self.database_url,
            "SECRET_KEY": self.secret_key,
            "AUDIT_SECRET": self.audit_secret,
            "ALLOWED_HOSTS": "127.0.0.1",
            "BASE_URL": self.address,
            "API_RATE": "1000000/min",
            "SWEEPING_CLUSTER": "gatehouse",  # one cluster that does it all: the least there is
            "PYTHONPATH": str(ROOT),
        }
        return os.environ | own | self.more | more

    def manage(self, *words: str, **more: str) -> str:
        """Run one of our commands to its end; what it printed."""
        command = [sys.executable, MANAGE, *words]
        done = subprocess.run(
            command, env=self.environment(**more), check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout

    def start(
        self, *words: str, before: Sequence[str] = (), more: Mapping[str, str] | None = None
    ) -> int:
        """Start a command of ours that goes on, perhaps under another program; its process id. It
        leads a group of its own, and writes to `log` in the folder.
        """
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [*before, sys.executable, *words],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=self.environment(**(more or {})),
                start_new_session=True,
            )
        self.started.append(process)
        return process.pid

    def up(self, *words: str, **more: str) -> int:
        """`up`: web server and cluster. Returns when it is healthy."""
        pid = self.start(MANAGE, "up", "--port", str(self.port), *words, more=more)
        self.until_healthy()
        return pid

    def healthy(self) -> bool:
        """True if the web server answers and deadlines are kept."""
        return healthy(self.address)

    def until_healthy(self) -> None:
        """Wait for it."""
        eventually(self.healthy, "health", patience=PATIENCE, shown=self.log)

    def log(self) -> str:
        """The end of what its processes wrote."""
        return (self.folder / "log").read_text(errors="replace")[-4000:]

    def stop(self) -> None:
        """Ask every process that was started, and wait until nothing of it is left."""
        for process in self.started:
            process.terminate()
        for process in self.started:
            process.wait(PATIENCE)
        eventually(lambda: not left_of({process.pid for process in self.started}), "the end of all")
        self.started.clear()


@dataclass(frozen=True)
class Cluster:
    """The processes of a django-q2 cluster, by the process id of its parent."""

    parent: int

    @property
    def sentinel(self) -> int:
        """The one that watches the others."""
        return children_of(self.parent)[0].pid

    @property
    def members(self) -> list[Row]:
        """Workers, monitor and pusher, in the order in which django-q2 starts them."""
        return children_of(self.sentinel)


def leader(up: int, of: str) -> int:
    """The process id of the group that `up` started for this (`granian`, `qcluster`)."""
    return eventually(
        lambda: next((row.pid for row in children_of(up) if of in row.command), 0), f"a {of}"
    )


@contextmanager
def installed(database_url: str, **more: str) -> Iterator[System]:
    """An installation that is migrated; afterwards none of its processes is left, nor, unless
    something went wrong, its folder.
    """
    system = System(database_url, more=more)
    system.manage("migrate", "--verbosity=0")
    try:
        yield system
    finally:
        system.stop()
    shutil.rmtree(system.folder)
