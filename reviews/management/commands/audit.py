"""`manage.py audit verify`: is the audit trail as it was written?"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from reviews.queries import trail


class Command(BaseCommand):
    """The one answer goes to stdout; the exit status is 1 when a row is bad."""

    help = "Checks the audit trail and names the first row that is not as it was written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`verify` is all there is."""
        parser.add_argument("action", choices=["verify"], help="walk every chain")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and report."""
        finding = trail.verify()
        if finding.flaw is not None:
            self.stdout.write(f"bad row: {finding.flaw}")
            sys.exit(1)
        self.stdout.write(f"{finding.events} events of {finding.subjects} subjects: clean")
