"""Process groups: whatever a child starts is in its group and ends with it. No Django here."""

from __future__ import annotations

import os
import signal
from collections.abc import Collection
from contextlib import suppress
from time import monotonic, sleep

GLANCE = 0.05  # seconds between looks
LAST_WAIT = 2.0  # seconds that the kernel gets to bury what was killed


class Group:
    """A process group, known by its leader's id."""

    def __init__(self, leader: int, *, patience: float) -> None:
        self.leader = leader
        self.patience = patience  # seconds between the request to stop and the end of it

    def alive(self) -> bool:
        """True while any process of the group is there."""
        try:
            os.killpg(self.leader, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def terminate(self) -> None:
        """Ask the leader, and nobody else: a cluster whose every process is told to stop hangs."""
        with suppress(ProcessLookupError, PermissionError):
            os.kill(self.leader, signal.SIGTERM)

    def kill(self) -> None:
        """End every process of the group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.leader, signal.SIGKILL)


def stop(groups: Collection[Group]) -> None:
    """Ask them all, give each its time, end what is left. Returns when nothing is left."""
    for group in groups:
        group.terminate()
    begun = monotonic()
    left = [group for group in groups if group.alive()]
    longest = max((group.patience for group in groups), default=0.0) + LAST_WAIT
    while left and monotonic() < begun + longest:
        for group in left:
            if monotonic() > begun + group.patience:
                group.kill()
        sleep(GLANCE)
        left = [group for group in left if group.alive()]
