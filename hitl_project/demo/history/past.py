"""The life of a case: who looks at it, what is said, and what comes of it later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from gates import clock
from gates.actors import Actor
from gates.queries.policies import policy_of
from hitl_project.demo.cases import INVENTORS, Case, invent
from hitl_project.demo.history.answers import QUESTIONS, REMARKS, answer_to, said
from hitl_project.demo.history.cast import Cast
from hitl_project.demo.history.later import Later
from hitl_project.demo.history.rhythm import moments, patience
from hitl_project.demo.history.stage import Stage
from reviews.models import Review
from reviews.transitions import cancellations, comments, decisions, escalations, leases, submissions
from reviews.transitions.submissions import Submission
from reviews.verdicts import Answer

# What becomes of a case that needs a person: as often as this in a hundred.
MOODS = {"answered": 82, "raised": 4, "forgotten": 7, "seen": 2, "lost": 2, "withdrawn": 3}
WORDS = {"": 82, "comment": 10, "ask": 5, "pass": 3}
LATE = timedelta(minutes=15)  # no case begins later than this before the end
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
# What a month may lack by chance and must not: (gate, story, mood, what comes later).
CERTAIN = (
    ("listing", "watch", "lost", ""),
    ("listing", "charger", "seen", ""),
    ("reply", "late", "lost", ""),
    ("refund", "birthday", "lost", ""),
    ("close_account", "family", "forgotten", ""),
    ("refund", "not_nice", "withdrawn", ""),
    ("bulk_credit", "price", "raised", ""),
    ("bulk_credit", "twice", "answered", ""),
    ("refund", "part", "answered", ""),
    ("reply", "loss", "answered", ""),
    ("refund", "moved", "answered", "met"),
    ("refund", "moved", "answered", "denied"),
    ("refund", "moved", "answered", "ignored"),
    ("reply", "press", "answered", "revised"),
    ("refund", "signed", "answered", "overturned"),
    ("refund", "cracked", "answered", "undone"),
)


@dataclass(frozen=True, slots=True)
class Life:
    """Plans what happens to cases; the same seed plans the same. `mood` is for all, if there is
    one.
    """

    stage: Stage
    cast: Cast
    random: Random
    later: Later
    mood: str = ""

    def month(self) -> None:
        """Thirty days of cases."""
        for moment in moments(self.stage.end, self.random):
            if moment < self.stage.end - LATE:
                self.begin(invent(self.random), moment)

    def certainties(self) -> None:
        """One of each kind of end, on days of their own."""
        for day, (gate, story, mood, later) in enumerate(CERTAIN, start=5):
            fate = replace(self, mood=mood, later=replace(self.later, turn=later))
            case = INVENTORS[gate](self.random, story)
            fate.begin(case, self.stage.end - timedelta(days=day, minutes=7 * day))

    def begin(self, case: Case, at: datetime) -> None:
        """A case comes in, and whatever may happen to it happens."""
        self.stage.plan(at, lambda: self._open(case, None))

    def submit(self, case: Case, revises: UUID | None = None) -> Review:
        """The agent proposes."""
        submission = Submission(**case.submission(), revises=revises)
        return submissions.submit(submission, key=self.cast.key)

    def _open(self, case: Case, revises: UUID | None) -> Review:
        review = self.submit(case, revises)
        if review.status == "pending":
            mood = self.random.choices(list(MOODS), weights=list(MOODS.values()))[0]
            getattr(self, f"_{self.mood or mood}")(case, review)
        return review

    # --- what becomes of it ---------------------------------------------------------------------

    def _answered(self, case: Case, review: Review) -> None:
        delay = self._patience(review, 0)
        self._words(review, clock.now() + delay * 0.5)
        self._decision(case, review, clock.now() + delay)

    def _raised(self, case: Case, review: Review) -> None:
        """Somebody passes it up, and the next team answers."""
        if not policy_of(review.version).levels:
            self._answered(case, review)
            return
        at, actor = clock.now() + self._patience(review, 0), self._somebody(review)
        self.stage.plan(at, partial(escalations.escalate, review.pk, actor=actor))
        self._decision(case, review, at + self._patience(review, 1))

    def _forgotten(self, case: Case, review: Review) -> None:
        """Nobody answers in time; where there is a next team, it does."""
        if policy_of(review.version).levels and review.due_at is not None:
            self._decision(case, review, review.due_at + self._patience(review, 1))

    def _lost(self, case: Case, review: Review) -> None:
        """Nobody answers, and nobody looks."""

    def _seen(self, case: Case, review: Review) -> None:
        """Somebody has a look, and nobody answers."""
        look = partial(comments.see, review.pk, actor=self._somebody(review))
        self.stage.plan(clock.now() + self._patience(review, 0), look)

    def _withdrawn(self, case: Case, review: Review) -> None:
        key, at = self.cast.key.actor(), clock.now() + self._patience(review, 0)
        self.stage.plan(at, partial(cancellations.cancel, review.pk, actor=key, code="withdrawn"))

    # --- what people do --------------------------------------------------------------------------

    def _somebody(self, review: Review) -> Actor:
        return self.cast.one_of(review.team_id, self.random)

    def _patience(self, review: Review, level: int) -> timedelta:
        return SECOND + patience(policy_of(review.version).steps[level].timeout, self.random)

    def _words(self, review: Review, at: datetime) -> None:
        """Now and then a remark, a question, or somebody who declines."""
        word = self.random.choices(list(WORDS), weights=list(WORDS.values()))[0]
        pk, actor = review.pk, self._somebody(review)
        text, question = self.random.choice(REMARKS), self.random.choice(QUESTIONS)
        if word == "comment":
            self.stage.plan(at, partial(comments.comment, pk, actor=actor, text=text))
        elif word == "ask":
            self.stage.plan(at, partial(comments.ask, pk, actor=actor, question=question))
        elif word == "pass":
            self.stage.plan(at, partial(leases.pass_on, pk, actor=actor))

    def _decision(self, case: Case, review: Review, at: datetime) -> None:
        """As many people as the gate wants, one after the other."""
        policy = policy_of(review.version)
        answer = answer_to(case, policy, self.random, over_limit=review.over_limit)
        if self.mood:
            answer = said(case, policy)
        voted: list[Actor] = []
        for vote in range(policy.approvals if answer.verdict == "approve" else 1):
            pause = vote * self.random.uniform(0.05, 0.3) * HOUR
            self.stage.plan(at + pause, partial(self._vote, case, review.pk, answer, voted))

    def _vote(self, case: Case, review_id: UUID, answer: Answer, voted: list[Actor]) -> Review:
        review = Review.objects.get(pk=review_id)
        actor = self.cast.one_of(review.team_id, self.random, voted)
        voted.append(actor)
        decided = decisions.decide(review_id, actor=actor, answer=answer)
        if decided.review.status == "held":
            again = self.later.plan(decided, answer, actor)
            if again is not None and case.second:
                self.stage.plan(again, partial(self._open, case.again(), review_id))
        return decided.review
