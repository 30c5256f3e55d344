"""`manage.py up`: web server and cluster together until Ctrl-C or SIGTERM."""

from __future__ import annotations

import os
import socket
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from hitl_project import health
from hitl_project.apps import STARTED
from hitl_project.demo.seeding import NotHere
from hitl_project.demo.show import Show
from hitl_project.supervision.children import Child, Cluster, Web
from hitl_project.supervision.supervisor import Signals, Supervisor

HOST = "127.0.0.1"
SWEEPING, TIMERS = "SWEEPING_CLUSTER", "timers"
LAST_PORT = 65_535
# On a host of its own a cluster may finish every task that it has begun.
LONGEST = settings.Q_CLUSTER["timeout"] + 10  # seconds


class Command(BaseCommand):
    """Migrates, starts everything, and says the address once it answers."""

    help = "Run web server and cluster until Ctrl-C; what stops or gets stuck is started again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What differs from one start to the next."""
        parser.add_argument("--port", type=int, default=8000, help="the next free one if taken")
        parser.add_argument("--workers", type=int, default=settings.WORKERS, help="of the cluster")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--demo", action="store_true", help="with people, gates and an agent")
        what.add_argument("--no-web", action="store_true", help="the cluster alone; no migrating")

    def handle(self, *args: Any, **options: Any) -> None:
        """Returns when everything has stopped."""
        signals = Signals()
        signals.listen()
        os.environ["WORKERS"] = str(options["workers"])
        if options["no_web"]:
            if problem := health.ready():
                raise CommandError(f"Not ready: {problem}.")
            self.keep([Cluster(settings.CLUSTER, patience=LONGEST)], signals, lambda: None)
            return
        call_command("migrate", interactive=False, verbosity=0)
        self.port = free_port(options["port"])
        self.address = f"http://{HOST}:{self.port}"
        self.answered = False
        self.show = self.planted() if options["demo"] else None
        pass_on(self.address)
        agents = [self.show.agent] if self.show else []
        self.keep([Web(self.port), *clusters(), *agents], signals, self.go_on)

    def keep(
        self, children: Sequence[Child], signals: Signals, meanwhile: Callable[[], None]
    ) -> None:
        """Keep them running until somebody asks us to stop."""
        with closing(Supervisor(children, signals)) as supervisor:
            supervisor.run(meanwhile)
            self.stderr.write("Stopping …", style_func=str)

    def planted(self) -> Show:
        """The demo, or why not."""
        try:
            return Show(self.address)
        except NotHere as refusal:
            raise CommandError(str(refusal)) from refusal

    def go_on(self) -> None:
        """Say the address when it answers; then what the demo has to say."""
        if not self.answered:
            self.answered = answers(self.port)
            if self.answered:
                self.say(self.address)
                self.say(self.show.greet() if self.show else "")
        elif self.show:
            self.say(self.show.offer())

    def say(self, text: str) -> None:
        """To stdout, at once."""
        if text:
            self.stdout.write(text)
            self.stdout.flush()


def clusters() -> list[Cluster]:
    """One for the tasks, and one beside it that keeps the deadlines, however long an action takes.
    Where somebody has said which cluster sweeps, ours is one of his.
    """
    if os.environ.get(SWEEPING):
        return [Cluster(settings.CLUSTER)]
    os.environ[SWEEPING] = TIMERS
    return [Cluster(TIMERS, workers=1), Cluster(settings.CLUSTER)]


def free_port(first: int) -> int:
    """The first port from `first` on that nobody listens at."""
    for port in range(first, LAST_PORT + 1):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise CommandError(f"No port from {first} on is free.")


def answers(port: int) -> bool:
    """True if somebody listens there."""
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def pass_on(address: str) -> None:
    """What children find in their environment."""
    os.environ.setdefault("BASE_URL", address)
    os.environ["GATEHOUSE_STARTED"] = str(STARTED)
    paths = (str(settings.BASE_DIR), os.environ.get("PYTHONPATH", ""))
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
