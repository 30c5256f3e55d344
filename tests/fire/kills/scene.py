"""A system that is up, as its processes are seen from outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.fire import faults
from tests.fire.system import Cluster, System
from tests.processes import Row, children_of, eventually, left_of, processes

LED = ("granian", "qcluster", "lifeline")  # the groups that `up` leads
CAST = ["monitor", "pusher", "worker", "worker"]  # of a cluster that is whole


@dataclass
class Scene:
    """What `up` has started in a system; `known` are the groups that ever were."""

    system: System
    faults: Path
    up: int = 0
    known: set[int] = field(default_factory=set)

    def again(self) -> None:
        """Start `up`, and end the one before; return when all is there."""
        self.system.stop()
        self.up = self.system.up()
        eventually(self.whole, "a system that is whole", shown=self.system.log)

    @property
    def cluster(self) -> int:
        """The parent of the cluster."""
        return self._leads()["qcluster"]

    @property
    def sentinel(self) -> int:
        """Who watches the cluster's other processes."""
        return Cluster(self.cluster).sentinel

    def playing(self, role: str) -> list[int]:
        """Members of the cluster, by their role."""
        members = Cluster(self.cluster).members
        return [row.pid for row in members if faults.role_of(self.faults, row.pid) == role]

    def whole(self) -> bool:
        """True if the system is healthy and every process is there."""
        if not self.system.healthy():
            return False
        rows, leads = processes(), self._leads()
        self.known |= set(leads.values())
        return set(leads) == set(LED) and self._cast(rows, leads["qcluster"]) == CAST

    def left_over(self) -> list[Row]:
        """What is left of groups whose leader is gone. The numbers of processes come round again in
        an hour, so only those count that know our folder.
        """
        former = left_of(self.known - set(self._leads().values()))
        return [row for row in former if self._is_ours(row.pid)]

    def _is_ours(self, pid: int) -> bool:
        try:
            return str(self.faults).encode() in Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:  # it is gone
            return False

    def _leads(self) -> dict[str, int]:
        rows = children_of(self.up)
        return {of: row.pid for of in LED for row in rows if of in row.command}

    def _cast(self, rows: list[Row], cluster: int) -> list[str]:
        sentinels = {row.pid for row in rows if row.parent == cluster}
        members = [row.pid for row in rows if row.parent in sentinels]
        return sorted(faults.role_of(self.faults, pid) for pid in members)
