"""What each kind of process costs: connections to PostgreSQL, and memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

from tests.fire import office
from tests.fire.figures import Figure, Measure
from tests.fire.hosts.callers import Callers
from tests.fire.hosts.plant import TIMERS, WEB, Plant
from tests.fire.system import Cluster, leader
from tests.processes import children_of

SECONDS, CALLERS = 20, 64
ESTABLISHED = "01"


def figures(plant: Plant, callers: Callers) -> Iterator[Figure]:
    """The most connections that a process of a kind had, and its memory after that."""
    kinds = {name: kinds_of(plant, name) for name in "ACE"}
    most: dict[tuple[str, int], int] = defaultdict(int)
    over = Event()
    thread = Thread(target=_watch, args=(plant, kinds, most, over))
    thread.start()
    crowd = replace(callers, gates=callers.gates, asked={}, waited=[])
    with office.busy(crowd, callers=CALLERS, pause=0):
        over.wait(SECONDS)
    over.set()
    thread.join()
    for name, pids in kinds.items():
        for kind, pid in pids:
            what = f"{place(name)}, {kind}"
            yield Measure(f"connections of {what}", most[name, pid], "at most")
            yield Measure(f"memory (PSS) of {what}", pss(pid) / 1024, "MB")


def place(name: str) -> str:
    """What a host is for."""
    return "web host" if name in WEB else "timers host" if name in TIMERS else "tasks host"


def kinds_of(plant: Plant, name: str) -> list[tuple[str, int]]:
    """The processes of a host by what they do."""
    up = plant.up[name]
    if name in WEB:
        served = [("web process", row.pid) for row in children_of(up)]
        return [("granian", up), *served]
    cluster = Cluster(leader(up, "qcluster"))
    *workers, monitor, pusher = cluster.members
    lifeline = leader(up, "lifeline")
    return [
        *(("up", up), ("lifeline", lifeline), ("parent", cluster.parent)),
        ("sentinel", cluster.sentinel),
        *(("worker", row.pid) for row in workers),
        *(("monitor", monitor.pid), ("pusher", pusher.pid)),
    ]


def connections(pid: int, port: int) -> int:
    """Open connections of a process to a port."""
    sockets = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            sockets.add(str(link.readlink()))
    rows = (line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:])
    return sum(
        row[3] == ESTABLISHED
        and int(row[2].partition(":")[2], 16) == port
        and f"socket:[{row[9]}]" in sockets
        for row in rows
    )


def pss(pid: int) -> int:
    """Memory in kB, with what is shared counted in shares."""
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("Pss:"))


def _watch(
    plant: Plant,
    kinds: dict[str, list[tuple[str, int]]],
    most: dict[tuple[str, int], int],
    over: Event,
) -> None:
    while not over.wait(0.2):
        for name, pids in kinds.items():
            for _, pid in pids:
                with suppress(FileNotFoundError):
                    now = connections(pid, plant.database.port)
                    most[name, pid] = max(most[name, pid], now)
