"""What the model knows of a review, what follows from it, who may do what with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gates.policy import GatePolicy
from tests.reviews.machine import rulings
from tests.reviews.machine.people import IN_SCOPE, KEYS, LEADS, MANAGER, TEAMS, in_one_of, is_person
from tests.reviews.machine.rulings import Refused


@dataclass
class Level:
    """One level's passage: who is asked, and who holds the review."""

    level: int
    team: str
    opened_at: datetime
    due_at: datetime
    ending: str = ""
    holder: str = ""
    lease_until: datetime | None = None
    passed: set[str] = field(default_factory=set)


@dataclass(eq=False)
class Decision:
    """One verdict or vote."""

    source: str
    verdict: str
    outcome: str
    who: str
    level: int
    on: Any  # what was proposed when it was given
    at: datetime
    result: Any = None
    undone: bool = False
    superseded: bool = False
    overturns: bool = False


@dataclass(eq=False)
class Condition:
    """What a released approval waits for."""

    of: Decision
    confirms: str
    timeout: int
    status: str = "waiting"
    due_at: datetime | None = None
    answered_by: str = ""


@dataclass(eq=False)
class State:
    """One review."""

    gate: GatePolicy
    key: str
    proposal: dict[str, Any]
    requester: str = ""
    tells: bool = True
    round: int = 1
    priority: str = "normal"
    revised: bool = False

    status: str = ""
    outcome: str = ""
    result: Any = None
    edit: dict[str, Any] | None = None
    due_at: datetime | None = None
    renewed: bool = False
    held_until: datetime | None = None
    seen_at: datetime | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None
    held: Decision | None = None
    final: Decision | None = None
    levels: list[Level] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)
    messages: list[tuple[int, str]] = field(default_factory=list)

    # --- what follows from the rest

    @property
    def level(self) -> Level:
        """The level that is asked, or was asked last."""
        return self.levels[-1]

    @property
    def wake_at(self) -> datetime | None:
        """The next moment at which something must happen."""
        clocks = {"pending": self.due_at, "held": self.held_until, "closed": None}
        if self.status == "conditional":
            return min(row.due_at for row in self.open_conditions if row.due_at)
        return clocks[self.status]

    @property
    def open_conditions(self) -> list[Condition]:
        """Those whose clock runs."""
        return [row for row in self.conditions if row.status == "open"]

    @property
    def first_open(self) -> int:
        """The place of the first condition whose clock runs; else of the first."""
        return next((at for at, row in enumerate(self.conditions) if row.status == "open"), 0)

    @property
    def proposed(self) -> dict[str, Any]:
        """What a decider decides on: the edit that is voted on, else the proposal."""
        return self.proposal if self.edit is None else self.edit

    @property
    def votes(self) -> list[Decision]:
        """Verdicts of people that stand."""
        people = [row for row in self.decisions if row.source == "human"]
        return [row for row in people if not (row.undone or row.superseded or row.overturns)]

    @property
    def over_limit(self) -> bool:
        """True if the proposal may not be approved as it is."""
        return not rulings.within_limits(self.proposal)

    @property
    def out_of_time(self) -> bool:
        """Closed by a deadline: of a level, or of a condition."""
        late = any(row.status == "expired" for row in self.conditions)
        return late or (self.final is not None and self.final.source == "timeout")

    # --- rights

    def visible_to(self, who: str) -> bool:
        """To keys of the gate, to teams that were ever asked or own the gate, to who sees all."""
        teams = [level.team for level in self.levels] + [self.gate.owner] * bool(self.gate.owner)
        return who in IN_SCOPE or who == MANAGER or in_one_of(who, teams)

    def _person(self, who: str) -> None:
        if not is_person(who):
            raise Refused("not_allowed")

    def _member(self, who: str) -> None:
        """Only the level that is asked now."""
        self._person(who)
        if who not in TEAMS[self.level.team]:
            before = in_one_of(who, (level.team for level in self.levels))
            raise Refused("escalated" if before else "not_allowed")

    def _may_decide(self, who: str, now: datetime) -> None:
        self._member(who)
        self._not_own(who)
        self._not_voted(who)
        self._free_of_others(who, now)

    def _not_own(self, who: str) -> None:
        if who in {self.requester, KEYS[self.key]}:
            raise Refused("own_proposal")

    def _not_voted(self, who: str) -> None:
        if any(vote.who == who for vote in self.votes):
            raise Refused("already_voted")

    def _free_of_others(self, who: str, now: datetime) -> None:
        live = self.level.lease_until is not None and now < self.level.lease_until
        if live and self.level.holder != who:
            raise Refused("held_by_other")

    def _directs(self, who: str) -> None:
        if LEADS[self.level.team] != who:
            self._manages(who)

    def _manages(self, who: str) -> None:
        self._person(who)
        if who != MANAGER and (not self.gate.owner or LEADS[self.gate.owner] != who):
            raise Refused("not_allowed")

    # --- writing

    def _log(self, verb: str, *messages: str) -> None:
        self.verbs.append(verb)
        if self.tells:
            self.messages += [(len(self.verbs), kind) for kind in messages]

    def _timeout(self, level: int) -> timedelta:
        return timedelta(seconds=self.gate.steps[level].timeout)

    def _open(self, level: int, now: datetime) -> None:
        self.due_at = now + self._timeout(level)
        self.levels.append(Level(level, self.gate.steps[level].assignee, now, self.due_at))

    def _leave(self, ending: str) -> None:
        self.level.ending, self.level.lease_until = ending, None

    def _up(self, now: datetime, ending: str, verb: str) -> None:
        self._leave(ending)
        self._open(self.level.level + 1, now)
        self._log(verb, "review.escalated")

    def _lease(self, who: str, now: datetime, *, by: str) -> None:
        """Who takes it has opened it; who is given it has not."""
        self.level.holder = who
        self.level.lease_until = now + timedelta(seconds=self.gate.lease)
        if who == by and self.seen_at is None:
            self.seen_at = now

    def _free(self) -> None:
        self.level.holder, self.level.lease_until = "", None

    def _held(self) -> Decision:
        assert self.held is not None
        return self.held

    def _void(self) -> None:
        for row in self.conditions:
            if row.status in {"waiting", "open"}:
                row.status = "void"

    def _decision(
        self, source: str, verdict: str, outcome: str, who: str, now: datetime, result: Any = None
    ) -> Decision:
        level = self.level.level if self.levels else 0
        made = Decision(source, verdict, outcome, who, level, self.proposed, now, result)
        self.decisions.append(made)
        return made

    def _close(self, final: Decision, now: datetime, outcome: str, result: Any) -> None:
        if self.levels and not self.level.ending:
            endings = {"timeout": "expired", "cancel": "cancelled"}
            self._leave(endings.get(final.source, "decided"))
        self.status, self.outcome, self.result = "closed", outcome, result
        self.final, self.held, self.held_until = final, None, None
        self.decided_at, self.closed_at = final.at, now
