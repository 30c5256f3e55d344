"""Routing in words, the same for everybody: which rule saw what, who is asked, what then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from gates.policy import GatePolicy, Step
from gates.routing.sentences import Say, said_by
from gates.routing.triggers import Routing, Why


@dataclass(frozen=True, slots=True)
class Wording:
    """How sentences are put: the names of teams by slug, and a translation of each text."""

    names: Mapping[str, str] = field(default_factory=dict)
    say: Say = str

    def name(self, slug: str) -> str:
        """What people call the team."""
        return self.names.get(slug, slug)


PLAIN = Wording()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a proposal goes where it goes. `team` and `timeout` (seconds) are of one level."""

    asks_person: bool
    rules: tuple[str, ...]
    team: str = ""
    timeout: int | None = None
    working_time: bool = False
    if_nobody_answers: str = ""
    asked: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it, sentence by sentence."""
        last = (self.if_nobody_answers,) if self.if_nobody_answers else ()
        return (*self.rules, self.asked, *last)

    def as_json(self) -> dict[str, Any]:
        """The fields, and `text`: all of it in words."""
        told = {name: value for name, value in asdict(self).items() if name != "asked"}
        return {**told, "rules": list(self.rules), "text": " ".join(self.sentences)}


def explain(
    policy: GatePolicy, routing: Routing, level: int = 0, wording: Wording = PLAIN
) -> Explanation:
    """Routing in words, as it stands at this level of the chain."""
    _ = wording.say
    rules = tuple(_sentence(item, policy, _) for item in routing.why)
    if not routing.asks_person:
        nobody = _("Nobody is asked: no rule of the gate wants a person.")
        return Explanation(asks_person=False, rules=rules, asked=nobody)
    step = policy.steps[level]
    return Explanation(
        asks_person=True,
        rules=(*rules, _("It cannot be approved as it is.")) if routing.over_limit else rules,
        team=step.assignee,
        timeout=step.timeout,
        working_time=policy.working_time,
        if_nobody_answers=_("If nobody answers, %s.") % _then(policy, level, wording),
        asked=_asked(policy, level, wording),
    )


def in_words(seconds: int, say: Say = str) -> str:
    """A length of time: `5 minutes`, `1 day 2 hours`, `0 seconds`."""
    _ = say
    units = (
        (86_400, _("1 day"), _("%d days")),
        (3_600, _("1 hour"), _("%d hours")),
        (60, _("1 minute"), _("%d minutes")),
        (1, _("1 second"), _("%d seconds")),
    )
    words, left = [], seconds
    for size, single, several in units:
        count, left = divmod(left, size)
        if count:
            words.append(single if count == 1 else several % count)
    return " ".join(words) or _("%d seconds") % 0


def _asked(policy: GatePolicy, level: int, wording: Wording) -> str:
    """Who is asked, and by when."""
    _, step = wording.say, policy.steps[level]
    text = _("%(team)s is asked and has %(time)s.")
    if policy.working_time:
        text = _("%(team)s is asked and has %(time)s of working time.")
    return text % _of_step(step, wording)


def _then(policy: GatePolicy, level: int, wording: Wording) -> str:
    _ = wording.say
    ends = {
        "reject": _("it is rejected"),
        "approve": _("it is approved"),
        "skip": _("it is skipped and nothing is executed"),
    }
    above = [
        _("it goes to %(team)s for %(time)s") % _of_step(step, wording)
        for step in policy.steps[level + 1 :]
    ]
    return _(", then ").join([*above, ends[policy.action_at(policy.levels)]])


def _of_step(step: Step, wording: Wording) -> dict[str, str]:
    return {"team": wording.name(step.assignee), "time": in_words(step.timeout, wording.say)}


def _sentence(why: Why, policy: GatePolicy, say: Say) -> str:
    text = said_by(why.code, why.value, policy, say) or why.text
    seen = why.value if isinstance(why.value, Mapping) and why.code != "rule_error" else {}
    said = say("%(path)s is %(value)s")
    values = ", ".join(
        said % {"path": path, "value": _written(value)} for path, value in seen.items()
    )
    return f"{text.rstrip('.')} ({values})." if values else text


def _written(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return f"{int(value)}"
    return f"“{value}”" if isinstance(value, str) else f"{value}"
