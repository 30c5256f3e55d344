"""The loop of `up`: start, watch, start again, and in the end leave nothing."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from time import monotonic, sleep
from types import FrameType

import structlog

from hitl_project.supervision.children import Child
from hitl_project.supervision.groups import stop
from hitl_project.supervision.lifeline import Lifeline

log = structlog.get_logger(__name__)

LOOK = 0.2  # seconds between looks at the processes
CHECK_UP = 1.0  # seconds between looks at their health


class Signals:
    """Whether somebody asked us to stop. Set from a handler, so it is a plain attribute: a lock
    could be held by the very code that the signal interrupts.
    """

    asked = False

    def listen(self) -> None:
        """Take over Ctrl-C (also where a shell's & made it ignored) and its like, but under nohup
        let the terminal go.
        """
        signal.signal(signal.SIGINT, self._ask)
        signal.signal(signal.SIGTERM, self._ask)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


class Supervisor:
    """Keeps children running until it is asked to stop."""

    def __init__(self, children: Sequence[Child], signals: Signals) -> None:
        self.children = children
        self.signals = signals
        self.lifeline = Lifeline()
        self._next_check_up = 0.0

    def run(self, meanwhile: Callable[[], None]) -> None:
        """Until a signal. `meanwhile` is called at every check-up."""
        while not self.signals.asked:
            self._look()
            if monotonic() >= self._next_check_up:
                self._next_check_up = monotonic() + CHECK_UP
                self._check_up()
                meanwhile()
            sleep(LOOK)

    def close(self) -> None:
        """Stop them all. Returns when nothing is left."""
        stop([child.group for child in self.children if child.group is not None])
        for child in self.children:
            self._bury(child)
        self.lifeline.close()

    def _look(self) -> None:
        for child in self.children:
            if child.group is not None and child.group.exited():
                log.warning("exited", child=child.name, code=child.group.process.returncode)
                self._bury(child)
            if child.group is None and child.may_start():
                self.lifeline.hold(child.start().leader)

    def _check_up(self) -> None:
        self.lifeline.check()
        for child in self.children:
            if child.group is not None and child.sick():
                log.warning("stands_still", child=child.name)
                self._bury(child)

    def _bury(self, child: Child) -> None:
        """End whatever of it is left; the next look starts it anew."""
        if child.group is not None:
            child.group.end()
            self.lifeline.let_go(child.group.leader)
            child.buried()
