"""`manage.py roles`: what each role holds beside its list, and its list again where one asks."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from gates.transitions import roles


class Command(BaseCommand):
    """`migrate` never takes back what somebody did to a role; this does, for the roles named."""

    help = "Show how roles differ from their lists, or give roles their lists again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which roles to set right."""
        names = list(roles.ROLES)
        parser.add_argument("--reset", nargs="+", choices=names, default=[], metavar="ROLE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset what is named, then say how all of them stand."""
        for role in options["reset"]:
            roles.reset(role)
        for drift in roles.drifts():
            self.stdout.write(f"{drift.role}: {'as listed' if drift.none else _told(drift)}")


def _told(drift: roles.Drift) -> str:
    signed = [*(f"-{name}" for name in drift.lacks), *(f"+{name}" for name in drift.others)]
    return " ".join(signed)
