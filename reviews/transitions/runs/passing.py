"""The pieces that moves of a run share: a step begins, a step ends, the run ends. All on a locked
run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

from gates.actors import Actor
from gates.graph import Action, Branch, Condition, Graph, HumanGate, Retry
from gates.graph.nodes import CANCELLED
from gates.queries.policies import graph_of
from reviews.models import Run, Step
from reviews.queries import runs
from reviews.states import RunStatus, StepStatus
from reviews.transitions import waking
from reviews.transitions.change import Change

LONGEST_ERROR = 2000
ENGINE = Actor("engine")

Kind = TypeVar("Kind", Action, HumanGate, Condition, Branch)


class DeadEnd(Exception):
    """Nothing goes on from here before a person retries, skips or cancels."""


@dataclass
class Passage:
    """A locked run on its way, and what one move of it writes. Who `claims` does the action that
    the run comes to; others leave that to a task.
    """

    run: Run
    change: Change
    claims: bool = False
    begun: list[Step] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The instant of this move."""
        return self.change.now

    @cached_property
    def graph(self) -> Graph:
        """The version that the run follows."""
        return graph_of(self.run.version)

    @cached_property
    def _stored(self) -> dict[str, Any]:
        return runs.facts_of(self.run)

    @property
    def facts(self) -> dict[str, Any]:
        """What expressions may name, this move's own outputs included."""
        return {**self._stored, **self.outputs}

    def set(self, step: Step, **fields: Any) -> None:
        """Set fields of a step."""
        self.change.set(step, **fields)

    def log(self, verb: str, step: Step, **data: Any) -> None:
        """One event of the run, about a step."""
        where = {"step": str(step.pk), "node": step.node, "round": step.round}
        self.change.log(self.run, verb, **where, **data)


def node_of(passage: Passage, step: Step, kind: type[Kind]) -> Kind:
    """The step's node, which is of the kind that the step was made for."""
    node = passage.graph.nodes[step.node]
    if not isinstance(node, kind):
        raise DeadEnd(f"“{step.node}” is no {step.kind} any more.")
    return node


def begin(passage: Passage, name: str, handed: Any) -> Step:
    """The run comes to a node."""
    run = passage.run
    before = sum(step.node == name for step in passage.begun)
    stored = 0 if run._state.adding else runs.rounds_of(run, name)
    kind = passage.graph.nodes[name].kind
    count = before + stored + 1
    step = waking.new_step(run, passage.change, node=name, kind=kind, round=count, data=handed)
    passage.begun.append(step)
    return step


def leave(passage: Passage, step: Step, outcome: str, output: Any, handed: Any) -> Step | None:
    """A step is done and the run goes on along the edge; the next step, or None if it stops."""
    to = passage.graph.nodes[step.node].edges.get(outcome, "")
    if not to and outcome != CANCELLED:
        raise DeadEnd(f"The workflow has no way on for “{outcome}”.")
    done(passage, step, outcome, output)
    if to:
        return begin(passage, to, handed)
    end(passage, CANCELLED, None)
    return None


def done(
    passage: Passage,
    step: Step,
    outcome: str,
    output: Any,
    status: StepStatus = StepStatus.DONE,
) -> None:
    """A step is over."""
    changes = {"outcome": outcome, "output": output, "error": "", "wake_at": None}
    passage.set(step, status=status, ended_at=passage.now, **changes)
    passage.outputs[step.node] = output
    passage.log(status, step, outcome=outcome)


def fail(passage: Passage, step: Step, error: str) -> None:
    """The run is stuck at a dead end."""
    passage.set(step, status=StepStatus.FAILED, error=error[:LONGEST_ERROR], wake_at=None)
    passage.change.set(passage.run, status=RunStatus.STUCK)
    passage.log("stuck", step, attempts=step.attempts)


def try_again(passage: Passage, step: Step, error: str, retry: Retry, pause: float = 0) -> None:
    """An attempt failed: once more after a pause, or a dead end after the last one."""
    if step.attempts >= retry.attempts:
        fail(passage, step, error)
        return
    seconds = max(retry.wait(step.attempts), min(pause, retry.longest))
    wake_at = passage.now + timedelta(seconds=seconds)
    passage.set(step, status=StepStatus.WAITING, error=error[:LONGEST_ERROR], wake_at=wake_at)
    passage.log("attempt_failed", step, attempt=step.attempts)


def leave_to_a_task(passage: Passage, step: Step) -> None:
    """Whoever makes this move must not spend his time on an action."""
    passage.set(step, status=StepStatus.READY, wake_at=passage.now + waking.ON_ITS_WAY)
    waking.soon([step.pk])


def end(passage: Passage, outcome: str, output: Any) -> None:
    """The run is over."""
    run, change = passage.run, passage.change
    change.set(run, status=RunStatus.ENDED, outcome=outcome, output=output, ended_at=passage.now)
    change.log(run, "ended", outcome=outcome)
    change.tell(run, "run.finished")
