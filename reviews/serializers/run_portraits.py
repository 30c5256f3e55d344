"""The JSON of workflows, runs and their steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gates.models import WorkflowVersion
from gates.queries.policies import graph_of
from reviews.models import Condition, Run, Step
from reviews.serializers.portraits import condition_json, url_of
from reviews.transitions.runs.confirming import link_of
from reviews.webhooks import stamp


def workflow_json(version: WorkflowVersion) -> dict[str, Any]:
    """A workflow as it is published."""
    graph = graph_of(version)
    return {
        "slug": version.workflow.slug,
        "version": version.number,
        "description": graph.description,
        "gates": graph.gates,
        "graph": graph.document(),
    }


def run_json(run: Run, steps: Sequence[Step]) -> dict[str, Any]:
    """A run, and where it has been. `steps` with reviews and conditions."""
    return {
        "id": str(run.pk),
        "workflow": run.workflow.slug,
        "workflow_version": run.version.number,
        "status": run.status,
        "outcome": run.outcome or None,
        "input": run.input,
        "output": run.output,
        "external_id": run.external_id,
        "requester": run.requester,
        "compensates": str(run.compensates_id) if run.compensates_id else None,
        "started_at": stamp(run.started_at),
        "ended_at": _stamp(run.ended_at),
        "url": url_of("run", run.pk),
        "steps": [step_json(step) for step in steps],
    }


def step_json(step: Step) -> dict[str, Any]:
    """One node's passage."""
    review, condition = getattr(step, "review", None), getattr(step, "condition", None)
    return {
        "id": str(step.pk),
        "node": step.node,
        "kind": step.kind,
        "round": step.round,
        "status": step.status,
        "data": step.data,
        "output": step.output,
        "outcome": step.outcome or None,
        "attempts": step.attempts,
        "error": step.error,
        "review": str(review.pk) if review else None,
        "condition": _asked(condition) if condition else None,
        "started_at": stamp(step.started_at),
        "ended_at": _stamp(step.ended_at),
    }


def _asked(condition: Condition) -> dict[str, Any]:
    """With the link, which whoever started the run may pass on, while it can be answered."""
    link = link_of(condition) if condition.status == "open" else ""
    return {**condition_json(condition), "url": link or None}


def _stamp(at: datetime | None) -> str | None:
    return stamp(at) if at else None
