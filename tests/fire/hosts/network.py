"""Hosts on one wire: network namespaces on a bridge. A cut is silent, as it is when a switch dies:
nobody is told, what was sent is lost.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

CALLERS, DATABASE = 1, 2  # the bridge's own addresses: who calls, and where PostgreSQL is
NOBODY = "02:47:48:00:00:ff"
FIRST = 10  # the number of the first host


def ip(*words: str) -> str:
    """Run `ip`; what it printed."""
    return subprocess.run(
        ["ip", *words], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


@dataclass(frozen=True)
class Host:
    """A namespace with one link to the bridge."""

    name: str
    number: int
    network: Network

    @property
    def space(self) -> str:
        """The namespace."""
        return f"{self.network.bridge}-{self.name}"

    @property
    def link(self) -> str:
        """The bridge's end of its cable."""
        return f"{self.network.bridge}-{self.number}"

    @property
    def address(self) -> str:
        """Where the others find it."""
        return self.network.address(self.number)

    def before(self) -> tuple[str, ...]:
        """What to put before a command that is to run here. It keeps its process id."""
        known = ("sh", "-c", f'hostname {self.name} && exec "$@"', "sh")
        return ("ip", "netns", "exec", self.space, "unshare", "--uts", *known)

    def pids(self) -> list[int]:
        """Every process of it: all are ours."""
        return [int(pid) for pid in ip("netns", "pids", self.space).split()]

    def kill(self) -> None:
        """SIGKILL to every process of it, at once."""
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def cut(self) -> None:
        """Nothing reaches it, and nothing of it reaches anybody."""
        ip("link", "set", self.link, "nomaster")

    def mend(self) -> None:
        """All as it was."""
        ip("link", "set", self.link, "master", self.network.bridge)
        self._reach(DATABASE, self.network.mac(CALLERS))
        self.network.reach(self.number, self.network.mac(self.number))

    def deafen(self) -> None:
        """What the database and callers send does not arrive; what it sends does."""
        self.network.reach(self.number, NOBODY)

    def lose_database(self) -> None:
        """What it sends to the database does not arrive; all else does."""
        self._reach(DATABASE, NOBODY)

    def _reach(self, number: int, mac: str) -> None:
        where = ("dev", "eth0", "nud", "permanent")
        ip(
            *("-n", self.space, "neigh", "replace", self.network.address(number)),
            *("lladdr", mac, *where),
        )

    def make(self) -> None:
        """Namespace, cable and address."""
        mac = self.network.mac(self.number)
        ip("netns", "add", self.space)
        peer = ("peer", "name", "eth0", "address", mac, "netns", self.space)
        ip("link", "add", self.link, "type", "veth", *peer)
        ip("link", "set", self.link, "master", self.network.bridge, "up")
        for device in ("lo", "eth0"):
            ip("-n", self.space, "link", "set", device, "up")
        ip("-n", self.space, "addr", "add", f"{self.address}/24", "dev", "eth0")
        self.network.reach(self.number, mac)
        for number in (CALLERS, DATABASE):
            self._reach(number, self.network.mac(CALLERS))

    def meet(self, other: Host) -> None:
        """Know where it is without asking, so that a cut is not told from a busy host."""
        self._reach(other.number, self.network.mac(other.number))


@dataclass
class Network:
    """The bridge and what hangs on it."""

    bridge: str
    hosts: dict[str, Host] = field(default_factory=dict)

    def address(self, number: int) -> str:
        """Of a host."""
        return f"10.77.{os.getpid() % 250}.{number}"

    def mac(self, number: int) -> str:
        """Of a host; the bridge has one for all its addresses."""
        return f"02:47:48:00:00:{number:02x}"

    def reach(self, number: int, mac: str) -> None:
        """Where the bridge's own addresses send what is for a host."""
        ip(
            *("neigh", "replace", self.address(number), "lladdr", mac),
            *("dev", self.bridge, "nud", "permanent"),
        )

    def __getitem__(self, name: str) -> Host:
        return self.hosts[name]

    def make(self, names: str) -> None:
        """The bridge, and a host for each letter."""
        ip("link", "add", self.bridge, "address", self.mac(CALLERS), "type", "bridge")
        for number in (CALLERS, DATABASE):
            ip("addr", "add", f"{self.address(number)}/24", "dev", self.bridge)
        ip("link", "set", self.bridge, "up")
        for number, name in enumerate(names, FIRST):
            self.hosts[name] = Host(name, number, self)
            self.hosts[name].make()
        for host in self.hosts.values():
            for other in self.hosts.values():
                if host is not other:
                    host.meet(other)

    def remove(self) -> None:
        """Nothing of it is left."""
        for host in self.hosts.values():
            with suppress(subprocess.CalledProcessError):
                host.kill()
                ip("netns", "delete", host.space)  # takes its cable along
        with suppress(subprocess.CalledProcessError):
            ip("link", "delete", self.bridge)


@contextmanager
def network(names: str) -> Iterator[Network]:
    """Hosts of these names, one letter each; afterwards none is left."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        raise SystemExit("Hosts are network namespaces: this needs root, and `ip` of iproute2.")
    made = Network(f"gh{os.getpid()}")
    try:
        made.make(names)
        yield made
    finally:
        made.remove()
