"""The life of a case: who looks at it, what is said, and what comes of it later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from gates import clock
from gates.actors import Actor
from gates.queries.policies import policy_of
from hitl_project.demo.cases import Case, invent
from hitl_project.demo.history.answers import QUESTIONS, REMARKS, answer_to
from hitl_project.demo.history.cast import Cast
from hitl_project.demo.history.rhythm import moments, patience
from hitl_project.demo.history.stage import Stage
from reviews.models import Review
from reviews.transitions import (
    cancellations,
    comments,
    conditions,
    decisions,
    escalations,
    leases,
    submissions,
)
from reviews.transitions.submissions import Submission
from reviews.verdicts import Answer

# What becomes of a case that needs a person: as often as this in a hundred.
MOODS = {"answered": 82, "raised": 4, "forgotten": 7, "lost": 4, "withdrawn": 3}
LATE = timedelta(minutes=15)  # no case begins later than this before the end
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
OVERTURNED = 0.025
REVISED = 0.6
BY_LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Life:
    """Plans what happens to cases; the same seed plans the same."""

    stage: Stage
    cast: Cast
    random: Random

    def month(self) -> None:
        """Thirty days of cases."""
        for moment in moments(self.stage.end, self.random):
            if moment < self.stage.end - LATE:
                self.begin(invent(self.random), moment)

    def begin(self, case: Case, at: datetime) -> None:
        """A case comes in, and whatever may happen to it happens."""
        self.stage.plan(at, lambda: self._open(case, None))

    def submit(self, case: Case, revises: UUID | None = None) -> Review:
        """The agent proposes."""
        body = case.submission() | {"revises": revises}
        return submissions.submit(Submission(**body), key=self.cast.key)

    def _open(self, case: Case, revises: UUID | None) -> Review:
        review = self.submit(case, revises)
        if review.status == "pending":
            mood = self.random.choices(list(MOODS), weights=list(MOODS.values()))[0]
            getattr(self, f"_{mood}")(case, review)
        return review

    # --- what becomes of it ---------------------------------------------------------------------

    def _answered(self, case: Case, review: Review) -> None:
        delay = self._patience(review, 0)
        self._words(review, clock.now() + delay * 0.5)
        self._decision(case, review, clock.now() + delay)

    def _raised(self, case: Case, review: Review) -> None:
        """Somebody passes it up, and the next team answers."""
        policy = policy_of(review.version)
        if not policy.levels:
            self._answered(case, review)
            return
        pk, at = review.pk, clock.now() + self._patience(review, 0)
        actor = self.cast.one_of(review.team_id, self.random)
        self.stage.plan(at, lambda: escalations.escalate(pk, actor=actor))
        self._decision(case, review, at + self._patience(review, 1))

    def _forgotten(self, case: Case, review: Review) -> None:
        """Nobody answers in time; where there is a next team, it does."""
        policy = policy_of(review.version)
        if policy.levels and review.due_at is not None:
            self._decision(case, review, review.due_at + self._patience(review, 1))
        else:
            self._lost(case, review)

    def _lost(self, case: Case, review: Review) -> None:
        """Nobody answers at all; every other time somebody had at least a look."""
        if self.random.random() < 0.5:
            actor = self.cast.one_of(review.team_id, self.random)
            self.stage.plan(clock.now() + MINUTE, lambda: self._see(review.pk, actor))

    def _withdrawn(self, case: Case, review: Review) -> None:
        pk, key = review.pk, self.cast.key.actor()
        at = clock.now() + self._patience(review, 0)
        self.stage.plan(at, lambda: cancellations.cancel(pk, actor=key, code="withdrawn"))

    # --- what people do --------------------------------------------------------------------------

    def _patience(self, review: Review, level: int) -> timedelta:
        return SECOND + patience(policy_of(review.version).steps[level].timeout, self.random)

    def _see(self, review_id: UUID, actor: Actor) -> None:
        comments.see(review_id, actor=actor)

    def _words(self, review: Review, at: datetime) -> None:
        """Now and then a remark, a question, a claim, or somebody who declines."""
        pk, chance = review.pk, self.random.random()
        actor = self.cast.one_of(review.team_id, self.random)
        text, question = self.random.choice(REMARKS), self.random.choice(QUESTIONS)
        if chance < 0.1:
            self.stage.plan(at, lambda: comments.comment(pk, actor=actor, text=text))
        elif chance < 0.15:
            self.stage.plan(at, lambda: comments.ask(pk, actor=actor, question=question))
        elif chance < 0.18:
            self.stage.plan(at, lambda: leases.pass_on(pk, actor=actor))

    def _decision(self, case: Case, review: Review, at: datetime) -> None:
        """As many people as the gate wants, one after the other."""
        policy = policy_of(review.version)
        answer = answer_to(case, policy, self.random, over_limit=review.over_limit)
        voted: list[Actor] = []
        votes = policy.approvals if answer.verdict == "approve" else 1
        for vote in range(votes):
            pause = vote * self.random.uniform(0.05, 0.3) * HOUR
            self.stage.plan(at + pause, lambda: self._vote(case, review.pk, answer, voted))

    def _vote(self, case: Case, review_id: UUID, answer: Answer, voted: list[Actor]) -> Review:
        review = Review.objects.get(pk=review_id)
        holder = review.assignment.holder_at(clock.now()) if review.assignment else None
        actor = self.cast.one_of(review.team_id, self.random, voted)
        if holder is not None:
            actor = next(
                who for who in self.cast.people[review.team_id or 0] if who.user_id == holder
            )
        voted.append(actor)
        decided = decisions.decide(review_id, actor=actor, answer=answer)
        if decided.review.status == "held":
            self._afterwards(case, decided, answer, actor)
        return decided.review

    # --- what comes later ------------------------------------------------------------------------

    def _afterwards(
        self, case: Case, decided: decisions.Decided, answer: Answer, actor: Actor
    ) -> None:
        review, now = decided.review, clock.now()
        released = review.held_until or now
        if answer.verdict == "approve_if":
            self._condition(decided, released, actor)
        elif self.random.random() < 0.02:
            self._second_thoughts(review.pk, answer, actor)
        elif answer.verdict == "reject" and self.random.random() < REVISED:
            at = released + self.random.uniform(1, 8) * MINUTE
            self.stage.plan(at, lambda: self._open(case.again(), review.pk))
        elif answer.verdict in {"approve", "reject"} and self.random.random() < OVERTURNED:
            self._overturn(review.pk, answer, released + self.random.uniform(2, 30) * HOUR)

    def _second_thoughts(self, review_id: UUID, answer: Answer, actor: Actor) -> None:
        at = clock.now()
        self.stage.plan(at + 4 * SECOND, lambda: decisions.undo(review_id, actor=actor))
        self.stage.plan(
            at + 40 * SECOND,
            lambda: decisions.decide(review_id, actor=actor, answer=answer).review,
        )

    def _overturn(self, review_id: UUID, answer: Answer, at: datetime) -> None:
        instead = "reject" if answer.verdict == "approve" else "approve"
        note = "The second look says otherwise; see the carrier's file."
        lead = self.cast.called(BY_LEAD)

        def overturn() -> Review:
            return decisions.overturn(review_id, actor=lead, verdict=instead, note=note)

        self.stage.plan(at, overturn)

    def _condition(self, decided: decisions.Decided, released: datetime, actor: Actor) -> None:
        """It is met, denied, or nobody cares."""
        [condition] = decided.review.conditions.all()
        chance = self.random.random()
        if chance > 0.85:
            return
        met, key = chance < 0.68, self.cast.key.actor()
        by = {"api": key, "reviewer": actor}.get(condition.confirms)
        answer = conditions.confirm if met else conditions.deny

        def outcome() -> Review:
            if by is None:
                return conditions.answer_by_link(decided.links[condition.pk], met=met)
            return answer(condition.pk, actor=by)

        self.stage.plan(released + self.random.uniform(0.5, 20) * HOUR, outcome)
