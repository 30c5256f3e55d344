"""Gates: what came before is put before people, and the run waits until the review is closed."""

from __future__ import annotations

from typing import Any

from gates.graph import HumanGate, data_for
from gates.graph.data import handed_by_gate, shown_to_gate
from gates.graph.nodes import EXHAUSTED
from gates.routing import FieldProblem
from reviews.errors import DomainError, Invalid, invalid
from reviews.models import Review, Step
from reviews.queries import runs
from reviews.states import Outcome, Status, StepStatus
from reviews.transitions import waking
from reviews.transitions.runs.passing import DeadEnd, Passage, leave, node_of
from reviews.transitions.submissions import Submission, submit


def ask(passage: Passage, step: Step) -> Step | None:
    """Open the review, or go on from the closed one."""
    beside = ("final_decision", "gate", "version")
    review = Review.objects.filter(step=step).select_related(*beside).first()
    return _submit(passage, step) if review is None else resume(passage, step, review)


def resume(passage: Passage, step: Step, review: Review) -> Step | None:
    """Go on by the outcome of the review; while it is open the step waits."""
    if review.status != Status.CLOSED:
        wake_at = waking.next_look(step, passage.now)
        passage.set(step, status=StepStatus.WAITING, wake_at=wake_at)
        return None
    output = output_of(review)
    return leave(passage, step, review.outcome, output, handed_by_gate(output))


def output_of(review: Review) -> dict[str, Any]:
    """What the nodes after a gate may know."""
    final = review.final_decision
    return {
        "outcome": review.outcome,
        "result": review.result,
        "proposal": review.proposal,
        "context": review.context,
        "verdict": final.verdict if final else "",
        "reasons": final.reasons if final else [],
        "note": final.note if final else "",
        "message": final.message if final else "",
        "review": str(review.pk),
    }


def _submit(passage: Passage, step: Step) -> Step | None:
    node = node_of(passage, step, HumanGate)
    given = data_for(node.data, passage.facts if node.data else {}, step.data)
    review = None if _used_up(node, step) else _submitted(passage, step, node, given)
    if review is None:
        return leave(passage, step, EXHAUSTED, None, step.data)
    passage.log("asked", step, review=str(review.pk), outcome=review.outcome)
    return resume(passage, step, review)


def _used_up(node: HumanGate, step: Step) -> bool:
    return node.rounds is not None and step.round > node.rounds


def _submitted(passage: Passage, step: Step, node: HumanGate, given: Any) -> Review | None:
    """The review; None when the gate's rounds are used up. Raises DeadEnd for other refusals."""
    try:
        return submit(_submission(passage, step, node, given), key=passage.run.key)
    except DomainError as refusal:
        if refusal.code == "rounds_exhausted":
            return None
        raise DeadEnd(_said(refusal)) from refusal


def _submission(passage: Passage, step: Step, node: HumanGate, given: Any) -> Submission:
    content = content_of(given)
    before = runs.last_review(passage.run, node.name) if step.round > 1 else None
    rejected = before is not None and before.outcome == Outcome.REJECTED
    return Submission(
        gate=node.gate,
        **{"requester": passage.run.requester, **content},
        external_id=f"{passage.run.pk}:{node.name}",
        revises=before.pk if before is not None and rejected else None,
        metadata={"run": str(passage.run.pk), "node": node.name},
        step=step,
    )


def content_of(given: Any) -> dict[str, Any]:
    """The members of a submission. Raises Invalid for what a gate cannot be shown."""
    content = shown_to_gate(given)
    if isinstance(content, FieldProblem):
        raise invalid(*content)
    return content


def _said(refusal: DomainError) -> str:
    fields = refusal.fields if isinstance(refusal, Invalid) else ()
    details = "; ".join(f"{field.pointer}: {field.message}" for field in fields)
    return f"The gate refuses it: {details or refusal.message}"
