"""Runs go on: from a task as soon as they may, and from the sweep whatever became of the task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import rfc8785
import structlog
from django.db import transaction
from django.db.models import Q
from django_q.exceptions import TimeoutException
from django_q.timeout import TimeoutHandler

from gates import clock, performers
from gates.performers import Call, Later, Refused
from reviews import deadlines, outside
from reviews.models import Endpoint, Review, Step
from reviews.queries import runs
from reviews.states import OPEN_STEPS, StepStatus
from reviews.strictjson import strict
from reviews.transitions import waking
from reviews.transitions.runs import answering, walking

log = structlog.get_logger(__name__)

LARGEST = 256 * 1024  # bytes of what an action returns, as JSON
CHUNK = 500
TO_TAKE_UP = Q(status=StepStatus.READY)
FOR_A_REVIEW = Q(kind="human_gate", status=StepStatus.WAITING)


def advance(step_id: UUID) -> None:
    """Let a run go on from this step, and do the action that it comes to."""
    call = walking.advance(step_id)
    if call is not None:
        perform(call)


def perform(call: Call) -> None:
    """Do an action and say what came of it. Whatever it raises is an attempt that failed."""
    try:
        with TimeoutHandler(call.timeout):
            output = plain(_performed(call))
    except Refused as error:
        answering.refused(call, _said(error))
    except Later as error:
        answering.failed(call, _said(error), pause=error.seconds)
    except TimeoutException:
        answering.failed(call, f"It took longer than {call.timeout} seconds.")
    except Exception as error:
        log.warning("action_failed", action=call.action, step=call.key, exc_info=True)
        answering.failed(call, _said(error))
    else:
        answering.finished(call, output)


def drive() -> int:
    """Take up what is due: steps whose attempt was lost or whose time is up go on here, those that
    only wait to be taken up are put before the cluster, and those that wait for a review are looked
    at. The number of steps that were due.
    """
    if not runs.anything_due(now := clock.now()):  # an idle second writes nothing
        return 0
    late = runs.due_steps(now).exclude(TO_TAKE_UP | FOR_A_REVIEW)
    lost = list(late.order_by("wake_at").values_list("pk", flat=True)[:CHUNK])
    for step_id in lost:
        try:
            walking.advance(step_id, claims=False)
        except Exception:
            log.exception("step_stuck", step=str(step_id))
    return len(lost) + _together(TO_TAKE_UP, waking.again) + _together(FOR_A_REVIEW, waking.look)


def up_to_date(run_id: UUID) -> None:
    """Apply what is due to the step where a run is, for readers and those who wait."""
    here = Step.objects.filter(run=run_id, status__in=OPEN_STEPS).only("pk", "kind").first()
    if here is None:
        return
    if here.kind == "human_gate":
        review_id = Review.objects.filter(step=here.pk).values_list("pk", flat=True).first()
        if review_id is not None:
            deadlines.enforce(review_id)
            waking.closed(here.pk)
    if runs.due_steps(clock.now()).filter(pk=here.pk).exclude(status=StepStatus.READY).exists():
        walking.advance(here.pk, claims=False)


def plain(output: Any) -> Any:
    """What an action returned, as JSON that can be kept. Raises Refused: it was done, so that doing
    it again would be no cure.
    """
    try:
        text = rfc8785.dumps(output)
        value = strict(text)
    except (ValueError, RecursionError) as error:
        why = f"It was done, but what it returned is no JSON that can be kept: {error}"
        raise Refused(why) from error
    if len(text) > LARGEST:
        raise Refused("It was done, but what it returned is too large.")
    return value


def _performed(call: Call) -> Any:
    performer = performers.find(call.action)
    if performer is not None:
        return performer(call)
    endpoint = Endpoint.objects.filter(name=call.action).first()
    if endpoint is None:
        raise Refused(f"Nobody performs “{call.action}” here.")
    return outside.perform(call, url=endpoint.url, secret=endpoint.secret)


def _together(which: Q, work: Callable[[Sequence[Step], datetime], None]) -> int:
    """One transaction for all of a kind that are due and that nobody else has locked."""
    with transaction.atomic():
        now = clock.now()
        due = runs.due_steps(now).filter(which).order_by("wake_at")
        free = due.select_for_update(skip_locked=True).only("pk", "wake_at", "started_at")
        steps = list(free[:CHUNK])
        work(steps, now)
    return len(steps)


def _said(error: Exception) -> str:
    """What an action raised for us to tell, in its words; of anything else, what it is, too."""
    if isinstance(error, Later | Refused | outside.Unfinished) and str(error):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
