"""What a run did is to be undone: noted as a run of its own, which the engine takes up.

A person rejected what an observing gate had let pass, or cancelled with the wish to undo.
"""

from __future__ import annotations

from gates import clock
from reviews.models import Review, Run, Step
from reviews.states import Outcome, RunStatus
from reviews.transitions import waking
from reviews.transitions.change import Change

START = "-"
"""The node where an undoing run begins; no node of a graph has this name."""


def owed(run: Run, change: Change, *, after: Step | None) -> Run:
    """All that the run did after a step, or from its start on, is to be undone."""
    undoing = change.new(
        Run(
            id=clock.new_id(change.now),
            workflow=run.workflow,
            version=run.version,
            key_id=run.key_id,
            input={"run": str(run.pk), "after": str(after.pk) if after else None},
            requester=run.requester,
            external_id=run.external_id,
            callback_url=run.callback_url,
            compensates=run,
            started_at=change.now,
        )
    )
    change.set(undoing, status=RunStatus.RUNNING)
    change.log(undoing, "started", compensates=str(run.pk))
    first = waking.new_step(undoing, change, node=START, kind="undo")
    waking.soon([first.pk])
    return undoing


def owed_after(review: Review, change: Change) -> None:
    """A person has looked back: if he rejects, what followed is to be undone."""
    if review.outcome != Outcome.REJECTED:
        return
    beside = ("run__workflow", "run__version")
    passed = Step.objects.filter(review=review.observes_id).select_related(*beside).first()
    if passed is not None:
        owed(passed.run, change, after=passed)
