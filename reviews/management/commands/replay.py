"""`manage.py replay FILE`: a log of real decisions, played in its own time through everyday's transitions."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gates import clock
from reviews import deadlines
from reviews.management.replay import bank, results
from reviews.management.replay.player import Move, Player, moves
from reviews.management.replay.progress import Pace, Progress
from reviews.management.replay.rows import BadRow, Row, read
from reviews.models import Heartbeat, Review

ALIVE = timedelta(seconds=10)
INTERRUPTED = 130


class Command(BaseCommand):
    """The clock stands at each move's instant, so what is stored is as it was then."""

    help = "Plays a log of real decisions through the loan gate, in the log's own time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file and the pace."""
        parser.add_argument("file", type=Path, help="CSV with one application per line")
        parser.add_argument(
            "--speed", type=_speed, help="seconds of the log in one of ours (as fast as it can)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Play, then print what became of the cases."""
        self._refuse_beside_a_sweep()
        until = clock.now()
        rows, bad = self._read(options["file"], until)
        try:
            player, progress = self._play(rows, until, Pace(options["speed"]))
        except KeyboardInterrupt:
            self.stderr.write("Interrupted. Run it again: it goes on where it was.")
            sys.exit(INTERRUPTED)
        ...
