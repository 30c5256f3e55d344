"""What runs on this machine, and waiting for what is to come."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

import httpx2

Found = TypeVar("Found")
GLANCE = 0.1  # seconds between looks
PORTS = 10_000  # and the 20,000 from there: the system gives them to nobody who calls out


@dataclass(frozen=True, slots=True)
class Row:
    """A process that is more than a zombie."""

    pid: int
    parent: int
    group: int
    kilobytes: int
    command: str


def processes() -> list[Row]:
    """Every process."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,pgid=,rss=,stat=,args="],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rows = [line.split(None, 5) for line in listed.splitlines()]
    return [
        Row(int(row[0]), int(row[1]), int(row[2]), int(row[3]), row[5])
        for row in rows
        if len(row) == 6 and not row[4].startswith("Z")
    ]


def children_of(pid: int) -> list[Row]:
    """Those that the process started itself, oldest first."""
    return sorted((row for row in processes() if row.parent == pid), key=lambda row: row.pid)


def family_of(pid: int) -> list[Row]:
    """The process and all that descend from it, parents first, whatever groups they are in."""
    rows = processes()
    found = [row for row in rows if row.pid == pid]
    for elder in found:  # which grows as we go
        found.extend(row for row in rows if row.parent == elder.pid)
    return found


def healthy(address: str) -> bool:
    """True if the web server answers there and deadlines are kept."""
    try:
        return httpx2.get(f"{address}/healthz", timeout=5).status_code == 200
    except httpx2.TransportError:
        return False


def left_of(groups: Collection[int]) -> list[Row]:
    """What still runs in these process groups."""
    return [row for row in processes() if row.group in groups]


def eventually(
    check: Callable[[], Found],
    what: str,
    *,
    patience: float = 90,
    shown: Callable[[], object] = lambda: "",
) -> Found:
    """What `check` answers, as soon as it is true. Raises AssertionError after `patience` s."""
    end = time.monotonic() + patience
    while True:
        if found := check():
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{patience:g} s have not brought {what}: {shown()}")
        time.sleep(GLANCE)
