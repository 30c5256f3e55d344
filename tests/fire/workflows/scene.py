"""A system as it comes, with a cluster for deadlines and one for tasks, seen from outside."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass

from tests.fire.kills.scene import Scene
from tests.processes import children_of, processes

WEB, TIMERS, TASKS = "granian", "--name timers", "--name gatehouse"
LED = (WEB, TIMERS, TASKS, "lifeline")  # the groups that `up` leads, by what their commands say
CASTS = {
    TIMERS: ["monitor", "pusher", "worker"],
    TASKS: ["monitor", "pusher", "worker", "worker"],
}


@dataclass
class Pair(Scene):
    """What `up` has started, where nothing is said of who sweeps."""

    def whole(self) -> bool:
        """True if the system is healthy and every process is there."""
        return self.is_back(WEB) and all(map(self.is_back, CASTS))

    def is_back(self, which: str) -> bool:
        """True if this part of it works, whatever becomes of the others."""
        if which == WEB:
            return self.system.healthy()
        rows, leads = processes(), self._leads()
        self.known |= set(leads.values())
        return which in leads and self._cast(rows, leads[which]) == CASTS[which]

    def kill(self, which: str) -> bool:
        """SIGKILL to all processes of a part at once; False if it is down already."""
        leader = self._leads().get(which)
        if leader is None:
            return False
        os.killpg(leader, signal.SIGKILL)
        return True

    def _leads(self) -> dict[str, int]:
        rows = children_of(self.up)
        return {of: row.pid for of in LED for row in rows if of in row.command}
