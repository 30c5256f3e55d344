"""What waits when the demo starts: one of everything that a visitor should see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from gates.actors import Actor
from gates.policy import GatePolicy
from gates.queries.policies import policy_of
from hitl_project.demo.cases import Case, closures, credit, listings, refunds, replies
from hitl_project.demo.history.answers import said
from hitl_project.demo.history.past import Life
from reviews.models import Review
from reviews.transitions import comments, decisions, escalations, leases
from reviews.verdicts import Answer

Then = Callable[[UUID], Review]


@dataclass(frozen=True, slots=True)
class Present:
    """Sets out open reviews; all moments are minutes before now."""

    life: Life

    def set_out(self) -> None:
        """All of them."""
        self._fresh()
        self._clocks()
        self._people()
        self._votes()
        self._again()
        self._waiting_outside()

    def _fresh(self) -> None:
        """What has just come, and a handful that may be approved together."""
        random = self.life.random
        for minutes, story in ((2, "broken"), (1, "cracked")):
            self._case(refunds.invent(random, story, 149.0), minutes)
        for minutes in (95, 70, 41, 33, 12):
            self._case(listings.invent(random, "scratch"), minutes)
        self._case(listings.invent(random, "replica"), 25)
        self._case(listings.invent(random, "charger"), 8)
        self._case(replies.invent(random, "generous"), 6)  # over the limit of a reply
        self._case(replies.invent(random, "late"), 4)
        self._case(credit.invent(random, "staff"), 15)

    def _clocks(self) -> None:
        """Due soon, almost out of time for the first team, and gone up because nobody answered."""
        random = self.life.random
        self._case(replies.invent(random, "late"), 104)
        self._case(replies.invent(random, "press"), 88)
        self._case(replies.invent(random, "liable"), 185)
        self._case(credit.invent(random, "too_much"), 224)
        self._case(closures.invent(random, "credit"), 60 * 22 + 30)
        self._case(closures.invent(random, "family"), 60 * 25)

    def _people(self) -> None:
        """Claimed by a colleague, claimed by the visitor, with a question, passed up."""
        random, cast = self.life.random, self.life.cast
        mia, kwame = cast.called("mia.keller"), cast.called("kwame.boateng")
        visitor = cast.called("reviewer")
        text = "Has the customer sent a picture of the table? I would like to see the size of it."
        self._case(credit.invent(random, "outage"), 50, 3, partial(leases.claim, actor=kwame))
        self._case(replies.invent(random, "loss"), 30, 2, partial(leases.claim, actor=visitor))
        self._case(
            replies.invent(random, "liable"),
            45,
            20,
            partial(comments.ask, actor=mia, question=text),
        )
        self._case(replies.invent(random, "press"), 75, 9, partial(escalations.escalate, actor=mia))
        self._case(
            credit.invent(random, "price"),
            140,
            35,
            partial(escalations.escalate, actor=kwame),
        )

    def _votes(self) -> None:
        """One vote of two, and none yet."""
        random, priya = self.life.random, self.life.cast.called("priya.nair")
        proven = Answer("approve", reasons=("proven",), note="Nine cards say enough.")
        self._case(
            closures.invent(random, "fraud"),
            190,
            55,
            lambda pk: decisions.decide(pk, actor=priya, answer=proven).review,
        )
        self._case(closures.invent(random, "duplicate"), 65)

    def _again(self) -> None:
        """Rejected, changed, and here once more."""
        case = replies.invent(self.life.random, "press")
        self._case(case, 62, 30, partial(self._reject, case))

    def _reject(self, case: Case, review_id: UUID) -> Review:
        stage, mia = self.life.stage, self.life.cast.called("mia.keller")
        review = self._bind(case, mia, review_id)
        later = (review.held_until or stage.end) + timedelta(minutes=11)
        stage.plan(later, lambda: self.life.submit(case.again(), review_id))
        return review

    def _waiting_outside(self) -> None:
        """Approved, if the customer confirms; and if the budget is moved."""
        random, cast = self.life.random, self.life.cast
        tomas, kwame = cast.called("tomas.vidal"), cast.called("kwame.boateng")
        for case, begun, decided, actor in (
            (refunds.invent(random, "moved", 212.5), 320, 317, tomas),
            (credit.invent(random, "outage"), 400, 350, kwame),
        ):
            self._case(case, begun, decided, partial(self._bind, case, actor))

    def _bind(self, case: Case, actor: Actor, review_id: UUID) -> Review:
        return decisions.decide(
            review_id, actor=actor, answer=said(case, _policy(review_id))
        ).review

    def _case(self, case: Case, begun: int, moved: int = 0, then: Then | None = None) -> None:
        """A case that came `begun` minutes ago, and what somebody did `moved` minutes ago."""

        def open_it() -> Review:
            review = self.life.submit(case)
            if then is not None:
                self.life.stage.plan(self._ago(moved), partial(then, review.pk))
            return review

        self.life.stage.plan(self._ago(begun), open_it)

    def _ago(self, minutes: int) -> datetime:
        return self.life.stage.end - timedelta(minutes=minutes)


def _policy(review_id: UUID) -> GatePolicy:
    return policy_of(Review.objects.select_related("version").get(pk=review_id).version)
