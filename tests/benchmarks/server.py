"""The PostgreSQL that benchmarks use. Its stocks are kept from run to run, for they take minutes to
fill; what they were made by is in the folder's name.
"""

from __future__ import annotations

import ast
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

from tests.fire.part import say
from tests.fire.postgres import Server, binaries, free_port, unprivileged
from tests.fire.system import ROOT, System

FOLDER = Path(os.environ.get("BENCH_FOLDER", ROOT / ".bench"))
SETTINGS = {
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track_utility": "on",
}


@contextmanager
def running() -> Iterator[Server]:
    """The server: the one that runs already, or one that is stopped afterwards."""
    folder = FOLDER / _made_by()
    found = _found(folder)
    if found is not None:
        yield found
        return
    made = Server(folder, free_port(), {})
    if not made.data.exists():
        _forget()
        _initialise(made)
    made.start()
    try:
        yield made
    finally:
        made.stop()


def stocked(server: Server, count: int) -> str:
    """The address of the database with so many reviews, which is made if need be."""
    name = f"stock_{count}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(4)")  # two must not fill it at once
        if not _exists(connection, name):
            connection.execute("DROP DATABASE IF EXISTS filling WITH (FORCE)")
            _fill(server.create("filling"), count)
            connection.execute(f"ALTER DATABASE filling RENAME TO {name}")
    return server.url(name)


@contextmanager
def copied(server: Server, count: int) -> Iterator[str]:
    """The address of a copy of that database; afterwards it is gone."""
    stocked(server, count)
    name = f"copy_{uuid4().hex[:8]}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE stock_{count} STRATEGY FILE_COPY")
        try:
            yield server.url(name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def filed(server: Server, count: int) -> str:
    """The address of a SQLite file with so many reviews, which is made if need be."""
    path = server.folder / f"stock_{count}.sqlite3"
    if not path.exists():
        filling = path.with_name(f"filling_{uuid4().hex[:8]}.sqlite3")
        _fill(f"sqlite:///{filling}", count)
        filling.rename(path)  # the last connection has emptied its log
    return f"sqlite:///{path}"


def _made_by() -> str:
    sources = [*ROOT.glob("*/migrations/*.py"), Path(__file__).with_name("stock.py")]
    trees = [ast.dump(ast.parse(path.read_bytes())) for path in sorted(sources)]
    return hashlib.sha256(repr((trees, SETTINGS)).encode()).hexdigest()[:12]


def _found(folder: Path) -> Server | None:
    """The server that runs there."""
    try:
        lines = (folder / "data" / "postmaster.pid").read_text().splitlines()
        server = Server(folder, int(lines[3]), {})
    except (FileNotFoundError, IndexError, ValueError):
        return None
    return server if server.answers() else None


def _forget() -> None:
    """Remove what other migrations or another stock made, unless it is in use."""
    for folder in FOLDER.glob("*"):
        if _found(folder) is None:
            shutil.rmtree(folder)


def _initialise(server: Server) -> None:
    server.data.mkdir(parents=True, mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(server.folder, "postgres")
        shutil.chown(server.data, "postgres")
    initdb = [str(binaries() / "initdb"), "-D", str(server.data), "-U", "postgres", "-A", "trust"]
    subprocess.run(
        [*unprivileged(), *initdb, "-E", "UTF8", "--locale=C.UTF-8"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with (server.data / "postgresql.conf").open("a") as conf:
        conf.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())


def _exists(connection: psycopg.Connection, name: str) -> bool:
    asked = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return asked.fetchone() is not None


def _fill(url: str, count: int) -> None:
    say(f"Filling a database with {count:,} reviews ...")
    system = System(url)
    system.manage("migrate", "--verbosity=0")
    command = [sys.executable, "-m", "tests.benchmarks.stock", str(count)]
    subprocess.run(command, check=True, env=system.environment(), cwd=ROOT)
