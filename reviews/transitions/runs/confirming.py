"""Conditions of a workflow: somebody outside confirms or denies, on the same page and by the same
clock as what an approval is bound to.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from gates import clock
from gates.actors import Actor
from gates.graph import Condition as Node
from gates.graph import data_for
from gates.performers import Call
from reviews.errors import Expired, Missing
from reviews.models import Condition, Run, Step
from reviews.queries import runs
from reviews.queries.snapshots import asked
from reviews.states import ConditionStatus, RunStatus, StepStatus
from reviews.transitions.change import Change
from reviews.transitions.links import answered, check_allowed, check_open, hash_of
from reviews.transitions.runs import acting
from reviews.transitions.runs.passing import Passage, leave, leave_to_a_task, node_of
from reviews.webhooks import stamp

LONGEST_CONTACT = 200


def wait(passage: Passage, step: Step) -> Step | Call | None:
    """Open the condition and pass its link on, or go on from its answer."""
    node = node_of(passage, step, Node)
    condition = Condition.objects.filter(step=step).first() or _open(passage, step, node)
    if _late(condition, passage):
        passage.change.set(condition, status=ConditionStatus.EXPIRED, token_hash=None)
    if condition.status != ConditionStatus.OPEN:
        return leave(passage, step, condition.status, {"outcome": condition.status}, step.data)
    return _send(passage, step, node, condition)


def _send(passage: Passage, step: Step, node: Node, condition: Condition) -> Call | None:
    if step.status == StepStatus.RUNNING:
        acting.gave_up(passage, step)
    elif not node.send:
        sent(passage, step, condition)
    elif not passage.claims:
        leave_to_a_task(passage, step)
    else:
        return _with_link(acting.claim(passage, step, node.send, step.data), condition)
    return None


def sent(passage: Passage, step: Step, condition: Condition) -> None:
    """The link is with whom it is for: the step waits for the answer."""
    passage.set(step, status=StepStatus.WAITING, error="", wake_at=condition.due_at)


def secret_of(condition: Condition) -> str:
    """The secret of a step's link, 256 bits: made from the key of this installation, so that it can
    be sent again, and stored hashed.
    """
    return salted_hmac("gatehouse.condition", str(condition.pk), algorithm="sha256").hexdigest()


def link_of(condition: Condition) -> str:
    """The address at which the person outside answers; empty for other conditions."""
    if condition.confirms != "link" or condition.step_id is None:
        return ""
    return f"{settings.BASE_URL}/conditions/{secret_of(condition)}/"


def _open(passage: Passage, step: Step, node: Node) -> Condition:
    contact = data_for(node.contact, passage.facts, None) if node.contact else ""
    condition = Condition(
        id=clock.new_id(passage.now),
        step=step,
        code=node.name[:50],
        text=node.text,
        confirms=node.confirms,
        contact=str("" if contact is None else contact)[:LONGEST_CONTACT],
        timeout=node.timeout,
        due_at=passage.now + timedelta(seconds=node.timeout),
    )
    if node.confirms == "link":
        condition.token_hash = hash_of(secret_of(condition))
    passage.change.set(condition, status=ConditionStatus.OPEN)
    passage.log("condition_opened", step, condition=str(condition.pk))
    shown = {**asked(condition), "url": link_of(condition) or None}
    passage.change.tell(passage.run, "condition.opened", conditions=[shown])
    return passage.change.new(condition)


def _with_link(call: Call, condition: Condition) -> Call:
    """The secret goes to who sends it, and into no row."""
    data: dict[str, Any] = {
        "text": condition.text,
        "contact": condition.contact,
        "url": link_of(condition),
        "due_at": stamp(condition.due_at) if condition.due_at else None,
    }
    return replace(call, data=data)


def answer(condition_id: UUID, *, actor: Actor, answer: ConditionStatus) -> Run:
    """Met or denied. Raises Missing, Expired, AlreadyDecided, NotAllowed."""
    with transaction.atomic():
        found = Condition.objects.filter(pk=condition_id).values_list("step_id", flat=True).first()
        locked = runs.locked_run(found) if found else None
        if locked is None:
            raise Missing("There is no such condition.")
        run, step = locked
        passage = Passage(run, Change(now=clock.now(), actor=actor))
        condition = Condition.objects.get(pk=condition_id)
        if _late(condition, passage):
            raise Expired("Time ran out before this.")
        check_open(condition)
        check_allowed(condition, actor, run.key_id)
        _answered(passage, step, condition, answer)
        passage.change.write()
    return run


def _late(condition: Condition, passage: Passage) -> bool:
    """Nobody has answered in time; the sweep may not have been here yet."""
    is_open = condition.status == ConditionStatus.OPEN
    return is_open and condition.due_at is not None and condition.due_at <= passage.now


def _answered(passage: Passage, step: Step, condition: Condition, status: ConditionStatus) -> None:
    answered(condition, passage.change, status)
    passage.log(f"condition_{status}", step, condition=str(condition.pk))
    if step.status == StepStatus.RUNNING:  # the link is still being sent: that task goes on
        return
    passage.change.set(passage.run, status=RunStatus.RUNNING)
    leave_to_a_task(passage, step)
