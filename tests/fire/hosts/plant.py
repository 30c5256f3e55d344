"""What stands on the hosts: web A and B, time C and D, tasks E and F, Redis R; PostgreSQL beside
them at an address of its own.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, sleep

import httpx2

from tests.fire.hosts.network import DATABASE, Host, Network, network
from tests.fire.postgres import NOBODY_ELSE, Server, free_port, server
from tests.fire.system import MANAGE, System, installed
from tests.processes import eventually

WEB, TIMERS, TASKS, REDIS = "AB", "CD", "EF", "R"
PORT = "8000"
KEEPS_TIME = {"SWEEPING_CLUSTER": "timers"}


@dataclass
class Plant:
    """One installation on several hosts."""

    network: Network
    database: Server
    system: System
    redis_port: int = field(default_factory=free_port)
    up: dict[str, int] = field(default_factory=dict)  # the main process of each host

    @property
    def redis_url(self) -> str:
        """Of Redis, as hosts see it."""
        return f"redis://{self.network[REDIS].address}:{self.redis_port}/0"

    def web_address(self, name: str) -> str:
        """Of a web host."""
        return f"http://{self.network[name].address}:{PORT}"

    def environment(self, host: Host) -> dict[str, str]:
        """What a host finds in its environment."""
        url = self.database.url().replace(NOBODY_ELSE, self.network.address(DATABASE))
        own = {"DATABASE_URL": url, "REDIS_URL": self.redis_url, **KEEPS_TIME}
        return own | {"ALLOWED_HOSTS": host.address, "BASE_URL": f"http://{host.address}:{PORT}"}

    def start(self, *names: str) -> None:
        """Start what belongs on these hosts."""
        for name in names:
            host = self.network[name]
            if name in WEB:
                self.up[name] = self._start_web(host)
            elif name in REDIS:
                self._start_redis(host)
            else:
                more = {"Q_CLUSTER_NAME": "timers"} if name in TIMERS else {}
                self.up[name] = self._start(host, MANAGE, "up", "--no-web", **more)

    def _start(self, host: Host, *words: str, **more: str) -> int:
        return self.system.start(*words, before=host.before(), more=self.environment(host) | more)

    def _start_web(self, host: Host) -> int:
        return self._start(
            host,
            *("-m", "granian", "--interface", "wsgi", "--host", host.address, "--port", PORT),
            *("--workers", "2", "--blocking-threads", "16", "--log-level", "error"),
            "hitl_project.wsgi:application",
        )

    def _start_redis(self, host: Host) -> None:
        log = (self.system.folder / "redis.log").open("ab")
        command = ["redis-server", "--port", str(self.redis_port), "--save", ""]
        open_to_all = ["--bind", host.address, "--protected-mode", "no"]
        process = subprocess.Popen(
            [*host.before(), *command, *open_to_all], stdout=log, stderr=log, start_new_session=True
        )
        self.system.started.append(process)

    def until_healthy(self, name: str, patience: float = 60) -> float:
        """Wait until a web host is; how long that took, in seconds."""
        begun = monotonic()
        eventually(
            lambda: self.answer(name, "/healthz")[0] == httpx2.codes.OK,
            f"health on {name}",
            patience=patience,
            shown=self.system.log,
        )
        return monotonic() - begun

    def answer(self, name: str, path: str, timeout: float = 30) -> tuple[int, float]:
        """The status of an answer, 0 if there was none, and how long it took."""
        begun = monotonic()
        try:
            status = httpx2.get(f"{self.web_address(name)}{path}", timeout=timeout).status_code
        except httpx2.TransportError:
            status = 0
        return status, monotonic() - begun

    def kill(self, name: str) -> None:
        """SIGKILL to all that runs on a host, until nothing does."""
        host = self.network[name]
        while host.pids():
            host.kill()
            sleep(0.05)
        self.reap()

    def reap(self) -> None:
        """Forget what has ended."""
        for process in list(self.system.started):
            if process.poll() is not None:
                self.system.started.remove(process)


@contextmanager
def plant() -> Iterator[Plant]:
    """Everything but what `start` starts; afterwards nothing of it is left."""
    with network(WEB + TIMERS + TASKS + REDIS) as wire, server() as database:
        at = wire.address(DATABASE)
        with (database.data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {at}/24 trust\n")
        database.stop()
        database.listens = f"{NOBODY_ELSE},{at}"
        database.start()
        with installed(database.create()) as system:
            yield Plant(wire, database, system)
