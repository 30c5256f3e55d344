"""DESIGN 3, 5 and 6 as plain Python: what a review is after any move at any time, and which moves
are refused. It knows no database, no lock and no transaction, and is written for reading.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from reviews.verdicts import Answer
from tests.reviews.machine import rulings
from tests.reviews.machine.people import (
    IN_SCOPE,
    KEYS,
    OUTSIDE,
    TEAMS,
)
from tests.reviews.machine.rulings import Refused, Ruling
from tests.reviews.machine.state import Condition, Decision, State

STARTS_AT = {
    "undo": ("held",),
    "confirm": ("conditional",),
    "deny": ("conditional",),
    "cancel": ("pending", "held", "conditional"),
    "overturn": ("closed",),
}
OF_THE_LEVEL = ("claim", "renew", "release", "assign", "ask", "pass_on", "decide", "escalate")
OUTCOMES = {
    "approve": "approved",
    "modify": "modified",
    "partial": "partially_approved",
    "approve_if": "approved",
    "reject": "rejected",
    "respond": "answered",
    "skip": "skipped",
}
LATEST_APPROVAL = timedelta(seconds=60)


class Case(State):
    """One review and its moves. A move: what is due, then the check, then the move."""

    def move(self, name: str, who: str, now: datetime, *given: Any) -> None:
        """Make a move. Raises Refused; what was due has happened even then."""
        moved = self.time_passes(now)
        self._check(name, moved=moved)
        getattr(self, name)(who, now, *given)

    def _check(self, name: str, *, moved: bool) -> None:
        if self.status in STARTS_AT.get(name, ("pending",)):
            if moved and self.status == "pending" and name in OF_THE_LEVEL:
                raise Refused("escalated")
            return
        if self.status == "closed" and self.out_of_time:
            raise Refused("expired")
        early = self.status == "held" and name in {"confirm", "deny"}
        if self.status == "pending" or name == "overturn" or early:
            raise Refused("wrong_state")
        raise Refused("already_decided")

    # --- submission

    def submit(self, now: datetime) -> None:
        """To the first level if anything asks for a person; else the policy approves."""
        if rulings.asks_a_person(self.proposal):
            self.status = "pending"
            self._open(0, now)
            self._log("submitted", "review.opened")
        else:
            final = self._decision("policy", "approve", "approved", "policy", now, self.proposal)
            self._close(final, now, "approved", self.proposal)
            self._log("submitted", "review.closed")

    def be_revised(self, key: str) -> None:
        """Once, by the key that submitted it, and only what was rejected."""
        if key != self.key or self.outcome != "rejected":
            raise Refused("not_revisable")
        if self.revised:
            raise Refused("already_revised")
        if self.round >= self.gate.max_rounds:
            raise Refused("rounds_exhausted")
        self.revised = True

    # --- time

    def time_passes(self, now: datetime) -> bool:
        """What is due happens, one step; True if the review has moved on by it."""
        if self.wake_at is None or now < self.wake_at:
            return False
        if self.status == "pending":
            return self._time_is_up(now)
        if self.status == "held":
            self._settle(now)
        else:
            self._lapse(now)
        return True

    def _time_is_up(self, now: datetime) -> bool:
        if self._goes_up:
            self._up(now, "expired", "expired")
            return True
        action: str = self.gate.final_action or self.gate.timeout_action
        if action == "approve" and not self._may_pass:
            action = "reject"
        if action == "approve" and self.due_at and now - self.due_at > LATEST_APPROVAL:
            if not self.renewed:
                return self._renew_deadline(now)
            action = "reject"
        result = self.proposal if action == "approve" else None
        verdict = "" if action == "skip" else action
        final = self._decision("timeout", verdict, OUTCOMES[action], "clock", now, result)
        self._close(final, now, OUTCOMES[action], result)
        self._log("expired", "review.closed")
        return True

    @property
    def _goes_up(self) -> bool:
        return self.level.level + 1 < len(self.gate.steps)

    @property
    def _may_pass(self) -> bool:
        """Nobody has to have said yes: within limits, not edited, seen in time if that counts."""
        seen = self.seen_at is not None and self.due_at is not None and self.seen_at < self.due_at
        unedited = self.edit is None and not self.over_limit
        return unedited and (seen or not self.gate.approve_needs_seen)

    def _renew_deadline(self, now: datetime) -> bool:
        """An approval that would come too late: the same people get their time once more."""
        self.renewed = True
        self.due_at = self.level.due_at = now + self._timeout(self.level.level)
        self._log("deadline_renewed")
        return False

    def _settle(self, now: datetime) -> None:
        """What was held is released, to its conditions if it has some."""
        held = self._held()
        mine = [row for row in self.conditions if row.of is held]
        if not mine:
            self._close(held, now, held.outcome, held.result)
            self._log("settled", "review.decided", "review.closed")
            return
        for row in mine:
            row.status, row.due_at = "open", now + timedelta(seconds=row.timeout)
        self.status, self.held_until = "conditional", None
        self._leave("decided")
        self._log("settled", "review.decided", "condition.opened")

    def _lapse(self, now: datetime) -> None:
        for row in self.open_conditions:
            if row.due_at and row.due_at <= now:
                row.status = "expired"
        self._fail(now, "condition_expired")

    def _fail(self, now: datetime, verb: str) -> None:
        self._void()
        self._close(self._held(), now, "condition_failed", None)
        self._log(verb, "review.closed")

    # --- moves of the people of a level

    def claim(self, who: str, now: datetime) -> None:
        """Take it: a live lease of another refuses."""
        self._may_decide(who, now)
        self._lease(who, now, by=who)
        self._log("claimed")

    def renew(self, who: str, now: datetime) -> None:
        """One's own lease starts anew, even an expired one."""
        self._may_decide(who, now)
        if self.level.holder != who:
            raise Refused("held_by_other")
        self._lease(who, now, by=who)
        self._log("renewed")

    def release(self, who: str, now: datetime) -> None:
        """Give it back."""
        self._person(who)
        if self.level.holder != who:
            raise Refused("held_by_other")
        self._free()
        self._log("released")

    def assign(self, who: str, now: datetime, to: str) -> None:
        """A lead, or who has the permission, gives it to one of the team who could decide it."""
        self._directs(who)
        if to not in TEAMS[self.level.team]:
            raise Refused("not_eligible")
        self._not_own(to)
        self._not_voted(to)
        self._lease(to, now, by=who)
        self._log("assigned")

    def prioritise(self, who: str, now: datetime, priority: str) -> None:
        """Move it in its queue; its deadline stays."""
        self._directs(who)
        if priority == self.priority:
            raise Refused("unchanged")
        self.priority = priority
        self._log("prioritised")

    def ask(self, who: str, now: datetime) -> None:
        """Ask for what is missing: no clock stops."""
        self._member(who)
        self._free_of_others(who, now)
        self._log("asked")

    def pass_on(self, who: str, now: datetime) -> None:
        """Decline it at this level."""
        self._member(who)
        self.level.passed.add(who)
        if self.level.holder == who:
            self._free()
        self._log("passed")

    def escalate(self, who: str, now: datetime) -> None:
        """To the next level, with a deadline of its own."""
        self._member(who)
        self._free_of_others(who, now)
        if not self._goes_up:
            raise Refused("no_next_level")
        self._up(now, "escalated", "escalated")

    # --- verdicts

    def decide(self, who: str, now: datetime, answer: Answer, looked_at: Any = None) -> None:
        """A verdict is held, a vote that leaves others to be asked is counted."""
        self._may_decide(who, now)
        if looked_at is not None and looked_at != self.proposed:
            raise Refused("changed")
        ruling = rulings.rule(self.gate, self.proposed, self.proposal, answer)
        votes = self.votes if self.gate.approvals > 1 else []
        edited = ruling.verdict == "modify"
        outcome = OUTCOMES[ruling.verdict]
        if ruling.verdict == "approve" and self.edit is not None:
            outcome = "modified"
        self._lease(who, now, by=who)
        made = self._decision("human", ruling.verdict, outcome, who, now, ruling.result)
        votes_now = 1 if edited else 1 + len(votes)
        if ruling.verdict != "reject" and votes_now < self.gate.approvals:
            self._count(ruling, votes)
        else:
            self._hold(made, now, ruling)

    def _count(self, ruling: Ruling, votes: list[Decision]) -> None:
        """An edit starts the count anew, on the edit."""
        if ruling.verdict == "modify":
            for vote in votes:
                vote.superseded = True
            self.edit = ruling.result
        self._free()
        self._log("voted")

    def _hold(self, made: Decision, now: datetime, ruling: Ruling) -> None:
        until = now + timedelta(seconds=self.gate.undo_window)
        self.status, self.held, self.decided_at = "held", made, now
        self.held_until = until if self.due_at is None else min(until, self.due_at)
        self.conditions += [Condition(made, *term) for term in ruling.conditions]
        self._log("decided")
        if self.gate.undo_window == 0:
            self._settle(now)

    def undo(self, who: str, now: datetime) -> None:
        """Who decided takes it back: pending again, by the same deadline, in his hands."""
        held = self._held()
        if held.who != who:
            raise Refused("not_allowed")
        held.undone = True
        self._void()
        self.status, self.held, self.held_until, self.decided_at = "pending", None, None, None
        self._lease(who, now, by=who)
        self._log("undone")

    def overturn(self, who: str, now: datetime, verdict: str, note: str, reason: str) -> None:
        """A label for analytics beside the decision; outcome and result stay."""
        self._manages(who)
        if self.final is None or self.final.source == "cancel":
            raise Refused("wrong_state")
        if verdict not in {"approve", "modify", "reject"} or verdict == self.final.verdict:
            raise Refused("verdict_not_offered")
        if not note:
            raise Refused("required")
        if reason and reason not in rulings.REASONS:
            raise Refused("unknown_reason")
        added = self._decision("human", verdict, OUTCOMES[verdict], who, now)
        added.overturns = True
        self._log("overturned", "decision.overturned")

    # --- the outside

    def confirm(self, who: str, now: datetime, at: int) -> None:
        """With the last condition the approval is released."""
        row = self._answer(who, at, "met")
        held = self._held()
        if self.open_conditions:
            self._log("condition_met")
        else:
            self._close(held, now, held.outcome, held.result)
            self._log("condition_met", "review.closed")
        row.answered_by = who

    def deny(self, who: str, now: datetime, at: int) -> None:
        """Nothing is released."""
        self._answer(who, at, "denied").answered_by = who
        self._fail(now, "condition_denied")

    def by_link(self, name: str, now: datetime, at: int) -> None:
        """The outside person; his link is single-use, and void with its condition."""
        if not self.link_works(at):
            raise Refused("not_found")
        self.move(name, OUTSIDE, now, at)

    def link_works(self, at: int) -> bool:
        """True for one that was neither used nor void."""
        return self.conditions[at].status in {"waiting", "open", "expired"}

    def _answer(self, who: str, at: int, status: str) -> Condition:
        row = self.conditions[at]
        if row.confirms == "reviewer":
            self._member(who)
            self._not_own(who)
        elif who != {"link": OUTSIDE, "api": self.key}[row.confirms]:
            raise Refused("not_allowed")
        if row.status != "open":
            raise Refused("already_decided")
        row.status = status
        return row

    def cancel(self, who: str, now: datetime) -> None:
        """The submitting side within its gates, or who manages the gate."""
        if who not in KEYS:
            self._manages(who)
        elif who not in IN_SCOPE:
            raise Refused("not_found")
        self._void()
        self._close(self._decision("cancel", "", "cancelled", who, now), now, "cancelled", None)
        self._log("cancelled", "review.closed")

    def see(self, who: str, now: datetime) -> None:
        """A person opens it for the first time."""
        if self.seen_at is None:
            self._person(who)
            self.seen_at = now
            self._log("seen")

    def comment(self, who: str, now: datetime) -> None:
        """A remark, in any state."""
        self._person(who)
        self._log("commented")
