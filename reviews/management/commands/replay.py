"""`manage.py replay FILE`: a log of real decisions, played in its own time through the transitions
of everyday life.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from gates import clock
from reviews import deadlines
from reviews.management.replay.bank import set_up
from reviews.management.replay.player import Move, Player, moves
from reviews.management.replay.progress import Pace, Progress
from reviews.management.replay.results import gather
from reviews.management.replay.rows import Row, read
from reviews.models import Heartbeat

ALIVE = timedelta(seconds=10)
INTERRUPTED = 130
LONG_AGO = datetime.min.replace(tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)


class Command(BaseCommand):
    """The clock stands at each move's instant, so that what is stored is as it was then."""

    help = "Plays a log of real decisions through the loan gate, in the log's own time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file and the pace."""
        parser.add_argument("file", type=Path, help="CSV, one application per line")
        parser.add_argument(
            "--speed",
            type=_speed,
            metavar="N",
            help="N seconds of the log take one second (without it: as fast as it can)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Play, then print what became of the cases."""
        _refuse_beside_a_sweep()
        progress = Progress(self.stderr)
        try:
            errors = self._play(options["file"], progress, Pace(options["speed"]))
        except KeyboardInterrupt:
            self.stderr.write("\nInterrupted. Run it again: it goes on where it was.")
            sys.exit(INTERRUPTED)
        if errors:
            sys.exit(1)

    def _play(self, file: Path, progress: Progress, pace: Pace) -> int:
        """The number of errors."""
        now = clock.now()
        rows, bad = _rows(file, now, progress)
        timeline = moves(rows.values())
        _commit_without_waiting()
        with clock.at(timeline[0].at):
            bank = set_up(row.decider for row in rows.values())
        player = Player(bank, rows, progress.complain)
        _Play(player, progress, pace, horizon=now).run(timeline)
        results = gather(player.reviews(), rows, player.errors)
        progress.end()
        for line in results.lines():
            self._print(*line)
        self._print("rate", f"{progress.rate:.0f}", f"per second, {progress.so_far()}")
        self._print("bad rows", bad + len(player.bad))
        self._print("errors", len(player.errors))
        return len(player.errors)

    def _print(self, what: str, number: object, more: str = "") -> None:
        self.stdout.write(f"{what:<24}{number:>20}  {more}".rstrip())


class _Play:
    """Steps the clock: through the moves, and between them from one due moment to the next."""

    def __init__(
        self, player: Player, progress: Progress, pace: Pace, *, horizon: datetime
    ) -> None:
        self._player = player
        self._progress = progress
        self._pace = pace
        self._horizon = horizon
        self._swept: datetime | None = None
        self._quiet_until = LONG_AGO  # nothing is due before

    def run(self, timeline: list[Move]) -> None:
        """Make what is left of the moves; then let the clock run on while a case waits for it. It
        stops at the present: what is due later is left to the sweep of everyday.
        """
        left = self._player.left(timeline)
        self._progress.total = len(left)
        for move in left:
            self._run_to(move.at)
            self._stand_at(move.at)
            with clock.at(move.at):
                wake = self._player.make(move)
            self._quiet_until = min(self._quiet_until, wake or NEVER)
            self._progress.made += 1
        self._run_out()
        if self._swept is not None:
            self._player.stuck(self._swept)

    def _run_out(self) -> None:
        while (last := self._player.last_wake(after=self._swept)) is not None:
            self._run_to(min(last, self._horizon))
            if last > self._horizon:
                return

    def _run_to(self, moment: datetime) -> None:
        """Whatever is due up to `moment` happens at its own instant."""
        while self._quiet_until <= moment:
            self._quiet_until = deadlines.next_wake(after=self._swept) or NEVER
            if self._quiet_until <= moment:
                self._sweep_at(self._quiet_until)

    def _sweep_at(self, wake: datetime) -> None:
        self._stand_at(wake)
        with clock.at(wake):
            self._progress.woken += deadlines.sweep()
        self._swept = wake

    def _stand_at(self, moment: datetime) -> None:
        self._pace.wait_for(moment)
        if self._progress.due():
            self._progress.tell(moment)
            _refuse_beside_a_sweep()


def _refuse_beside_a_sweep() -> None:
    """A running cluster would apply today's time to the past."""
    beats = Heartbeat.objects.filter(sweeps=True, at__gt=clock.now() - ALIVE)
    if beats.exists():
        raise CommandError("A cluster is sweeping: stop it first. What is played stays.")


def _commit_without_waiting() -> None:
    """PostgreSQL need not wait for the disk: what a crash of the server takes away, the next run
    plays again.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit TO off")


def _rows(file: Path, now: datetime, progress: Progress) -> tuple[dict[str, Row], int]:
    """The rows that can be played, by case, and how many cannot."""
    rows, bad = dict[str, Row](), 0
    try:
        with file.open(encoding="utf-8", errors="replace", newline="") as lines:
            for row in read(lines, until=now):
                if isinstance(row, Row):
                    rows[row.case] = row
                else:
                    bad += 1
                    progress.complain(row.line, row.problem)
    except (OSError, ValueError) as error:
        raise CommandError(str(error)) from error
    if not rows:
        raise CommandError(f"There is nothing to play in {file}.")
    return rows, bad


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed < float("inf"):
        raise ArgumentTypeError("must be more than 0")
    return speed
