"""`manage.py seed`: plants the demo's people, teams, gates and keys, once or again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hitl_project.demo import greeting
from hitl_project.demo.seeding import NotHere, plant


class Command(BaseCommand):
    """Makes what is missing; the keys are new each time, and shown this once."""

    help = "Plant people, teams, gates and two API keys to try Gatehouse with (needs DEBUG=1)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how to get in."""
        try:
            secrets = plant()
        except NotHere as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(greeting.logins())
        self.stdout.write(f"Key of the agent: {secrets.agent}")
        self.stdout.write(f"Personal key of reviewer: {secrets.reviewer}")
