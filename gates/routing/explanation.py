"""Routing in words, the same for everybody: which rule saw what, who is asked, what then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gates.policy import GatePolicy
from gates.routing.triggers import Routing, Why

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_ENDS = {
    "reject": "it is rejected",
    "approve": "it is approved",
    "skip": "it is skipped and nothing is executed",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a proposal goes where it goes. `team` and `timeout` (seconds) are of one level."""

    asks_person: bool
    rules: tuple[str, ...]
    team: str = ""
    timeout: int | None = None
    working_time: bool = False
    if_nobody_answers: str = ""

    @property
    def asked(self) -> str:
        """Who is asked, and by when."""
        if not self.asks_person or self.timeout is None:
            return "Nobody is asked: no rule of the gate wants a person."
        working = " of working time" if self.working_time else ""
        return f"{self.team} is asked and has {in_words(self.timeout)}{working}."

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it, sentence by sentence."""
        last = (self.if_nobody_answers,) if self.if_nobody_answers else ()
        return (*self.rules, self.asked, *last)

    def as_json(self) -> dict[str, Any]:
        """The fields, and `text`: all of it in words."""
        return {**asdict(self), "rules": list(self.rules), "text": " ".join(self.sentences)}


def explain(policy: GatePolicy, routing: Routing, level: int = 0) -> Explanation:
    """Routing in words, as it stands at this level of the chain."""
    rules = tuple(_sentence(item) for item in routing.why)
    if not routing.asks_person:
        return Explanation(asks_person=False, rules=rules)
    step = policy.steps[level]
    return Explanation(
        asks_person=True,
        rules=(*rules, "It cannot be approved as it is.") if routing.over_limit else rules,
        team=step.assignee,
        timeout=step.timeout,
        working_time=policy.working_time,
        if_nobody_answers=f"If nobody answers, {_then(policy, level)}.",
    )


def in_words(seconds: int) -> str:
    """A length of time: `5 minutes`, `1 day 2 hours`, `0 seconds`."""
    words, left = [], seconds
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            words.append(f"{count} {unit}" if count == 1 else f"{count} {unit}s")
    return " ".join(words) or "0 seconds"


def _then(policy: GatePolicy, level: int) -> str:
    above = [
        f"it goes to {step.assignee} for {in_words(step.timeout)}"
        for step in policy.steps[level + 1 :]
    ]
    return ", then ".join([*above, _ENDS[policy.action_at(policy.levels)]])


def _sentence(why: Why) -> str:
    seen = why.value if isinstance(why.value, Mapping) and why.code != "rule_error" else {}
    values = ", ".join(f"{path} is {_written(value)}" for path, value in seen.items())
    return f"{why.text.rstrip('.')} ({values})." if values else why.text


def _written(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"“{value}”" if isinstance(value, str) else f"{value}"
