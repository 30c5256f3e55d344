"""A workflow walked dry: no action is done and nobody is asked. What actions return and how gates
and conditions end is made up by a plan; gates route by their rules, and toss no coin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gates.expressions import RuleError
from gates.graph.data import data_for, handed_by_gate, shown_to_gate, taken
from gates.graph.nodes import (
    CANCELLED,
    EXHAUSTED,
    Action,
    Branch,
    Condition,
    End,
    Graph,
    HumanGate,
    Node,
)
from gates.graph.outcomes import APPROVED, OF_CONDITION, OF_GATE, outcomes_of
from gates.graph.plan import Passed, Plan, misplaced
from gates.policy import GatePolicy, Triggers
from gates.routing import (
    FieldProblem,
    Routing,
    explain,
    in_words,
    problems_with,
    route,
    within_limits,
)

__all__ = ["LONGEST", "Passed", "Plan", "ended", "misplaced", "simulate"]

LONGEST = 1000
"""Steps of a walk: people could send a run round for ever."""

_ASKED = Triggers(always_because="It is asked.")
_AS_IT_IS = frozenset({APPROVED, "condition_failed"})
_RESULTS = frozenset({"modified", "partially_approved", "answered"})
"""Outcomes whose result somebody makes."""

_VERDICTS = {
    APPROVED: "approve",
    "modified": "modify",
    "partially_approved": "partial",
    "answered": "respond",
    "rejected": "reject",
    "condition_failed": "approve_if",
}


class _Stop(Exception):
    """It goes no further."""

    def __init__(self, problem: str, *choices: str) -> None:
        super().__init__(problem)
        self.choices = choices


def simulate(graph: Graph, policies: Mapping[str, GatePolicy], plan: Plan) -> list[Passed]:
    """The way that a run would take, as far as it comes; gates by the policies of their slugs."""
    walk, trail = _Walk(graph, policies, plan), list[Passed]()
    name, handed = graph.start, plan.input
    while name and len(trail) < LONGEST:
        trail.append(walk.pass_(name, handed))
        name, handed = trail[-1].to, trail[-1].handed
    if name:
        trail[-1].problem = f"It has not ended after {LONGEST} steps."
    return trail


def ended(trail: Sequence[Passed]) -> str:
    """The outcome of the run; empty if it does not come to an end."""
    last = trail[-1]
    if last.problem:
        return ""
    return last.node if last.kind == End.kind else last.outcome


@dataclass(slots=True)
class _Walk:
    """Where a walk has been."""

    graph: Graph
    policies: Mapping[str, GatePolicy]
    plan: Plan
    facts: dict[str, Any] = field(init=False)
    rounds: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)  # times in a row, by node

    def __post_init__(self) -> None:
        self.facts = {"input": self.plan.input}

    def pass_(self, name: str, handed: Any) -> Passed:
        """One node."""
        self.rounds[name] += 1
        node = self.graph.nodes[name]
        here = Passed(name, node.kind, self.rounds[name], handed)
        try:
            self._take(node, here)
        except _Stop as stop:
            here.problem, here.choices = str(stop), stop.choices
        except RuleError as error:
            here.problem = f"An expression cannot be worked out: {error}"
        return here

    def _take(self, node: Node, here: Passed) -> None:
        if isinstance(node, Action):
            self._act(node, here)
        elif isinstance(node, HumanGate):
            self._ask(node, here)
        elif isinstance(node, Condition):
            self._confirm(node, here)
        elif isinstance(node, Branch):
            self._choose(node, here)
        else:
            here.handed = here.given

    def _leave(self, here: Passed, outcome: str, output: Any, handed: Any) -> None:
        to = self.graph.nodes[here.node].edges.get(outcome, "")
        if not to and outcome != CANCELLED:
            raise _Stop(f"The workflow has no way on for “{outcome}”.")
        here.outcome, here.handed, here.to = outcome, handed, to
        self.facts[here.node] = output

    def _act(self, node: Action, here: Passed) -> None:
        here.given = data_for(node.data, self.facts, here.given)
        made_up = self.plan.output(here.node, here.round)
        output = made_up[0] if made_up else self._example(node, here)
        self._leave(here, "", output, output)

    def _example(self, node: Action, here: Passed) -> Any:
        """What stands for an action's output: before a gate that has an example, that."""
        after = self.graph.nodes[node.next]
        policy = self.policies.get(after.gate) if isinstance(after, HumanGate) else None
        if policy is None or policy.example is None:
            here.warning = f"no output of “{node.name}” is given: null stands for it"
            return None
        here.said = (f"The example of gate “{policy.slug}” stands for its output.",)
        return policy.example

    def _choose(self, node: Branch, here: Passed) -> None:
        if node.rounds is not None and here.round > node.rounds:
            self._leave(here, EXHAUSTED, None, here.given)
        else:
            case, to = taken(node, self.facts)
            self._leave(here, case, {"next": to}, here.given)

    def _confirm(self, node: Condition, here: Passed) -> None:
        contact = data_for(node.contact, self.facts, None) if node.contact else None
        whom = f"{contact}" if contact else "somebody outside"
        time = in_words(node.timeout)
        here.said = (f"“{node.text}” is asked of {whom} by {node.confirms}, within {time}.",)
        outcome = self._chosen(here, OF_CONDITION)
        self._leave(here, outcome, {"outcome": outcome}, here.given)

    def _chosen(self, here: Passed, reachable: Sequence[str]) -> str:
        chosen = self.plan.choice(here.node, here.round)
        if chosen in reachable:
            return chosen
        said = f"It cannot end as “{chosen}”" if chosen else "Nothing is chosen"
        raise _Stop(f"{said}: choose one of: {', '.join(reachable)}", *reachable)

    def _ask(self, node: HumanGate, here: Passed) -> None:
        before = here.given
        here.given = data_for(node.data, self.facts, before)
        if node.rounds is not None and here.round > node.rounds:
            return self._leave(here, EXHAUSTED, None, before)
        policy = self.policies.get(node.gate)
        if policy is None:
            raise _Stop(f"The gate refuses it: there is no gate “{node.gate}” here.")
        content = _content(policy, here.given)
        if self.rejected[node.name] >= policy.max_rounds:
            return self._leave(here, EXHAUSTED, None, before)
        outcome = self._outcome(policy, content, here)
        output = _output(content, outcome, self._result(policy, content, outcome, here))
        self._leave(here, outcome, output, handed_by_gate(output))
        self.rejected[node.name] = (self.rejected[node.name] + 1) * (outcome == "rejected")
        return None

    def _outcome(self, policy: GatePolicy, content: Mapping[str, Any], here: Passed) -> str:
        routed = route(
            policy,
            proposal=content["proposal"],
            context=content.get("context", {}),
            confidence=content.get("confidence"),
            coin=None,
            revision=self.rejected[here.node] > 0,
        )
        asks = routed.asks_person and policy.mode == "gate"
        here.said = tuple(_routing_in_words(policy, routed, asks=asks))
        return self._chosen(here, _reachable(policy, routed)) if asks else APPROVED

    def _result(
        self, policy: GatePolicy, content: Mapping[str, Any], outcome: str, here: Passed
    ) -> Any:
        if outcome not in _RESULTS:
            return content["proposal"] if outcome == APPROVED else None
        made_up = self.plan.output(here.node, here.round)
        if not made_up:
            raise _Stop(f"“{outcome}” needs a result: give it as the output of “{here.node}”.")
        if outcome == "answered":
            _refuse_unless_words(made_up[0])
        else:
            context, confidence = content.get("context", {}), content.get("confidence")
            _refuse(problems_with(policy, made_up[0], context))
            if not within_limits(policy, made_up[0], context, confidence):
                raise _Stop(f"The result breaks the gate's limits: {policy.limits}.")
        return made_up[0]


def _content(policy: GatePolicy, given: Any) -> dict[str, Any]:
    """What is submitted. Raises _Stop where the gate would refuse it."""
    content = shown_to_gate(given)
    if isinstance(content, FieldProblem):
        _refuse([content])
        return {}
    _refuse(problems_with(policy, content["proposal"], content.get("context", {})))
    return content


def _refuse(problems: Sequence[FieldProblem]) -> None:
    if problems:
        details = "; ".join(f"{problem.pointer}: {problem.message}" for problem in problems)
        raise _Stop(f"The gate refuses it: {details}")


def _refuse_unless_words(result: Any) -> None:
    if not isinstance(result, Mapping) or not isinstance(result.get("message"), str):
        raise _Stop("“answered” needs a result of the form {message: text}.")


def _reachable(policy: GatePolicy, routed: Routing) -> list[str]:
    """How it can end now that a person is asked; one over the limit cannot pass as it is."""
    found = outcomes_of(replace(policy, triggers=_ASKED))
    barred = _AS_IT_IS if routed.over_limit else frozenset()
    return [name for name in OF_GATE if name in (found - barred) | {CANCELLED}]


def _routing_in_words(policy: GatePolicy, routed: Routing, *, asks: bool) -> Iterator[str]:
    told = explain(policy, routed)
    yield from told.sentences if asks or not routed.asks_person else told.rules
    if not asks and policy.mode == "observe":
        yield "The gate only observes: it passes."
    if not asks and policy.triggers.calibration:
        yield f"Of these, {policy.triggers.calibration * 100:g} % are shown to a person by chance."


def _output(content: Mapping[str, Any], outcome: str, result: Any) -> dict[str, Any]:
    """As the nodes after the gate would know it; nobody has given reasons or a note."""
    return {
        "outcome": outcome,
        "result": result,
        "proposal": content["proposal"],
        "context": content.get("context", {}),
        "verdict": _VERDICTS.get(outcome, ""),
        "reasons": [],
        "note": "",
        "message": result["message"] if outcome == "answered" else "",
        "review": "",
    }
