"""Runs and their steps as transitions, pages and integrators need them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from reviews.models import Review, Run, Step
from reviews.models.run import RunQuerySet
from reviews.queries.lists import PAYLOADS
from reviews.states import OPEN_STEPS, StepStatus
from reviews.webhooks import stamp


def told(run: Run) -> dict[str, Any]:
    """The run in short, as messages say it."""
    return {
        "id": str(run.pk),
        "workflow": run.workflow.slug,
        "workflow_version": run.version.number,
        "external_id": run.external_id,
        "status": run.status,
        "outcome": run.outcome or None,
        "output": run.output,
        "compensates": str(run.compensates_id) if run.compensates_id else None,
        "ended_at": stamp(run.ended_at) if run.ended_at else None,
    }


def locked_run(step_id: UUID) -> tuple[Run, Step] | None:
    """Lock the run of a step, then read the step as it is now."""
    its_run = Step.objects.filter(pk=step_id).values("run_id")
    run = _locking().filter(pk__in=its_run).first()
    return (run, Step.objects.get(pk=step_id)) if run else None


def lock(run_id: UUID) -> Run:
    """The locked run, with its version and key. Raises Run.DoesNotExist."""
    return _locking().get(pk=run_id)


def _locking() -> RunQuerySet:
    """What stands beside a run never changes, but for the run that it compensates."""
    beside = ("workflow", "version", "key", "compensates")
    rows = Run.objects.select_for_update(of=("self",)).select_related(*beside)
    return rows.order_by().defer("version__document")


def open_step(run: Run) -> Step | None:
    """The step where the run is now; an ended one is nowhere."""
    return Step.objects.filter(run=run, status__in=OPEN_STEPS).first()


def facts_of(run: Run) -> dict[str, Any]:
    """What expressions may name: the input, and the last output of each node that is done."""
    done = Step.objects.filter(run=run, status__in=(StepStatus.DONE, StepStatus.SKIPPED))
    return {"input": run.input, **dict(done.order_by("id").values_list("node", "output"))}


def rounds_of(run: Run, node: str) -> int:
    """How often the run has come to the node."""
    return Step.objects.filter(run=run, node=node).count()


def last_review(run: Run, node: str) -> Review | None:
    """What the run last put before the gate of this node."""
    return Review.objects.filter(step__run=run, step__node=node).order_by("-step_id").first()


def last_gated(run: Run) -> Review | None:
    """The last review that the run has passed with a result, with its final decision."""
    passed = Review.objects.filter(step__run=run, step__status=StepStatus.DONE)
    beside = ("final_decision", "gate", "version", "step")
    newest = passed.select_related(*beside).defer("version__document").order_by("-step_id")
    return newest.filter(result__isnull=False).first()


def begun_actions(run: Run) -> QuerySet[Step]:
    """The actions that a run has done, or may have, and that nobody undoes yet, newest first. What
    was tried counts, whatever came of it, unless a person has skipped it.
    """
    rows = Step.objects.filter(run=run, kind="action", attempts__gt=0, undone_by=None)
    return rows.exclude(status=StepStatus.SKIPPED).order_by("-pk")


def for_reading(rows: RunQuerySet) -> RunQuerySet:
    """With what is told of each."""
    return rows.select_related("workflow", "version").defer("version__document")


def steps_of(run: Run) -> list[Step]:
    """Where the run has been, in order, each with its review and its condition."""
    rows = Step.objects.filter(run=run).select_related("review", "condition").order_by("id")
    return list(rows.defer(*(f"review__{name}" for name in PAYLOADS)))


def anything_due(now: datetime) -> bool:
    """True if something must happen to a step now; asked for the first wake-up in order, by its
    index.
    """
    awake = Step.objects.filter(wake_at__isnull=False).order_by("wake_at")
    first = awake.values_list("wake_at", flat=True).first()
    return first is not None and first <= now


def due_steps(now: datetime) -> Any:
    """Steps to which something must happen now."""
    return Step.objects.filter(wake_at__lte=now)
