"""What each process of `up` holds in memory: its proportional share (PSS), idle and after load."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from tests.benchmarks import waiting
from tests.benchmarks.frame import Bench, Line, measure
from tests.fire.office import busy, opened, use
from tests.fire.system import Cluster, System, leader
from tests.processes import children_of, eventually

IDLE, LOAD = 10.0, 60  # seconds


def run(bench: Bench) -> Iterator[Line]:
    """Web server and cluster over the smaller stock; the load is callers and a burst."""
    with bench.copy(bench.few) as url:
        system = System(url, settings="tests.fire.settings")
        use(system)
        up = system.up(SWEEPING_CLUSTER="")  # as it comes: deadlines have a cluster of their own
        try:
            time.sleep(IDLE)
            idle = _shares(up)
            _load(system, bench.times(LOAD), bench.times(20_000))
            loaded = _shares(up)
        finally:
            system.stop()
    for name, megabytes in idle.items():
        yield Line(f"memory of {name}, idle", [megabytes], unit="MB")
        yield Line(f"memory of {name}, after load", [loaded.get(name, 0.0)], unit="MB")
    yield Line("memory of all, idle", [sum(idle.values())], unit="MB")
    yield Line("memory of all, after load", [sum(loaded.values())], unit="MB")


def _load(system: System, seconds: int, burst: int) -> None:
    from gates import clock  # noqa: PLC0415 (after the set-up)
    from reviews.models import Review  # noqa: PLC0415

    office = opened(system.address)
    with busy(office, pause=0):
        time.sleep(seconds)
    desk = waiting.desk("bench_memory")
    ids = waiting.wait_at(desk, burst, due=clock.now() - timedelta(seconds=1))
    open_ones = Review.objects.filter(pk__gte=ids[0], pk__lte=ids[-1], gate=desk.gate).open()
    eventually(lambda: not open_ones.exists(), "the end of the burst", patience=300)


def _shares(up: int) -> dict[str, float]:
    """Megabytes by what a process is for."""
    return {name: _proportional(pid) for name, pid in _named(up).items()}


def _named(up: int) -> dict[str, int]:
    web, lifeline = leader(up, "granian"), leader(up, "lifeline")
    names = {"up": up, "lifeline": lifeline, "web, parent": web}
    names |= {f"web, process {n}": row.pid for n, row in enumerate(children_of(web), start=1)}
    return names | _members(up, "timers") | _members(up, "gatehouse")


def _members(up: int, queue: str) -> dict[str, int]:
    """The processes of the cluster that works on this queue."""
    cluster = Cluster(leader(up, f"qcluster --name {queue}"))
    *workers, monitor, pusher = [row.pid for row in cluster.members]
    names = {"parent": cluster.parent, "sentinel": cluster.sentinel}
    names |= {"monitor": monitor, "pusher": pusher}
    names |= {f"worker {n}": pid for n, pid in enumerate(workers, start=1)}
    return {f"{queue}, {name}": pid for name, pid in names.items()}


def _proportional(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    measure(run)
