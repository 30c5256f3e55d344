"""The processes that `up` keeps running: each leads a session of its own, so that Ctrl-C reaches
only us and whatever a child started can be ended with it.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from time import monotonic

import structlog
from django import db
from django.conf import settings

from hitl_project import connections, health
from hitl_project.supervision.groups import Group, stop
from reviews.models import Heartbeat

log = structlog.get_logger(__name__)

BRIEF = 5.0  # seconds: what lived shorter than this would come and go in a blur
START_UP = 30.0  # seconds until a cluster's first sweep
MANAGE = str(settings.BASE_DIR / "manage.py")


class Child:
    """A command that is started, watched and started again."""

    def __init__(self, name: str, command: Sequence[str], *, patience: float) -> None:
        self.name = name
        self.command = command
        self.patience = patience
        self.starts = 0
        self.started = -BRIEF
        self.group: ChildGroup | None = None

    def start(self) -> ChildGroup:
        """Start it, in a session of its own. Its words go to stderr: stdout carries our answer."""
        self.starts += 1
        self.started = monotonic()
        process = subprocess.Popen(  # noqa: S603
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=self.output(),
            env=os.environ | self.environment(),
            start_new_session=True,
        )
        self.group = ChildGroup(process, patience=self.patience)
        return self.group

    def may_start(self) -> bool:
        """True unless it was started a moment ago and is gone again already."""
        return monotonic() > self.started + BRIEF / 2

    def output(self) -> int | None:
        """Where its stdout goes."""
        return sys.stderr.fileno()

    def environment(self) -> dict[str, str]:
        """What it finds in its environment beside ours."""
        return {}

    def sick(self) -> bool:
        """True if it runs and yet does not work."""
        return False

    def buried(self) -> None:
        """It is gone, with all its group."""
        self.group = None


class ChildGroup(Group):
    """A group whose leader is our child, so that we must reap it."""

    def __init__(self, process: subprocess.Popen[bytes], *, patience: float) -> None:
        super().__init__(process.pid, patience=patience)
        self.process = process

    def exited(self) -> bool:
        """True if the leader is gone, whatever it left behind."""
        return self.process.poll() is not None

    def alive(self) -> bool:
        """True while any process of the group is there; a dead leader is reaped first."""
        self.process.poll()
        return super().alive()

    def end(self) -> None:
        """Kill what is left."""
        self.patience = 0.0
        self.kill()
        stop([self])


class Web(Child):
    """Granian with one process of threads; GRANIAN_* in the environment tunes what is not said."""

    def __init__(self, port: int) -> None:
        threads = str(settings.SERVER_THREADS)
        command = [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)),
            *("--blocking-threads", threads, "--no-ws", "--log-level", "error"),
            "hitl_project.wsgi:application",
        ]
        super().__init__("web", command, patience=3)


class Cluster(Child):
    """django-q2, at work on one queue. Each start has a heartbeat of its own name."""

    def __init__(self, queue: str, *, workers: int | None = None, patience: float = 10) -> None:
        command = [sys.executable, MANAGE, "qcluster", "--name", queue]
        super().__init__(queue, command, patience=patience)
        self._said = {"Q_CLUSTER_NAME": queue} | ({"WORKERS": str(workers)} if workers else {})
        self._beat: datetime | None = None
        self._felt = monotonic()

    @property
    def heart(self) -> str:
        """The name of the present start's heartbeat."""
        return f"{self.name}@{platform.node()}:{os.getpid()}.{self.starts}"

    def environment(self) -> dict[str, str]:
        """Which queue, and the heartbeat's name."""
        return {**self._said, "GATEHOUSE_CLUSTER": self.heart}

    def sick(self) -> bool:
        """True if its heart stands still, by a watch that nobody sets. If the database cannot say,
        nobody is to blame.
        """
        try:
            connections.renew()
            beat = health.heartbeat(self.heart)
        except db.Error:
            self._felt = monotonic()
            return False
        if beat != self._beat:
            self._beat, self._felt = beat, monotonic()
        patience = health.FRESH.total_seconds() if beat else START_UP
        return monotonic() - max(self._felt, self.started) > patience

    def buried(self) -> None:
        """A dead cluster's heartbeat must not pass for a sign of life."""
        super().buried()
        self._beat = None
        try:
            connections.renew()
            Heartbeat.objects.filter(pk=self.heart).delete()
        except db.Error as error:
            log.warning("heartbeat_left", cluster=self.heart, error=str(error))
