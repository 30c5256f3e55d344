"""Where model and database stand side by side: both make a step, and must answer and be alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import connection, transaction
from hypothesis.stateful import RuleBasedStateMachine, invariant

from gates import clock
from gates.policy import GatePolicy
from reviews.errors import DomainError
from reviews.transitions.submissions import Submission, submit
from tests.factories import T0
from tests.reviews.machine import choices, picture, stored
from tests.reviews.machine.house import House
from tests.reviews.machine.model import Case
from tests.reviews.machine.people import IN_SCOPE
from tests.reviews.machine.rulings import Refused
from tests.reviews.machine.tally import Tally

STEPS = 50  # of a whole sequence
PATIENCE = 3  # steps

Step = Callable[[], Any]


class Bench(RuleBasedStateMachine):
    """Reviews of one gate, in a transaction that is taken back at the end."""

    house: ClassVar[House]
    gate: GatePolicy
    tally: ClassVar[Tally] = Tally()

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = T0
        self.cases: list[Case] = []
        self.ids: list[UUID] = []
        self.steps = self.closed_for = 0
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def teardown(self) -> None:
        """Chains verify and references hold; then all of it goes."""
        try:
            assert stored.flaws() == []
            connection.check_constraints()
            self._count()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    @invariant()
    def alike(self) -> None:
        """Everything stored is what the model says."""
        expected = [picture.of(case) for case in self.cases]
        found = stored.reviews()
        assert [_unlike(*pair) for pair in zip(found, expected, strict=True)] == [{}] * len(found)
        self.steps += bool(self.cases)

    @invariant()
    def something_is_open(self) -> None:
        """After a few steps on what is closed there is a new review."""
        self.closed_for = 0 if self.open else self.closed_for + 1
        if self.cases and self.closed_for > PATIENCE:
            self.submitted(Case(self.gate, "key:agent", choices.proposal(120)))

    @property
    def open(self) -> list[Case]:
        """Not closed yet."""
        return [case for case in self.cases if case.status != "closed"]

    def some(self, *statuses: str) -> list[int]:
        """The reviews that stand there, newest first."""
        return [at for at, case in _newest(self.cases) if case.status in statuses]

    def pick(self, which: int, *statuses: str) -> int:
        """One of those; without statuses one that is open, or the newest."""
        found = self.some(*(statuses or ("pending", "held", "conditional")))
        newest = len(self.cases) - 1
        if not statuses and newest not in found:
            found.append(newest)
        return found[which % len(found)]

    def rejected(self) -> list[int]:
        """Those that might be revised, newest first."""
        return [at for at in self.some("closed") if self.cases[at].outcome == "rejected"]

    def bound(self) -> list[int]:
        """Those whose conditions can be answered, and the newest if it has some."""
        found = [at for at, case in _newest(self.cases) if case.conditions]
        return [at for at in found if self.cases[at] in self.open or at == len(self.cases) - 1]

    def submitted(self, case: Case, revises: int | None = None) -> None:
        """Submit on both sides."""

        def model() -> None:
            if case.key not in IN_SCOPE:
                raise Refused("not_found")
            if case.proposal["amount"] <= 0:
                raise Refused("invalid_proposal")
            if revises is not None:
                self.cases[revises].be_revised(case.key)
            case.submit(self.now)
            self.cases.append(case)

        def product() -> None:
            submission = Submission(
                gate=case.gate.slug,
                proposal=case.proposal,
                requester={"id": case.requester} if case.requester else None,
                callback_url="https://agent.example.com/hooks" if case.tells else "",
                revises=None if revises is None else self.ids[revises],
            )
            self.ids.append(submit(submission, key=self.house.keys[case.key]).pk)

        self.both("submit" if revises is None else "revise", model, product)

    def both(self, name: str, model: Step, product: Step) -> bool:
        """Both make the step or refuse it with the same code; True if it was made."""
        expected = _said(model, Refused)
        with clock.at(self.now):
            found = _said(product, DomainError)
        assert found == expected, f"{name}: found {found!r}, expected {expected!r}"
        self.tally.answers[name, expected] += 1
        return expected == "ok"

    def move(self, name: str, at: int, role: str, product: Callable[..., Any], *given: Any) -> bool:
        """One move of one review, named by its first word; `product` takes (id, actor=)."""
        case, pk = self.cases[at], self.ids[at]
        who = choices.named(role, case)
        actor = self.house.actors[who]
        return self.both(
            name,
            lambda: case.move(name.split(maxsplit=1)[0], who, self.now, *given),
            lambda: product(pk, actor=actor),
        )

    def _count(self) -> None:
        self.tally.steps += self.steps
        self.tally.sequences += self.steps >= STEPS
        ended = [(case.outcome, case.final.source) for case in self.cases if case.final]
        self.tally.ends.update(ended)

    def answer_of(self, case: Case, name: str, who: str, *given: Any) -> str:
        """What the model answers to one move of a batch."""
        if not case.visible_to(who):
            return "not_found"
        return _said(lambda: case.move(name, who, self.now, *given), Refused)


def _newest(cases: list[Case]) -> list[tuple[int, Case]]:
    return list(enumerate(cases))[::-1]


def _said(step: Step, refusal: type[Exception]) -> str:
    try:
        step()
    except refusal as error:
        return str(getattr(error, "code", error))
    return "ok"


def _unlike(found: picture.Picture, expected: picture.Picture) -> dict[str, Any]:
    """{what: (found, expected)} of what differs."""
    names = found.keys() | expected.keys()
    pairs = {name: (found.get(name), expected.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
