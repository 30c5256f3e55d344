"""What people, and the key that started it, may do with a run: retry, skip, cancel."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db import transaction

from gates import clock
from gates.actors import Actor
from gates.queries import people
from reviews.errors import Missing, NotAllowed, WrongState
from reviews.models import Run, Step
from reviews.queries import runs
from reviews.states import RunStatus, StepStatus
from reviews.transitions import compensations, waking
from reviews.transitions.change import Change
from reviews.transitions.runs import undoing
from reviews.transitions.runs.passing import Passage, begin, done
from reviews.transitions.runs.stopping import stop
from reviews.transitions.runs.walking import walk

MANAGE = "reviews.manage_run"
GONE = "There is no such run."

Work = Callable[[Passage, Step], None]


def retry(run_id: UUID, *, actor: Actor) -> Run:
    """Try the failed step again, from its first attempt on."""

    def work(passage: Passage, step: Step) -> None:
        _failed(step)
        wake_at = passage.now + waking.ON_ITS_WAY
        passage.set(step, status=StepStatus.READY, attempts=0, error="", wake_at=wake_at)
        passage.change.set(passage.run, status=RunStatus.RUNNING)
        passage.log("retried", step)
        walk(passage, step)

    return _run(run_id, actor, work)


def skip(run_id: UUID, *, actor: Actor) -> Run:
    """Go on after the failed action as if it had handed on what it was given."""

    def work(passage: Passage, step: Step) -> None:
        _failed(step)
        if step.kind not in {"action", "undo"}:
            raise WrongState("Only an action can be skipped: retry this step, or cancel the run.")
        passage.change.set(passage.run, status=RunStatus.RUNNING)
        done(passage, step, "skipped", step.data, StepStatus.SKIPPED)
        if step.kind == "undo":
            undoing.go_back(passage)
        else:
            to = passage.graph.nodes[step.node].edges[""]
            walk(passage, begin(passage, to, step.data))

    return _run(run_id, actor, work)


def cancel(run_id: UUID, *, actor: Actor, undo: bool = False) -> Run:
    """End the run where it is; the review or condition that it waits for is closed with it. With
    `undo`, what it did is undone by a run of its own.
    """

    def work(passage: Passage, step: Step) -> None:
        stop(passage, step)
        if undo:
            compensations.owed(passage.run, passage.change, after=None)

    return _run(run_id, actor, work)


def _run(run_id: UUID, actor: Actor, work: Work) -> Run:
    """Lock, check, write. Raises Missing, NotAllowed, WrongState."""
    with transaction.atomic():
        try:
            run = runs.lock(run_id)
        except Run.DoesNotExist:
            raise Missing(GONE) from None
        _may(run, actor)
        step = runs.open_step(run)
        if step is None:
            raise WrongState("This run has ended already.")
        passage = Passage(run, Change(now=clock.now(), actor=actor))
        work(passage, step)
        passage.change.write()
    return run


def _may(run: Run, actor: Actor) -> None:
    """The key that started it, or a person with the permission."""
    if actor.key_id is not None:
        if actor.key_id != run.key_id:
            raise Missing(GONE)
    elif actor.user_id is None or not people.has_permission(actor.user_id, MANAGE):
        raise NotAllowed("You lack the permission for this.")


def _failed(step: Step) -> None:
    if step.status != StepStatus.FAILED:
        raise WrongState("Nothing has failed: there is nothing to retry or skip.")
