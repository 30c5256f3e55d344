"""A small process that notices when its parent is gone, however it went, and ends the groups that
the parent started. It holds the other end of a pipe, which the kernel closes for a killed parent.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable

from hitl_project.supervision.groups import Group, stop

PATIENCE = 3.0  # seconds that orphans get to finish


class Lifeline:
    """The parent's end."""

    def __init__(self) -> None:
        self._held: set[int] = set()
        self._process = self._start()

    def hold(self, leader: int) -> None:
        """End this group if we die."""
        self._held.add(leader)
        self._tell(f"+{leader}")

    def let_go(self, leader: int) -> None:
        """The group has ended; its number may soon be another's."""
        self._held.discard(leader)
        self._tell(f"-{leader}")

    def check(self) -> None:
        """Start it again if it was killed."""
        if self._process.poll() is not None:
            self._revive()

    def close(self) -> None:
        """Nothing is left to watch."""
        self._process.communicate()

    def _start(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", __name__]
        return subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, start_new_session=True, text=True, bufsize=1
        )

    def _revive(self) -> None:
        self._process.kill()
        self._process.wait()
        self._process = self._start()
        for leader in self._held:
            self._tell(f"+{leader}")

    def _tell(self, line: str) -> None:
        try:
            if self._process.stdin is not None:
                self._process.stdin.write(f"{line}\n")
        except BrokenPipeError:
            self._revive()


def watch(lines: Iterable[str]) -> None:
    """Follow what the parent holds until it is gone, then end what it still held."""
    held: set[int] = set()
    for line in lines:
        leader = int(line[1:])
        if line.startswith("+"):
            held.add(leader)
        else:
            held.discard(leader)
    stop([Group(leader, patience=PATIENCE) for leader in held])


if __name__ == "__main__":
    watch(sys.stdin)
