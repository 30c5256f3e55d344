"""A run is ended where it is, and what it waits for is closed with it."""

from __future__ import annotations

from gates.graph.nodes import CANCELLED
from reviews.models import Condition, Review, Step
from reviews.states import ConditionStatus, Status, StepStatus
from reviews.transitions import timed
from reviews.transitions.cancellations import close_cancelled
from reviews.transitions.moves import lock
from reviews.transitions.runs.passing import Passage, done, end


def stop(passage: Passage, step: Step) -> None:
    """The run goes no further than this step."""
    _close_review(passage, step)
    for condition in Condition.objects.filter(step=step, status=ConditionStatus.OPEN):
        passage.change.set(condition, status=ConditionStatus.VOID, token_hash=None)
    done(passage, step, CANCELLED, None, StepStatus.CANCELLED)
    end(passage, CANCELLED, None)


def _close_review(passage: Passage, step: Step) -> None:
    """Reviews are locked after runs, as everywhere. A deadline that has passed comes first."""
    waiting = Review.objects.filter(step=step).exclude(status=Status.CLOSED)
    reviews = lock(list(waiting.values_list("pk", flat=True)))
    timed.enforce(reviews, now=passage.now)
    for review in reviews:
        if review.status != Status.CLOSED:
            close_cancelled(review, passage.change, "run_cancelled")
