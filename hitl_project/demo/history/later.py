"""What comes after a verdict: conditions are met or not, somebody thinks again, or says it anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from gates import clock
from gates.actors import Actor
from hitl_project.demo.history.cast import Cast
from hitl_project.demo.history.stage import Stage
from reviews.models import Review
from reviews.transitions import conditions, decisions
from reviews.verdicts import Answer

CONDITION = {"met": 68, "denied": 17, "ignored": 15}
UNDONE, REVISED, OVERTURNED = 0.02, 0.6, 0.025
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
BY_LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Later:
    """Plans what comes later; `turn` says what, if it is not left to chance."""

    stage: Stage
    cast: Cast
    random: Random
    turn: str = ""

    def plan(self, decided: decisions.Decided, answer: Answer, actor: Actor) -> datetime | None:
        """Called at the moment of the verdict; when the agent asks again, if it does."""
        review = decided.review
        released = review.held_until or clock.now()
        if answer.verdict == "approve_if":
            self._condition(decided, released, actor)
        elif self._chosen("undone", UNDONE):
            self._second_thoughts(review.pk, answer, actor)
        elif answer.verdict == "reject" and review.round == 1 and self._chosen("revised", REVISED):
            return released + self.random.uniform(1, 8) * MINUTE
        elif answer.verdict in {"approve", "reject"} and self._chosen("overturned", OVERTURNED):
            self._overturn(review.pk, answer, released + self.random.uniform(2, 30) * HOUR)
        return None

    def _chosen(self, turn: str, share: float) -> bool:
        return self.turn == turn if self.turn else self.random.random() < share

    def _second_thoughts(self, review_id: UUID, answer: Answer, actor: Actor) -> None:
        at = clock.now()
        self.stage.plan(at + 4 * SECOND, partial(decisions.undo, review_id, actor=actor))

        def decide() -> Review:
            return decisions.decide(review_id, actor=actor, answer=answer).review

        self.stage.plan(at + 40 * SECOND, decide)

    def _overturn(self, review_id: UUID, answer: Answer, at: datetime) -> None:
        instead = "reject" if answer.verdict == "approve" else "approve"
        note = "A second look says otherwise: see the carrier's file."
        lead = self.cast.called(BY_LEAD)
        said = partial(decisions.overturn, review_id, actor=lead, verdict=instead, note=note)
        self.stage.plan(at, said)

    def _condition(self, decided: decisions.Decided, released: datetime, actor: Actor) -> None:
        """It is met, denied, or nobody cares."""
        [condition] = decided.review.conditions.all()
        chance = self.random.choices(list(CONDITION), weights=list(CONDITION.values()))[0]
        turn = self.turn or chance
        if turn == "ignored":
            return
        met, secret = turn == "met", decided.links.get(condition.pk)
        by = self.cast.key.actor() if condition.confirms == "api" else actor
        answer = conditions.confirm if met else conditions.deny
        said = partial(answer, condition.pk, actor=by)
        if secret is not None:
            said = partial(conditions.answer_by_link, secret, met=met)
        self.stage.plan(released + self.random.uniform(0.5, 20) * HOUR, said)
