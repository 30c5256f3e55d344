"""What came of an action. An answer that comes too late, to a run that went on without it, is
dropped: the same key was used again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from gates import clock
from gates.performers import Call
from reviews.models import Condition, Step
from reviews.queries import runs
from reviews.states import ConditionStatus, StepStatus
from reviews.transitions.change import Change
from reviews.transitions.runs import confirming, undoing
from reviews.transitions.runs.acting import retry_of
from reviews.transitions.runs.passing import ENGINE, Passage, fail, leave, try_again
from reviews.transitions.runs.walking import walk

log = structlog.get_logger(__name__)

Work = Callable[[Passage, Step], None]


def finished(call: Call, output: Any) -> None:
    """It was done: the run goes on."""

    def work(passage: Passage, step: Step) -> None:
        if step.kind == "condition":
            _sent(passage, step)
        elif step.kind == "undo":
            undoing.undone(passage, step, output)
        else:
            walk(passage, step, lambda run, here: leave(run, here, "", output, output))

    _answer(call, work)


def failed(call: Call, error: str, *, pause: float = 0) -> None:
    """It was not done; it is tried again after a while, and at the latest after `pause` seconds."""

    def work(passage: Passage, step: Step) -> None:
        retry = retry_of(passage.graph.nodes.get(step.node))
        try_again(passage, step, error, retry, pause)

    _answer(call, work)


def refused(call: Call, error: str) -> None:
    """It was not done, and trying again would not help."""
    _answer(call, lambda passage, step: fail(passage, step, error))


def _answer(call: Call, work: Work) -> None:
    with transaction.atomic():
        found = runs.locked_run(UUID(call.key))
        if found is None:
            return
        run, step = found
        if step.status != StepStatus.RUNNING or step.attempts != call.attempt:
            log.warning("late_answer", step=call.key, attempt=call.attempt)
            return
        passage = Passage(run, Change(now=clock.now(), actor=ENGINE))
        work(passage, step)
        passage.change.write()


def _sent(passage: Passage, step: Step) -> None:
    """The link is out. It may have been answered before we heard that it was."""
    condition = Condition.objects.get(step=step)
    confirming.sent(passage, step, condition)
    if condition.status != ConditionStatus.OPEN:
        walk(passage, step)
