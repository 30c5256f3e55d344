"""Actions: claimed in one transaction, done outside of any, answered for in another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gates.graph import Action, Node, Retry, data_for
from gates.performers import Call
from reviews.digests import same
from reviews.models import Review, Step
from reviews.queries import runs
from reviews.states import Outcome, StepStatus
from reviews.transitions import passage as reviews
from reviews.transitions.runs.passing import DeadEnd, Passage, leave_to_a_task, node_of, try_again

USUAL = Action("", "", "")  # for what is done beside the nodes, such as sending a link
MARGIN = timedelta(seconds=15)  # beyond an action's own time, for its answer to be written


def act(passage: Passage, step: Step) -> Call | None:
    """Claim the action, or give up an attempt that never came back."""
    node = node_of(passage, step, Action)
    if step.status == StepStatus.RUNNING:
        gave_up(passage, step)
    elif not passage.claims:
        leave_to_a_task(passage, step)
    else:
        _check_approved(passage)
        data = data_for(node.data, passage.facts if node.data else {}, step.data)
        return claim(passage, step, node.action, data)
    return None


def claim(passage: Passage, step: Step, action: str, data: Any) -> Call:
    """This caller does the action now; if it does not come back in time, somebody else does."""
    timeout = timeout_of(passage.graph.nodes.get(step.node))
    wake_at = passage.now + timedelta(seconds=timeout) + MARGIN
    attempt = step.attempts + 1
    passage.set(step, status=StepStatus.RUNNING, data=data, attempts=attempt, wake_at=wake_at)
    passage.log("acting", step, action=action, attempt=attempt)
    where = {"run": str(passage.run.pk), "node": step.node}
    return Call(action, data, str(step.pk), attempt=attempt, timeout=timeout, **where)


def gave_up(passage: Passage, step: Step) -> None:
    """The attempt is lost: its process died, or it took too long."""
    node = passage.graph.nodes.get(step.node)
    error = f"No answer within {timeout_of(node)} seconds: it took too long or its worker died."
    try_again(passage, step, error, retry_of(node))


def timeout_of(node: Node | None) -> int:
    """Seconds that one attempt may take."""
    return node.timeout if isinstance(node, Action) else USUAL.timeout


def retry_of(node: Node | None) -> Retry:
    """How often it is tried."""
    return node.retry if isinstance(node, Action) else USUAL.retry


def _check_approved(passage: Passage) -> None:
    """Refuse to run what is not what was approved last."""
    review = runs.last_gated(passage.run)
    if review is not None and not (review.step is not None and _intact(review, review.step)):
        raise DeadEnd(f"What was approved in review {review.pk} is not what would run.")


def _intact(review: Review, step: Step) -> bool:
    """What was shown, decided, kept and handed on is one and the same."""
    final = review.final_decision
    if final is None or reviews.fingerprint(review) != final.digest:
        return False
    plain = review.outcome == Outcome.APPROVED
    if plain and not same(review.result, review.proposed):
        return False
    handed = (step.output or {}).get("result")
    return same(final.result, review.result) and same(handed, review.result)
