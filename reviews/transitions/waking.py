"""Steps that may go on: noted as rows in the transaction, and put before the cluster once it lasts.

A task is only a wake-up. If it is lost, the sweep finds the row.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django_q.tasks import async_task

from gates import clock
from reviews.models import Review, Run, Step
from reviews.states import StepStatus
from reviews.transitions import writing
from reviews.transitions.change import Change

AT_ONCE = 20  # tasks of one transaction; the sweep puts the others before the cluster, in bulk
ON_ITS_WAY = timedelta(seconds=10)  # for a task to begin before the sweep makes another
LONGEST_WAY = timedelta(minutes=1)
GLANCE, LONGEST_GLANCE = timedelta(minutes=1), timedelta(hours=1)  # at a review that is waited for
TASK = "reviews.tasks.advance"


def new_step(run: Run, change: Change, *, node: str, kind: str, **fields: Any) -> Step:
    """A step that begins, for whoever takes it up first."""
    step = Step(
        id=clock.new_id(change.now),
        run=run,
        workflow_id=run.workflow_id,
        node=node,
        kind=kind,
        started_at=change.now,
        **fields,
    )
    change.set(step, status=StepStatus.READY, wake_at=change.now + ON_ITS_WAY)
    return change.new(step)


def ready(step_ids: Collection[UUID], now: datetime) -> None:
    """Waiting steps become ready; those that are not waiting any more stay what they are."""
    waiting = Step.objects.filter(pk__in=step_ids, status=StepStatus.WAITING)
    waiting.update(status=StepStatus.READY, wake_at=now + ON_ITS_WAY)
    soon(step_ids)


def closed(step_id: UUID) -> None:
    """Wake a step that still waits though its review is closed, if it is one."""
    waiting = Step.objects.filter(pk=step_id, status=StepStatus.WAITING)
    if waiting.filter(review__closed_at__isnull=False).exists():
        with transaction.atomic():
            ready([step_id], clock.now())


def soon(step_ids: Collection[UUID]) -> None:
    """Put these before the cluster when the transaction lasts."""
    for step_id in list(step_ids)[:AT_ONCE]:
        _once_it_lasts(step_id)


def enqueue(step_id: UUID) -> None:
    """One task, which holds an id only."""
    options = {"cluster": settings.TASK_CLUSTER, "save": False, "ack_failure": True}
    async_task(TASK, str(step_id), q_options=options)


def again(steps: Sequence[Step], now: datetime) -> None:
    """Put locked steps before the cluster once more, the next time after as long again, up to a
    minute: where the cluster is behind, a queue must not fill with the same step.
    """
    for step in steps:
        step.wake_at = now + _as_long_again(step, now, ON_ITS_WAY, LONGEST_WAY)
        _once_it_lasts(step.pk)
    writing.update(steps, ("wake_at",))


def _once_it_lasts(step_id: UUID) -> None:
    """No partial: where the broker is down, Django logs the name of the function that failed."""
    transaction.on_commit(lambda: enqueue(step_id), robust=True)


def look(steps: Sequence[Step], now: datetime) -> None:
    """Of locked steps that wait for a review, wake those whose review is closed. Whoever closes one
    does that himself, but for a host of the release before runs.
    """
    closed = Review.objects.filter(step__in=steps, closed_at__isnull=False)
    missed = set(closed.values_list("step_id", flat=True))
    ready(missed, now)
    others = [step for step in steps if step.pk not in missed]
    for step in others:
        step.wake_at = next_look(step, now)
    writing.update(others, ("wake_at",))


def next_look(step: Step, now: datetime) -> datetime:
    """When somebody looks at the review of a step that waits for it."""
    return now + _as_long_again(step, now, GLANCE, LONGEST_GLANCE)


def _as_long_again(step: Step, now: datetime, least: timedelta, most: timedelta) -> timedelta:
    return min(max(least, now - step.started_at), most)
