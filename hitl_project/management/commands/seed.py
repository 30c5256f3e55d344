"""`manage.py seed`: plants the demo's people, teams, gates, history and keys, once or again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hitl_project.demo import greeting
from hitl_project.demo.seeding import NotHere, plant


class Command(BaseCommand):
    """Makes what is missing; the keys are new each time, and shown this once."""

    help = "Plant people, teams, gates, a month of history and two API keys (needs DEBUG=1)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What may be left out."""
        parser.add_argument("--empty", action="store_true", help="without a history")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how to get in."""
        try:
            secrets = plant(past=not options["empty"])
        except NotHere as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(greeting.logins())
        self.stdout.write(f"Key of the agent: {secrets.agent}")
        self.stdout.write(f"Personal key of reviewer: {secrets.reviewer}")
