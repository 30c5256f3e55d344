"""`manage.py agent`: the demo's agent. It uses HTTP and a key, and never the database."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from random import Random
from time import sleep
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hitl_project.demo.agent import Agent, Pace, start
from hitl_project.demo.cases import INVENTORS, invent
from hitl_project.demo.client import Client
from hitl_project.demo.errands import Messenger
from hitl_project.demo.shop import errands

A_LONG_TIME = 3600.0
MESSENGERS = 5


class Command(BaseCommand):
    """Works until it is stopped."""

    help = "Propose simulated actions of a shop over HTTP and say what came of them."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, and how busily. The key may come from the environment: others can read argv."""
        parser.add_argument("--url", default=settings.BASE_URL)
        parser.add_argument("--key", default=os.environ.get("GATEHOUSE_KEY", ""))
        parser.add_argument("--gate", dest="gates", action="append", choices=list(INVENTORS))
        parser.add_argument("--pace", type=float, default=12.0, help="seconds between proposals")
        parser.add_argument(
            "--errands",
            type=float,
            default=40.0,
            metavar="SECONDS",
            help="between runs of workflows; 0 for none, as with --gate",
        )
        parser.add_argument("--hands", type=int, default=10, help="cases that are open at once")

    def handle(self, *args: Any, **options: Any) -> None:
        """Returns on Ctrl-C only."""
        if not options["key"]:
            raise CommandError("Give a key: --key, or GATEHOUSE_KEY in the environment.")
        client = Client(options["url"], options["key"])
        random = Random()  # noqa: S311
        pace = Pace(options["pace"], random, options["gates"] or tuple(INVENTORS), invent)
        start(Agent(client, self.say), pace, options["hands"])
        if options["errands"] and not options["gates"]:
            errand_pace = Pace(options["errands"], random, tuple(errands.ERRANDS), errands.invent)
            start(Messenger(client, self.say), errand_pace, MESSENGERS)
        try:
            while True:
                sleep(A_LONG_TIME)
        except KeyboardInterrupt:
            self.say("agent  stopped")

    def say(self, line: str) -> None:
        """One line, at once, whichever hand says it."""
        self.stdout.write(f"{line}\n", ending="")
        self.stdout.flush()
