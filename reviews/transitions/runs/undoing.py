"""What a run did is undone by a run of its own, backwards, by each action's `compensate`."""

from __future__ import annotations

from typing import Any

from gates.performers import Call
from reviews.models import Run, Step
from reviews.queries import runs
from reviews.states import StepStatus
from reviews.transitions import waking
from reviews.transitions.runs import acting
from reviews.transitions.runs.passing import DeadEnd, Passage, done, end, leave_to_a_task
from reviews.transitions.runs.stopping import stop

COMPENSATED = "compensated"


def undo(passage: Passage, step: Step) -> Step | Call | None:
    """Undo one step, or find the first that is to be undone."""
    if step.undoes is None:
        _stop(passage)
        done(passage, step, "", None)
        return _next(passage)
    if step.status == StepStatus.RUNNING:
        acting.gave_up(passage, step)
    elif not passage.claims:
        leave_to_a_task(passage, step)
    else:
        return acting.claim(passage, step, passage.graph.undoer(step.undoes.node), step.data)
    return None


def undone(passage: Passage, step: Step, output: Any) -> None:
    """One is undone; the next waits for a task."""
    done(passage, step, COMPENSATED, output)
    go_back(passage)


def go_back(passage: Passage) -> None:
    """To what was done before that."""
    following = _next(passage)
    if following is not None:
        leave_to_a_task(passage, following)


def _next(passage: Passage) -> Step | None:
    """The step that undoes what was done last; None at the end of it."""
    after = (passage.run.input or {}).get("after")
    begun = runs.begun_actions(_original(passage))
    for step in begun.filter(pk__gt=after) if after else begun:
        if passage.graph.undoer(step.node):
            return _begin(passage, step)
    end(passage, COMPENSATED, None)
    return None


def _begin(passage: Passage, undone: Step) -> Step:
    return waking.new_step(
        passage.run,
        passage.change,
        node=undone.node,
        kind="undo",
        round=undone.round,
        data={"input": undone.data, "output": undone.output},
        undoes=undone,
    )


def _original(passage: Passage) -> Run:
    if passage.run.compensates is None:
        raise DeadEnd("This run undoes nothing.")
    return passage.run.compensates


def _stop(passage: Passage) -> None:
    """The run that is undone goes no further. What it is just doing counts as done."""
    original = runs.lock(_original(passage).pk)
    here = runs.open_step(original)
    if here is not None:
        stop(Passage(original, passage.change), here)
