"""Plays a log through the transitions of everyday life, in the log's own order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError
from django.db.models import Max

from reviews.errors import AlreadyDecided, DomainError, Expired, Invalid
from reviews.management.replay.bank import GATE, Bank
from reviews.management.replay.rows import Row
from reviews.models import Review
from reviews.models.review import ReviewQuerySet
from reviews.states import Status
from reviews.transitions.cancellations import cancel
from reviews.transitions.decisions import decide
from reviews.transitions.submissions import Submission, submit
from reviews.verdicts import Answer

log = structlog.get_logger(__name__)

ANSWERS = {"approved": Answer("approve"), "declined": Answer("reject", reasons=("declined",))}


@dataclass(frozen=True, slots=True)
class Move:
    """Something that the log says happened at `at`: a submission, or the answer to it."""

    at: datetime
    answers: bool
    row: Row


def moves(rows: Iterable[Row]) -> list[Move]:
    """The timeline. At the same instant submissions come first."""
    found = []
    for row in rows:
        found.append(Move(row.submitted, answers=False, row=row))
        if row.decided is not None:
            found.append(Move(row.decided, answers=True, row=row))
    return sorted(found, key=lambda move: (move.at, move.answers, move.row.line))


class Player:
    """Makes the moves; the caller has the clock stand at each move's instant. `bad` and `errors`
    are the lines that were refused: for their content, or for what the log does not explain.
    """

    def __init__(
        self, bank: Bank, rows: Mapping[str, Row], complain: Callable[[int, str], None]
    ) -> None:
        self._bank = bank
        self._rows = rows
        self._complain = complain
        self.bad: set[int] = set()
        self.errors: set[int] = set()
        self._stored: dict[str, UUID] = {}
        self._answered: set[str] = set()
        for case, pk, status in self.reviews().values_list("external_id", "pk", "status"):
            self._stored[case] = pk
            if status != Status.PENDING:
                self._answered.add(case)

    def left(self, timeline: Iterable[Move]) -> list[Move]:
        """What an earlier run has not made: no case is submitted twice, and the answer to a stored
        case is still to come while it is pending.
        """
        done = {False: set(self._stored), True: self._answered}
        return [move for move in timeline if move.row.case not in done[move.answers]]

    def make(self, move: Move) -> datetime | None:
        """One move, one transition; when its case wakes next, if it does. A deadline that came
        first is life, and no error.
        """
        try:
            review = self._answer(move.row) if move.answers else self._submit(move.row)
        except (Expired, AlreadyDecided):
            return None
        except DomainError as refusal:
            self._refused(move, refusal)
        except (InterfaceError, OperationalError):
            raise  # the database is gone, and with it every other line
        except Exception as error:
            log.exception("move_failed", line=move.row.line)
            self._failed(move.row, repr(error))
        else:
            return review.wake_at if review is not None else None
        return None

    def reviews(self) -> ReviewQuerySet:
        """The cases of the log, as far as they are stored."""
        return Review.objects.filter(key=self._bank.key, gate__slug=GATE).exclude(external_id="")

    def stuck(self, by: datetime) -> None:
        """Name the cases that should have moved on by then; the sweep has logged what kept them."""
        for case in self.reviews().due(by).values_list("external_id", flat=True):
            if case in self._rows:
                self._failed(self._rows[case], "did not move on when its time was up")

    def last_wake(self, *, after: datetime | None) -> datetime | None:
        """The last moment at which something must happen to a case, of those after `after`."""
        waiting = self.reviews().open()
        if after is not None:
            waiting = waiting.filter(wake_at__gt=after)
        last: datetime | None = waiting.aggregate(last=Max("wake_at"))["last"]
        return last

    def _submit(self, row: Row) -> Review:
        submission = Submission(gate=GATE, proposal={"amount": row.amount}, external_id=row.case)
        review = submit(submission, key=self._bank.key)
        self._stored[row.case] = review.pk
        return review

    def _answer(self, row: Row) -> Review | None:
        """None if there is no such case, because its submission was refused, and reported."""
        review_id = self._stored.get(row.case)
        if review_id is None:
            return None
        by_bank = self._bank.key.actor()
        if row.automatic:
            return cancel(review_id, actor=by_bank, code="decided_elsewhere", verdict=row.verdict)
        if row.verdict == "cancelled":
            return cancel(review_id, actor=by_bank, code="withdrawn")
        person, answer = self._bank.people[row.decider], ANSWERS[row.verdict]
        return decide(review_id, actor=person, answer=answer).review

    def _refused(self, move: Move, refusal: DomainError) -> None:
        """The gate refuses a case for what the row says; nothing else should ever be refused."""
        fields = refusal.fields if isinstance(refusal, Invalid) else ()
        where = "".join(f" {field.pointer}: {field.message}" for field in fields)
        if isinstance(refusal, Invalid) and not move.answers:
            self.bad.add(move.row.line)
            self._complain(move.row.line, f"{refusal.message}{where}")
        else:
            self._failed(move.row, f"{refusal.message}{where}")

    def _failed(self, row: Row, problem: str) -> None:
        self.errors.add(row.line)
        self._complain(row.line, problem)
