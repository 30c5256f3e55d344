"""Plays a log through the transitions of everyday life, in the log's own order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from gates.actors import Actor
from gates.models import ApiKey
from reviews.errors import AlreadyDecided, DomainError, Expired, Invalid
from reviews.management.replay.rows import Row
from reviews.models import Review
from reviews.states import Status
from reviews.transitions.cancellations import cancel
from reviews.transitions.decisions import decide
from reviews.transitions.submissions import Submission, submit
from reviews.verdicts import Answer

GATE = "loan"
ANSWERS = {"approved": Answer("approve"), "declined": Answer("reject", reasons=("declined",))}


@dataclass(frozen=True, slots=True)
class Move:
    """Something that the log says happened at `at`: a submission, or what became of it."""

    at: datetime
    answers: bool
    row: Row


@dataclass(frozen=True, slots=True)
class Bank:
    """Who acts: the key that submits and cancels, and the people by decider of the log."""

    key: ApiKey
    people: dict[str, Actor]


@dataclass(slots=True)
class Refusals:
    """Moves that the transitions refused for another reason than time, by line."""

    bad: dict[int, str] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)


def moves(rows: Iterable[Row]) -> list[Move]:
    """The timeline. At the same instant submissions come first."""
    found = []
    for row in rows:
        found.append(Move(row.submitted, answers=False, row=row))
        if row.decided is not None:
            found.append(Move(row.decided, answers=True, row=row))
    return sorted(found, key=lambda move: (move.at, move.answers, move.row.line))


class Player:
    """Makes the moves. The caller has the clock stand at each move's instant."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.refusals = Refusals()
        self._stored: dict[str, UUID] = {}
        self._answered: set[str] = set()
        reviews = Review.objects.filter(key=bank.key).exclude(external_id="")
        for case, pk, status in reviews.values_list("external_id", "pk", "status"):
            self._stored[case] = pk
            if status != Status.PENDING:
                self._answered.add(case)

    def left(self, timeline: Iterable[Move]) -> list[Move]:
        """What an earlier run has not made: no case is submitted twice, and the answer of a stored
        case is still to come while it is pending.
        """
        done = {False: set(self._stored), True: self._answered}
        return [move for move in timeline if move.row.case not in done[move.answers]]

    def make(self, move: Move) -> None:
        """One move, one transition. A deadline that came first is life, and no error."""
        try:
            if move.answers:
                self._answer(move.row)
            else:
                self._submit(move.row)
        except (Expired, AlreadyDecided):
            return
        except Invalid as refusal:
            self._refused(move, refusal, self.refusals.errors if move.answers else self.refusals.bad)
        except DomainError as refusal:
            self._refused(move, refusal, self.refusals.errors)

    def waits(self) -> bool:
        """True while a case of the log is open."""
        return Review.objects.open().filter(key=self.bank.key).exists()

    def _submit(self, row: Row) -> None:
        submission = Submission(gate=GATE, proposal={"amount": row.amount}, external_id=row.case)
        self._stored[row.case] = submit(submission, key=self.bank.key).pk

    def _answer(self, row: Row) -> None:
        review_id = self._stored.get(row.case)
        if review_id is None:
            return  # its submission was refused, and reported
        by_bank = self.bank.key.actor()
        if row.automatic:
            cancel(review_id, actor=by_bank, code="decided_elsewhere", verdict=row.verdict)
        elif row.verdict == "cancelled":
            cancel(review_id, actor=by_bank, code="withdrawn")
        else:
            decide(review_id, actor=self.bank.people[row.decider], answer=ANSWERS[row.verdict])

    def _refused(self, move: Move, refusal: DomainError, into: dict[int, str]) -> None:
        into[move.row.line] = f"{refusal.code}: {refusal.message}"
