"""A run goes from node to node until it must wait or act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gates import clock
from gates.expressions import RuleError
from gates.graph import Branch, taken
from gates.graph.nodes import EXHAUSTED
from gates.performers import Call
from reviews.models import Step
from reviews.queries import runs
from reviews.states import StepStatus
from reviews.transitions.change import Change
from reviews.transitions.runs import acting, asking, confirming, undoing
from reviews.transitions.runs.passing import (
    ENGINE,
    DeadEnd,
    Passage,
    done,
    end,
    fail,
    leave,
    node_of,
)

Next = Step | Call | None
Take = Callable[[Passage, Step], Next]


def advance(step_id: UUID, *, claims: bool = True) -> Call | None:
    """Let a run go on from this step if that is due. With `claims` the answer may be an action to
    perform, which is this caller's to do.
    """
    with transaction.atomic():
        found = runs.locked_run(step_id)
        if found is None:
            return None
        run, step = found
        passage = Passage(run, Change(now=clock.now(), actor=ENGINE), claims=claims)
        if not _due(step, passage.now):
            return None
        call = walk(passage, step)
        passage.change.write()
    return call


def walk(passage: Passage, step: Step, first: Take | None = None) -> Call | None:
    """From this step on, which is taken up as its kind is, or as `first` says."""
    here, take = step, first or _TAKE[step.kind]
    while True:
        try:
            found = take(passage, here)
        except DeadEnd as error:
            fail(passage, here, str(error))
            return None
        except RuleError as error:
            fail(passage, here, f"An expression cannot be worked out: {error}")
            return None
        if not isinstance(found, Step):
            return found
        here, take = found, _TAKE[found.kind]


def _due(step: Step, now: datetime) -> bool:
    """A task may come twice, or long after a person has cancelled. What is ready may go on at once:
    pauses are for steps that wait.
    """
    if step.wake_at is None:
        return False
    return step.status == StepStatus.READY or step.wake_at <= now


def _choose(passage: Passage, step: Step) -> Next:
    node = node_of(passage, step, Branch)
    if node.rounds is not None and step.round > node.rounds:
        return leave(passage, step, EXHAUSTED, None, step.data)
    case, to = taken(node, passage.facts)
    return leave(passage, step, case, {"next": to}, step.data)


def _end(passage: Passage, step: Step) -> None:
    done(passage, step, "", step.data)
    end(passage, step.node, step.data)


_TAKE: dict[str, Take] = {
    "action": acting.act,
    "human_gate": asking.ask,
    "condition": confirming.wait,
    "branch": _choose,
    "end": _end,
    "undo": undoing.undo,
}
