"""The site that browsers are sent to: `manage.py up` in a database of its own, with the demo's past
in it.
"""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO
from uuid import uuid4

from django.conf import settings
from django.db import connection

from hitl_project.management.commands.up import free_port
from tests.processes import PORTS, children_of, eventually, healthy, left_of

PATIENCE = 90  # seconds; other tests may have the processors
MANAGE = settings.BASE_DIR / "manage.py"


def _secret() -> str:
    return secrets.token_urlsafe(48)


@dataclass(frozen=True)
class Site:
    """Where it answers, and what its processes share with the tests."""

    address: str
    database_url: str
    secret_key: str = field(default_factory=_secret)
    audit_secret: str = field(default_factory=_secret)

    @property
    def environment(self) -> dict[str, str]:
        """Of production, but for the static files."""
        return os.environ | {
            "DEBUG": "0",
            "DJANGO_SETTINGS_MODULE": "tests.e2e.settings",
            "DATABASE_URL": self.database_url,
            "SECRET_KEY": self.secret_key,
            "AUDIT_SECRET": self.audit_secret,
            "ALLOWED_HOSTS": "127.0.0.1",
            "BASE_URL": self.address,
        }

    def manage(self, *words: str, **environment: str) -> None:
        """Run one of our commands to its end."""
        command = [sys.executable, str(MANAGE), *words]
        env = self.environment | environment
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def running(database_url: str, log: IO[str]) -> Iterator[Site]:
    """A site that answers and keeps time; afterwards no process of it is left."""
    port = free_port(PORTS + os.getpid() % 20_000)
    site = Site(f"http://127.0.0.1:{port}", database_url)
    site.manage("migrate", "--verbosity=0")
    site.manage("seed", DEBUG="1")
    command = [sys.executable, str(MANAGE), "up", "--port", str(port)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env=site.environment,
        start_new_session=True,
    )
    groups: set[int] = set()
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == site.address
        eventually(lambda: healthy(site.address), "a sweep")
        groups = {row.group for row in children_of(process.pid)}
        yield site
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
    assert len(groups) == 4  # web server, two clusters, lifeline
    assert left_of(groups) == []


@contextmanager
def own_database(folder) -> Iterator[str]:
    """The address of an empty database of the kind that the settings name; this process uses it
    too.
    """
    default = connection.settings_dict
    before = default["NAME"]
    connection.close()
    if connection.vendor == "sqlite":
        default["NAME"] = str(folder / "db.sqlite3")
        yield f"sqlite:///{default['NAME']}"
    else:
        default["NAME"] = f"test_e2e_{uuid4().hex[:12]}"
        login = (
            f"{default['USER']}:{default['PASSWORD']}@{default['HOST']}:{default['PORT'] or 5432}"
        )
        with _made(f"postgres://{login}", default["NAME"]) as url:
            yield url
    connection.close()
    default["NAME"] = before


@contextmanager
def _made(server: str, name: str) -> Iterator[str]:
    import psycopg  # noqa: PLC0415 (an extra)

    with psycopg.connect(f"{server}/postgres", autocommit=True) as maker:
        maker.execute(f"CREATE DATABASE {name}")
        yield f"{server}/{name}"
        connection.close()
        maker.execute(f"DROP DATABASE {name} WITH (FORCE)")
