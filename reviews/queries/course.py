"""What the pages of a run show, gathered for one reader."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from gates.drawing import Drawing, Passage, drawing_of
from gates.graph import Graph
from gates.queries.policies import graph_of
from reviews.models import Condition, Review, Run, Step
from reviews.queries import run_pages
from reviews.queries.run_pages import Deeds
from reviews.queries.runs import for_reading
from reviews.states import RunStatus, StepStatus


@dataclass(frozen=True)
class Stage:
    """A step as the reader sees it; `last` if the run has not come to its node again."""

    step: Step
    last: bool
    review: Review | None

    @property
    def condition(self) -> Condition | None:
        """What it asks somebody outside, if it does."""
        return getattr(self.step, "condition", None)

    @property
    def name(self) -> str:
        """Its node; the first step of an undoing run has none."""
        begins = self.step.kind == "undo" and self.step.undoes_id is None
        return "" if begins else self.step.node

    @property
    def again_at(self) -> datetime | None:
        """When what failed is tried once more."""
        trying = self.step.error and self.step.status in {StepStatus.READY, StepStatus.WAITING}
        return self.step.wake_at if trying else None


@dataclass(frozen=True)
class Course:
    """A run as one person sees it at one moment; `manages` is whether he may retry, skip and
    cancel, on which the transition has the last word. Most of it is looked up when it is asked.
    """

    run: Run
    reader: User
    now: datetime
    manages: bool

    @cached_property
    def graph(self) -> Graph:
        """The version that it follows."""
        return graph_of(self.run.version)

    @property
    def live(self) -> bool:
        """True while it may go on by itself."""
        return self.run.status == RunStatus.RUNNING

    @property
    def open(self) -> bool:
        """True until it has ended."""
        return self.run.status != RunStatus.ENDED

    @cached_property
    def _steps(self) -> tuple[list[Step], bool]:
        return run_pages.last_steps(self.run)

    @property
    def cut(self) -> bool:
        """True if there are earlier steps than are shown."""
        return self._steps[1]

    @cached_property
    def stages(self) -> Sequence[Stage]:
        """Where it has been, in order."""
        steps = self._steps[0]
        newest = {step.node: step.pk for step in steps}
        reviews = any(getattr(step, "review", None) for step in steps)
        seen = run_pages.readable(self.run, self.reader) if reviews else set()
        return [self._stage(step, newest[step.node] == step.pk, seen) for step in steps]

    def _stage(self, step: Step, last: bool, seen: set[UUID]) -> Stage:
        review = getattr(step, "review", None)
        return Stage(step, last, review if review is not None and review.pk in seen else None)

    @property
    def here(self) -> Stage | None:
        """Where it is now."""
        last = self.stages[-1] if self.stages else None
        return last if self.open else None

    @property
    def stuck(self) -> Stage | None:
        """The step that failed, where the run waits for a person."""
        return self.here if self.run.status == RunStatus.STUCK else None

    @property
    def skippable(self) -> bool:
        """Only an action can be left out."""
        return self.stuck is not None and self.stuck.step.kind in {"action", "undo"}

    @cached_property
    def compensation(self) -> Run | None:
        """The run that undoes this one."""
        return run_pages.compensation_of(self.run)

    @cached_property
    def drawing(self) -> Drawing:
        """The graph with the path that was taken."""
        steps = self._steps[0]
        states = {step.node: step.status for step in steps}
        left = {way for step in steps for way in _left_by(step)}
        return drawing_of(self.graph, Passage(states, left))

    @cached_property
    def deeds(self) -> Deeds:
        """What a cancellation could undo, and what not; nothing is undone twice."""
        if self.run.compensates_id is not None or self.compensation is not None:
            return Deeds()
        return run_pages.deeds_of(self.run, self.graph)

    @cached_property
    def mark(self) -> str:
        """Tells what is shown from what was shown before."""
        seen = [(self.run.status, self.run.event_count, self.compensation and self.compensation.pk)]
        told = [_told(stage) for stage in self.stages]
        return hashlib.sha256(repr((seen, told)).encode()).hexdigest()[:16]


def course_of(run_id: UUID, reader: User, now: datetime, *, manages: bool) -> Course:
    """The run as it is stored; whether the reader may see it is asked before."""
    run = for_reading(Run.objects.filter(pk=run_id)).select_related("key").get()
    return Course(run, reader, now, manages)


def _left_by(step: Step) -> list[tuple[str, str]]:
    """The edge by which a step was left; one that undoes goes along none."""
    if step.kind == "undo" or step.status not in {StepStatus.DONE, StepStatus.SKIPPED}:
        return []
    return [(step.node, "" if step.kind == "action" else step.outcome)]


def _told(stage: Stage) -> tuple[Any, ...]:
    step, review = stage.step, stage.review
    standing = (review.status, review.outcome) if review is not None else ()
    asked = stage.condition.status if stage.condition is not None else ""
    return (step.pk, step.status, step.attempts, step.error, step.wake_at, standing, asked)
