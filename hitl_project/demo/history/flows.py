"""Runs of the shop's workflows: some ended, some that wait, and one at a dead end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from gates import clock
from gates.performers import Call
from hitl_project.demo.history.cast import Cast
from hitl_project.demo.history.stage import Stage
from hitl_project.demo.shop import errands
from hitl_project.demo.shop.actions import ACTIONS, BANK
from hitl_project.demo.shop.errands import Errand
from reviews import deadlines
from reviews.models import Condition, Review, Run
from reviews.queries import runs
from reviews.states import StepStatus
from reviews.transitions import conditions, decisions
from reviews.transitions.runs import answering, walking
from reviews.transitions.runs.confirming import secret_of
from reviews.transitions.runs.starting import Start, start
from reviews.verdicts import Answer

A_MOMENT, A_WHILE = timedelta(seconds=0.2), timedelta(seconds=1.3)
MINUTE, HOUR = 1, 60  # minutes
APPROVE = Answer("approve")
LESS = Answer("reject", reasons=("wrong_amount",), note="Half of it would be fair.")
TOO_MANY = Answer("reject", reasons=("too_many",), note="We sell them in summer only.")

Then = Callable[[UUID], None]
Moves = Mapping[float, Then]  # by minutes before now


@dataclass(frozen=True, slots=True)
class Flows:
    """Sets out runs; all moments are minutes before now."""

    stage: Stage
    cast: Cast
    random: Random
    _closed: set[UUID] = field(default_factory=set)  # runs for which the bank never answers

    def set_out(self) -> None:
        """All of them."""
        self._ended()
        self._waiting()
        stuck = errands.refund(self.random, "broken", 189.0)
        self._run(stuck, 35, {34: self._finds_closed, 33: self._says(APPROVE)})

    def _ended(self) -> None:
        random, yes = self.random, self._says(APPROVE)
        self._run(errands.refund(random, "lost", 149.0), 52, {49: yes})
        again: Moves = {5 * HOUR - 4: self._says(LESS), 5 * HOUR - 11: yes}
        self._run(errands.refund(random, "cracked", 260.0), 5 * HOUR, again)
        edited: Moves = {3 * HOUR - 3: self._gives(75.0)}
        self._run(errands.refund(random, "part", 150.0), 3 * HOUR, edited)
        passes: Moves = {7 * HOUR - 3: self._approves_if_asked}  # the coin may ask
        self._run(errands.refund(random, "returned", 32.0), 7 * HOUR, passes)
        for began, met in ((26 * HOUR, True), (50 * HOUR, False)):
            answers: Moves = {began - 3: yes, began - 2 * HOUR: partial(self._answers, met=met)}
            self._run(errands.pickup(random, "returned", 180.0), began, answers)
        self._run(errands.parcel(random), 20, {})  # nobody answers, and it goes without a gift
        self._run(errands.parcel(random), 2 * HOUR, {2 * HOUR - 0.5: yes})
        for began, said in ((8 * HOUR, APPROVE), (30 * HOUR, TOO_MANY)):
            looks: Moves = {began - HOUR: partial(self._looks_back, said)}
            self._run(errands.restock(random), began, looks)

    def _waiting(self) -> None:
        random = self.random
        self._run(errands.refund(random, "broken", 219.0), 3, {})
        self._run(errands.pickup(random, "returned", 240.0), 90, {87: self._says(APPROVE)})
        self._run(errands.restock(random), 25, {})

    def _run(self, errand: Errand, began: float, then: Moves) -> None:
        """A run that began so many minutes ago, and what people did then."""

        def begin() -> None:
            run = start(Start(errand.workflow, **errand.body()), key=self.cast.key)
            for ago, move in then.items():
                self.stage.plan(self._ago(ago), partial(move, run.pk))
            self._go_on(run.pk)

        self.stage.plan(self._ago(began), begin)

    def _ago(self, minutes: float) -> datetime:
        return self.stage.end - timedelta(minutes=minutes)

    # --- what the cluster would do ----------------------------------------------------------------

    def _go_on(self, run_id: UUID) -> None:
        """Plan the next thing that must happen to a run; people's moves are planned already."""
        step = runs.open_step(Run(pk=run_id))
        if step is None:
            return
        review = Review.objects.filter(step=step).first()
        if review is not None and review.wake_at is not None:
            self.stage.plan(review.wake_at, partial(self._wake, review.pk, run_id))
        elif step.wake_at is not None and step.status in {StepStatus.READY, StepStatus.WAITING}:
            soon = step.status == StepStatus.READY
            due = clock.now() + A_MOMENT if soon else step.wake_at
            self.stage.plan(due, partial(self._take_up, step.pk, run_id))

    def _wake(self, review_id: UUID, run_id: UUID) -> None:
        deadlines.enforce(review_id)
        self._go_on(run_id)

    def _take_up(self, step_id: UUID, run_id: UUID) -> None:
        call = walking.advance(step_id)
        if call is None:
            self._go_on(run_id)
        else:
            acted = partial(self._act, call, run_id)
            self.stage.plan(clock.now() + A_WHILE, acted)

    def _act(self, call: Call, run_id: UUID) -> None:
        if run_id in self._closed:
            answering.failed(call, BANK)
        else:
            self._does(call)
        self._go_on(run_id)

    def _does(self, call: Call) -> None:
        try:
            output = ACTIONS[call.action](call)
        except ConnectionError as error:
            answering.failed(call, str(error))
        else:
            answering.finished(call, output)

    # --- what people do ---------------------------------------------------------------------------

    def _says(self, answer: Answer) -> Then:
        return partial(self._decides, answer)

    def _finds_closed(self, run_id: UUID) -> None:
        self._closed.add(run_id)

    def _decides(self, answer: Answer, run_id: UUID) -> None:
        review = Review.objects.filter(step__run=run_id).latest("id")
        self._answer(review, answer, run_id)

    def _approves_if_asked(self, run_id: UUID) -> None:
        for review in Review.objects.pending().filter(step__run=run_id):
            self._answer(review, APPROVE, run_id)

    def _gives(self, amount: float) -> Then:
        """Less than was proposed."""

        def decides(run_id: UUID) -> None:
            review = Review.objects.filter(step__run=run_id).latest("id")
            less = {**review.proposal, "amount": amount}
            modified = Answer("modify", proposal=less, reasons=("wrong_amount",))
            self._answer(review, modified, run_id)

        return decides

    def _looks_back(self, answer: Answer, run_id: UUID) -> None:
        """After the act; what is rejected is undone by a run of its own."""
        look = Review.objects.get(observes__step__run=run_id)
        self._answer(look, answer, run_id)
        self.stage.plan(clock.now() + timedelta(minutes=1), partial(self._undo, run_id))

    def _undo(self, run_id: UUID) -> None:
        for undoing in Run.objects.filter(compensates=run_id):
            self._go_on(undoing.pk)

    def _answer(self, review: Review, answer: Answer, run_id: UUID) -> None:
        actor = self.cast.one_of(review.team_id, self.random)
        decided = decisions.decide(review.pk, actor=actor, answer=answer)
        if decided.review.wake_at is not None:
            self.stage.plan(decided.review.wake_at, partial(self._wake, review.pk, run_id))

    def _answers(self, run_id: UUID, *, met: bool) -> None:
        """The customer, by the link."""
        condition = Condition.objects.get(step__run=run_id)
        conditions.answer_by_link(secret_of(condition), met=met)
        self._go_on(run_id)
