"""The demo's agent: it proposes, waits for the answer and says what it did with it.

It knows Gatehouse by address and key only, like any integrator, and executes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Any, Generic, Protocol, TypeVar

from hitl_project.demo.cases import Case
from hitl_project.demo.client import Client, Refused
from hitl_project.demo.deeds import done

Say = Callable[[str], None]
Review = dict[str, Any]

BREATH = 2.0  # seconds between two of them, however fast they come back
REVISIONS = 1

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)


class Worker(Protocol[T_contra]):
    """Does one thing after the other, and says how that went."""

    @property
    def say(self) -> Say:
        """Where its words go."""

    @property
    def pause(self) -> Callable[[float], None]:
        """How it waits."""

    def work_on(self, case: T_contra) -> None:
        """From beginning to end."""


@dataclass(frozen=True, slots=True)
class Agent:
    """What works on one case after the other."""

    client: Client
    say: Say
    pause: Callable[[float], None] = sleep
    patience: int = 20  # seconds that one waiting call may take

    def work_on(self, case: Case) -> None:
        """From proposal to end, with a revision where a person says no."""
        revises = None
        for _ in range(REVISIONS + 1):
            review = self._propose(case, revises)
            self._tell(case, self._reading(case, review))
            if review["outcome"] != "rejected" or not _by_person(review) or not case.second:
                return
            revises, case = review["id"], case.again()
            self.pause(BREATH)
        self._tell(case, "gave up after a revision")

    def _propose(self, case: Case, revises: str | None) -> Review:
        body = case.submission() | ({"revises": revises} if revises else {})
        review = self.client.post("reviews/", body)
        if review["status"] != "closed":
            self._tell(case, _asking(case, review))
        return self._follow(case, review)

    def _follow(self, case: Case, review: Review) -> Review:
        """Wait until the review is closed; a condition that is ours to check is checked."""
        told: set[str] = set()
        while review["status"] != "closed":
            for condition in review["conditions"]:
                if condition["status"] == "open" and condition["id"] not in told:
                    told.add(condition["id"])
                    self._meet(case, condition)
            begun = monotonic()
            review = self.client.get(f"reviews/{review['id']}/wait/", seconds=self.patience)
            if review["status"] != "closed":
                self.pause(max(0.0, BREATH - (monotonic() - begun)))
        return review

    def _meet(self, case: Case, condition: dict[str, Any]) -> None:
        if condition["confirms"] != "api":
            self._tell(case, f"waits until somebody confirms: {condition['text']}")
            return
        self._tell(case, f"checks a condition: {condition['text']}")
        self.pause(BREATH)
        try:
            self.client.post(f"conditions/{condition['id']}/confirm/", {})
        except Refused as refusal:
            self._tell(case, f"could not confirm it ({refusal.code})")

    def _reading(self, case: Case, review: Review) -> str:
        """What was done with the result. Nobody's money moves."""
        outcome, decision = review["outcome"], review["decision"] or {}
        if decision.get("source") == "timeout":
            return f"nobody answered in time: {outcome}, {done(case.gate, review)}"
        if decision.get("source") == "policy":
            return f"{done(case.gate, review)} at once, no person needed"
        if outcome == "condition_failed":
            return "dropped it: a condition was not met"
        return f"{done(case.gate, review)} ({_by(outcome, decision)})"

    def _tell(self, case: Case, text: str) -> None:
        self.say(f"agent  {case.called}  {text}")


class Pace(Generic[T]):
    """Begins one thing after the other, however many hands there are; the first one at once."""

    def __init__(
        self,
        seconds: float,
        random: Random,
        kinds: Sequence[str],
        invent: Callable[[Random, str], T],
    ) -> None:
        self._seconds = seconds
        self._random = random
        self._kinds = tuple(kinds)
        self._invent = invent
        self._begun = 0
        self._lock = Lock()

    def next_case(self) -> T:
        """A new one, after a pause of a person's length. Every other one is of the first kind."""
        with self._lock:
            if self._begun:
                sleep(self._seconds * self._random.uniform(0.5, 1.5))
            first, *others = self._kinds
            turn, off = divmod(self._begun, 2)
            self._begun += 1
            kind = others[turn % len(others)] if off and others else first
            return self._invent(self._random, kind)


def start(worker: Worker[T], pace: Pace[T], hands: int) -> list[Thread]:
    """Begin to work, with as many cases open at once as there are hands."""
    threads = [Thread(target=_keep_working, args=(worker, pace), daemon=True) for _ in range(hands)]
    for thread in threads:
        thread.start()
    return threads


def _keep_working(worker: Worker[T], pace: Pace[T]) -> None:
    while True:
        try:
            worker.work_on(pace.next_case())
        except Refused as refusal:
            worker.say(f"agent  refused: {refusal}")
            worker.pause(BREATH)


def _asking(case: Case, review: Review) -> str:
    asks = "asks again," if review["revises"] else "asks"
    why = ", ".join(item["code"] for item in review["why"])
    return f"{asks} {case.wish} ({why})"


def _by_person(review: Review) -> bool:
    return (review["decision"] or {}).get("source") == "human"


def _by(outcome: str, decision: dict[str, Any]) -> str:
    who = decision.get("reviewer") or decision.get("source") or "nobody"
    reasons = ", ".join(decision.get("reasons") or ())
    note = f"“{decision['note']}”" if decision.get("note") else ""
    words = " ".join(part for part in (reasons, note) if part)
    return f"{outcome} by {who}{': ' if words else ''}{words}"
