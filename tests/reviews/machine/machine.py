"""The machine: every step that anybody, or time, can make with reviews of one gate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from structlog.testing import capture_logs

from gates import clock
from gates.actors import Actor
from reviews import deadlines
from reviews.models import Condition
from reviews.transitions import (
    batches,
    cancellations,
    comments,
    conditions,
    decisions,
    escalations,
    leases,
    priorities,
)
from reviews.verdicts import Answer
from tests.reviews.machine import choices
from tests.reviews.machine.bench import Bench
from tests.reviews.machine.house import GATES
from tests.reviews.machine.model import Case
from tests.reviews.machine.people import OUTSIDE
from tests.reviews.machine.picture import digest

INSTANT = timedelta(microseconds=1)

Move = Callable[..., Any]
MOVES: dict[str, Move] = {
    "claim": leases.claim,
    "renew": leases.renew,
    "release": leases.release,
    "pass_on": leases.pass_on,
    "ask": lambda pk, actor: comments.ask(pk, actor=actor, question="Which?"),
    "escalate": escalations.escalate,
    "undo": decisions.undo,
    "cancel": cancellations.cancel,
}
REMARKS: dict[str, Move] = {
    "see": comments.see,
    "comment": lambda pk, actor: comments.comment(pk, actor=actor, text="So so."),
}
ANSWERS: dict[str, Move] = {"confirm": conditions.confirm, "deny": conditions.deny}
FRAUD = Answer("reject", reasons=("fraud",))
MANY: dict[str, Move] = {
    "claim": batches.claim_all,
    "release": batches.release_all,
    "escalate": batches.escalate_all,
    "cancel": batches.cancel_all,
    "assign": lambda ids, **by: batches.assign_all(ids, username="ann", **by),
    "prioritise": lambda ids, **by: batches.prioritise_all(ids, priority="high", **by),
    "decide": lambda ids, **by: batches.decide_all(ids, answer=FRAUD, **by),
}
MANY_GIVEN: dict[str, Any] = {"assign": ["ann"], "prioritise": ["high"], "decide": [FRAUD]}


def where(*statuses: str) -> Callable[[Any], Any]:
    """Only if a review stands there."""
    return precondition(lambda self: self.some(*statuses))


class Machine(Bench):
    """All steps."""

    def __init__(self) -> None:
        super().__init__()
        self.links: dict[UUID, str] = {}

    # --- submission

    @initialize(
        slug=st.sampled_from(sorted(GATES)), key=choices.OPENING_KEY, requester=choices.REQUESTER
    )
    def first(self, slug: str, key: str, requester: str) -> None:
        """The gate of this sequence, and its first review."""
        self.gate = GATES[slug]
        self.submitted(Case(self.gate, key, choices.proposal(120), requester))

    @precondition(lambda self: len(self.open) < 2)
    @rule(key=choices.KEY, amount=choices.AMOUNT, requester=choices.REQUESTER, tells=st.booleans())
    def submit(self, key: str, amount: int, requester: str, tells: bool) -> None:
        """Another review."""
        self.submitted(Case(self.gate, key, choices.proposal(amount), requester, tells))

    @precondition(lambda self: len(self.open) < 2 and self.rejected())
    @rule(which=choices.WHICH, same_key=choices.MOSTLY, amount=choices.AMOUNT)
    def revise(self, which: int, same_key: bool, amount: int) -> None:
        """Submit again."""
        rejected = self.rejected()
        at = rejected[which % len(rejected)] if which < 2 else self.pick(which)
        target = self.cases[at]
        key = target.key if same_key else choices.other_key(target.key)
        case = Case(self.gate, key, choices.proposal(amount), round=target.round + 1)
        self.submitted(case, revises=at)

    # --- time

    @rule(which=choices.WHICH, what=choices.CLOCKS, by=st.sampled_from((0, 0, -1, 1)))
    def wait_for(self, which: int, what: str, by: int) -> None:
        """Until just before, at or just after an instant that matters."""
        instant = choices.clock_of(self.cases[self.pick(which)], what)
        if instant is not None:
            self.now = max(self.now, instant + by * INSTANT)
        self.tally.answers["wait_for", "ok"] += 1

    @rule(which=choices.WHICH)
    def wake(self, which: int) -> None:
        """Until the very instant at which something is due."""
        wake_at = self.cases[self.pick(which)].wake_at
        self.now = max(self.now, wake_at) if wake_at else self.now
        self.tally.answers["wake", "ok"] += 1

    @rule(seconds=choices.SECONDS)
    def wait(self, seconds: float) -> None:
        """So long."""
        self.now += timedelta(seconds=seconds)
        self.tally.answers["wait", "ok"] += 1

    @rule(chunk=st.sampled_from((500, 1)))
    def sweep(self, chunk: int) -> None:
        """All that is due happens, and no review is stuck."""
        due = [case for case in self.cases if case.wake_at and case.wake_at <= self.now]
        for case in due:
            case.time_passes(self.now)
        with clock.at(self.now), capture_logs() as complaints:
            swept = deadlines.sweep(chunk=chunk)
        assert (swept, complaints) == (len(due), [])
        self.tally.answers["sweep", "ok" if due else "nothing due"] += 1

    @rule(which=choices.WHICH)
    def read(self, which: int) -> None:
        """A reader enforces what is due."""
        case, pk = self.cases[at := self.pick(which)], self.ids[at]
        self.both("read", lambda: case.time_passes(self.now), lambda: deadlines.enforce(pk))

    # --- short of deciding

    @rule(which=choices.WHICH, who=choices.WHO, name=st.sampled_from(choices.WORK))
    def work(self, which: int, who: str, name: str) -> None:
        """Claim, renew, release, pass, ask, escalate."""
        self.move(name, self.pick(which), who, MOVES[name])

    @rule(which=choices.WHICH, who=choices.WHO, name=st.sampled_from(sorted(REMARKS)))
    def remark(self, which: int, who: str, name: str) -> None:
        """Open it, say something: allowed in any state, and no clock is asked."""
        case, pk = self.cases[at := self.pick(which)], self.ids[at]
        by = choices.named(who, case)
        actor = self.house.actors[by]
        self.both(
            name,
            lambda: getattr(case, name)(by, self.now),
            lambda: REMARKS[name](pk, actor=actor),
        )

    @rule(which=choices.WHICH, who=choices.DIRECTOR, to=choices.ELIGIBLE)
    def assign(self, which: int, who: str, to: str) -> None:
        """Give it to somebody."""
        at = self.pick(which)
        name = choices.named(to, self.cases[at])

        def product(pk: UUID, actor: Actor) -> Any:
            return leases.assign(pk, actor=actor, username=name)

        self.move("assign", at, who, product, name)

    @rule(which=choices.WHICH, who=choices.DIRECTOR, priority=choices.PRIORITY)
    def prioritise(self, which: int, who: str, priority: str) -> None:
        """Move it in its queue."""

        def product(pk: UUID, actor: Actor) -> Any:
            return priorities.prioritise(pk, actor=actor, priority=priority)

        self.move("prioritise", self.pick(which), who, product, priority)

    @rule(which=choices.WHICH, who=choices.CANCELLER)
    def cancel(self, which: int, who: str) -> None:
        """It is over before a verdict takes effect."""
        self.move("cancel", self.pick(which), who, MOVES["cancel"])

    @rule(who=choices.MANY, name=st.sampled_from(sorted(MANY)))
    def many(self, who: str, name: str) -> None:
        """The same for all that are open and the newest closed one, each by itself."""
        shown = [*self.some("pending", "held", "conditional"), *self.some("closed")[:1]]
        by = choices.named(who, self.cases[shown[0]])
        given = MANY_GIVEN.get(name, [])

        cases = [self.cases[at] for at in shown]
        expected = [self.answer_of(case, name, by, *given) for case in cases]
        with clock.at(self.now):
            results = MANY[name](
                [self.ids[at] for at in shown],
                actor=self.house.actors[by],
                principal=self.house.principals[by],
            )
        found = [result.refusal.code if result.refusal else "ok" for result in results]
        assert found == expected, f"many {name}: found {found}, expected {expected}"
        self.tally.answers.update((f"many {name}", code) for code in expected)

    # --- verdicts

    @rule(which=choices.WHICH, who=choices.DECIDER, looked_at=choices.LOOKED_AT)
    def approve(self, which: int, who: str, looked_at: str) -> None:
        """As it is."""
        self.decided(which, who, Answer("approve"), looked_at)

    @rule(
        which=choices.WHICH, who=choices.DECIDER, amount=choices.EDITED, looked_at=choices.LOOKED_AT
    )
    def modify(self, which: int, who: str, amount: int, looked_at: str) -> None:
        """Edited."""
        edited = choices.proposal(amount) if amount != choices.MEDDLED else choices.MEDDLING
        self.decided(which, who, Answer("modify", proposal=edited), looked_at)

    @where("pending")
    @rule(which=choices.WHICH, who=choices.DECIDER, items=choices.ITEMS, reasons=choices.REASONS)
    def partial(
        self, which: int, who: str, items: Mapping[str, str], reasons: tuple[str, ...]
    ) -> None:
        """Some lines of it."""
        given = [
            {"id": key, "verdict": verdict, "reasons": reasons} for key, verdict in items.items()
        ]
        self.decided(which, who, Answer("partial", items=given))

    @where("pending")
    @rule(
        which=choices.WHICH,
        who=choices.DECIDER,
        wanted=choices.CONDITIONS,
    )
    def approve_if(self, which: int, who: str, wanted: list[dict[str, Any]]) -> None:
        """On conditions."""
        self.decided(which, who, Answer("approve_if", conditions=wanted))

    @rule(which=choices.WHICH, who=choices.DECIDER, reasons=choices.REASONS)
    def reject(self, which: int, who: str, reasons: tuple[str, ...]) -> None:
        """No."""
        self.decided(which, who, Answer("reject", reasons=reasons))

    @where("pending")
    @rule(which=choices.WHICH, who=choices.DECIDER, message=st.sampled_from(("I did it.", "")))
    def respond(self, which: int, who: str, message: str) -> None:
        """In the AI's place."""
        self.decided(which, who, Answer("respond", message=message))

    def decided(self, which: int, who: str, answer: Answer, looked_at: str = "") -> None:
        """Decide on both sides."""
        waits = which < 2 and self.some("pending")
        at = self.pick(which, "pending") if waits else self.pick(which)
        case = self.cases[at]
        shown = choices.shown(case, looked_at)
        seen = digest(case.gate.slug, 1, shown) if shown else ""

        def product(pk: UUID, actor: Actor) -> None:
            sent = replace(answer, digest=seen)
            self.links |= decisions.decide(pk, actor=actor, answer=sent).links

        self.move(f"decide {answer.verdict}", at, who, product, answer, shown)

    @where("held")
    @rule(which=choices.WHICH, who=choices.UNDOER)
    def undo(self, which: int, who: str) -> None:
        """Take a verdict back."""
        self.move("undo", self.pick(which, "held"), who, MOVES["undo"])

    @where("closed")
    @rule(
        which=choices.WHICH,
        who=choices.OVERTURNER,
        verdict=choices.LATER,
        note=st.sampled_from(("It was fraud.", "It was fraud.", "")),
        reason=st.sampled_from(("fraud", "", "unknown")),
    )
    def overturn(self, which: int, who: str, verdict: str, note: str, reason: str) -> None:
        """Say afterwards what it should have been; of what is open, nothing."""

        def product(pk: UUID, actor: Actor) -> Any:
            reasons = (reason,) if reason else ()
            return decisions.overturn(pk, actor=actor, verdict=verdict, note=note, reasons=reasons)

        at = self.pick(which) if which else self.pick(which, "closed")
        self.move("overturn", at, who, product, verdict, note, reason)

    # --- conditions

    @precondition(lambda self: self.bound())
    @rule(which=choices.WHICH, last=st.booleans(), who=choices.ANSWERER)
    def confirm(self, which: int, last: bool, who: str) -> None:
        """A condition is met."""
        self.answered("confirm", which, last, who)

    @precondition(lambda self: self.bound())
    @rule(which=choices.WHICH, last=st.booleans(), who=choices.ANSWERER)
    def deny(self, which: int, last: bool, who: str) -> None:
        """It is not."""
        self.answered("deny", which, last, who)

    def answered(self, name: str, which: int, last: bool, who: str) -> None:
        """Answer a condition on both sides, by its link or by its id."""
        bound = self.bound()
        at = bound[which % len(bound)]
        case = self.cases[at]
        place = len(case.conditions) - 1 if last else case.first_open
        pk = Condition.objects.filter(review=self.ids[at]).order_by("pk")[place].pk
        condition = case.conditions[place]
        if condition.confirms == "link" and who in {"right", OUTSIDE}:
            self.both(
                f"{name} by link",
                lambda: case.by_link(name, self.now, place),
                lambda: conditions.answer_by_link(self.links[pk], met=name == "confirm"),
            )
            return
        role = choices.answerer(condition.confirms, case) if who == "right" else who
        answer = ANSWERS[name]
        self.move(name, at, role, lambda _, actor: answer(pk, actor=actor), place)
