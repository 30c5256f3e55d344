"""One test for each key of a gate that acts while a review runs: it falls if the key does nothing.

`gates.registry` names these tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from gates.models import Calendar, Team
from gates.policy import Batch, ConditionTemplate, ContextItem, Items, Reason, Step, Triggers
from reviews.errors import DomainError
from reviews.models import Condition, Review
from reviews.transitions import batches, cancellations, comments, conditions, decisions, leases
from reviews.verdicts import Answer
from tests.factories import (
    LINES,
    ONE_LEVEL,
    PARTIAL,
    PROPOSAL,
    Desk,
    after,
    at,
    decide,
    desk,
    person,
    sweep,
    team,
    user,
)
from tests.traces import asked, ended, now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

ITEMS = PROPOSAL | {"lines": LINES}
APPROVES: dict[str, Any] = ONE_LEVEL | {"timeout_action": "approve"}


@contextmanager
def refused(code: str) -> Iterator[None]:
    """The block is refused with this code."""
    with pytest.raises(DomainError) as error:
        yield
    assert error.value.code == code


def due(review: Review) -> datetime:
    assert review.due_at is not None
    return review.due_at


def at_level_one(at_desk: Desk) -> Review:
    """A review that went up by time."""
    review = at_desk.submit()
    sweep(due(review))
    return now(review)


# --- what comes in


def test_description() -> None:
    review = desk(description="Pay {{ proposal.amount|money:'EUR' }} now").submit()
    assert review.title == "Pay 120.00 EUR now"


def test_context() -> None:
    at_desk = desk(context=(ContextItem("vip", "VIP"), ContextItem("hint", "Hint", optional=True)))
    with refused("missing_context"):
        at_desk.submit(context={"hint": "x"})
    assert at_desk.submit(context={"vip": "no"}).status == "pending"


def test_proposal_schema() -> None:
    at_desk = desk(proposal_schema={"type": "object", "required": ["iban"]})
    with refused("invalid_proposal"):
        at_desk.submit()
    assert at_desk.submit({"iban": "DE02"}).status == "pending"


def test_triggers() -> None:
    at_desk = desk(triggers=Triggers(stakes="proposal.amount > 100.0"))
    stopped, passed = at_desk.submit({"amount": 101}), at_desk.submit({"amount": 100})
    assert (stopped.status, [item["code"] for item in stopped.why]) == ("pending", ["stakes"])
    assert ended(passed) == ("approved", "policy")


def test_subject() -> None:
    assert desk(subject="/order").submit().subject == "A-17"
    assert desk(subject="").submit().subject == ""


def test_amount() -> None:
    assert desk(amount="/amount").submit().amount == Decimal(120)
    assert desk(amount="").submit().amount is None


def test_priority() -> None:
    levels = ("critical", "high", "normal", "low")
    rows = [desk(slug=name, priority=name).submit() for name in reversed(levels)]
    assert list(Review.objects.in_queue_order()) == rows[::-1]


# --- who is asked, by when, and what then


def test_assignee() -> None:
    at_desk = desk(steps=(Step("night_shift", 300), Step("support_leads", 900)))
    other = user("oda")
    team("day_shift", other)
    review = at_desk.submit()
    assert asked(review) == "night_shift"
    with refused("not_allowed"):
        decide(review, other)
    assert decide(review, at_desk.reviewer).status == "held"


def test_timeout() -> None:
    review = desk(steps=(Step("support_team", 77), Step("support_leads", 900))).submit()
    assert review.due_at == after(77)
    assert sweep(after(76.999999)) == 0
    assert sweep(after(77)) == 1


def test_timeout_action() -> None:
    ends = {}
    for action in ("reject", "approve", "skip"):
        review = desk(slug=action, **(ONE_LEVEL | {"timeout_action": action})).submit()
        sweep(due(review))
        ends[action] = ended(review)[0]
    assert ends == {"reject": "rejected", "approve": "approved", "skip": "skipped"}
    assert (at_level_one(desk()).status, at_level_one(desk()).level) == ("pending", 1)


def test_final_action() -> None:
    ends = {}
    for action in ("reject", "approve", "skip"):
        review = at_level_one(desk(slug=action, final_action=action))
        sweep(due(review))
        ends[action] = ended(review)[0]
    assert ends == {"reject": "rejected", "approve": "approved", "skip": "skipped"}


def test_escalation() -> None:
    chain = tuple(Step(name, 300) for name in ("support_team", "seniors", "bosses"))
    review = desk(steps=chain).submit()
    teams = []
    for _ in chain:
        teams.append(asked(review))
        sweep(due(now(review)))
    assert teams == ["support_team", "seniors", "bosses"]
    assert ended(review) == ("rejected", "timeout")


def test_escalation_assignee() -> None:
    at_desk = desk(steps=(Step("support_team", 300), Step("judges", 300)))
    judge = user("judy")
    team("judges", judge)
    review = at_level_one(at_desk)
    with refused("escalated"):
        decide(review, at_desk.reviewer)
    with at(after(300)):
        assert decide(review, judge).status == "held"


def test_escalation_timeout() -> None:
    review = at_level_one(desk(steps=(Step("support_team", 300), Step("support_leads", 44))))
    assert review.due_at == after(344)


def test_working_time() -> None:
    office = Calendar.objects.create(name="office", hours={"tue": [["08:00", "09:00"]]})
    for slug in ("support_team", "support_leads"):
        team(slug)
    Team.objects.update(calendar=office)
    assert desk(working_time=True).submit().due_at == after(23 * 3600 + 300)
    assert desk(slug="always").submit().due_at == after(300)


def test_owner() -> None:
    at_desk = desk(owner="product")
    head, member = user("head"), user("mel")
    team("product", member, lead=head)
    review = at_desk.submit()
    assert list(Review.objects.visible_to(member)) == [review]
    assert list(Review.objects.visible_to(at_desk.lead)) == []
    with refused("not_allowed"):
        cancellations.cancel(review.pk, actor=person(member))
    assert cancellations.cancel(review.pk, actor=person(head)).outcome == "cancelled"


def test_approve_needs_seen() -> None:
    at_desk = desk(approve_needs_seen=True, **APPROVES)
    unseen, seen = at_desk.submit(), at_desk.submit()
    comments.see(seen.pk, actor=person(at_desk.reviewer))
    easy = desk(slug="easy", **APPROVES).submit()
    sweep(after(300))
    outcomes = [now(row).outcome for row in (unseen, seen, easy)]
    assert outcomes == ["rejected", "approved", "approved"]


# --- what a person may answer


def test_options() -> None:
    at_desk = desk(options=("approve", "respond"))
    review = at_desk.submit()
    with refused("verdict_not_offered"):
        decide(review, at_desk.reviewer, "reject")
    assert decide(review, at_desk.reviewer, "respond", message="No.").status == "held"


def test_editable() -> None:
    at_desk = desk(editable=("/order",))
    review = at_desk.submit()
    with refused("not_editable"):
        decide(review, at_desk.reviewer, "modify", proposal=PROPOSAL | {"amount": 60})
    edited = PROPOSAL | {"order": "A-18"}
    held = decide(review, at_desk.reviewer, "modify", proposal=edited).held_decision
    assert held is not None
    assert held.result == edited


def test_items() -> None:
    verdicts = ({"id": "a", "verdict": "approve"}, {"id": "b", "verdict": "reject"})
    at_desk = desk(**PARTIAL)
    with refused("invalid_items"):
        at_desk.submit(PROPOSAL | {"lines": [LINES[0], LINES[0]]})
    review = at_desk.submit(ITEMS)
    held = decide(review, at_desk.reviewer, "partial", items=verdicts, reasons=("too_much",))
    assert held.held_decision is not None
    assert held.held_decision.result == PROPOSAL | {"lines": LINES[:1]}
    other = desk(options=("partial",), items=Items("/rows", "key")).submit(
        {"amount": 1, "rows": [{"key": "a"}, {"key": "b"}]}
    )
    held = decide(other, at_desk.reviewer, "partial", items=verdicts, reasons=("too_much",))
    assert held.held_decision is not None
    assert held.held_decision.result == {"amount": 1, "rows": [{"key": "a"}]}


def test_limits() -> None:
    at_desk = desk(limits="proposal.amount <= 100.0")
    over = at_desk.submit(PROPOSAL)
    assert [item["code"] for item in over.why] == ["always", "over_limit"]
    with refused("over_limit"):
        decide(over, at_desk.reviewer)
    with refused("over_limit"):
        decide(over, at_desk.reviewer, "modify", proposal=PROPOSAL | {"amount": 101})
    edited = decide(over, at_desk.reviewer, "modify", proposal=PROPOSAL | {"amount": 100})
    assert edited.status == "held"


def test_reasons() -> None:
    at_desk = desk(reasons=(Reason("late", "Too late"),))
    review = at_desk.submit()
    with refused("unknown_reason"):
        decide(review, at_desk.reviewer, "reject", reasons=("fraud",))
    assert decide(review, at_desk.reviewer, "reject", reasons=("late",)).status == "held"


def test_reasons_verdicts() -> None:
    reasons = (Reason("no", "No"), Reason("typo", "A typo", verdicts=("modify",)))
    at_desk = desk(reasons=reasons)
    review = at_desk.submit()
    with refused("unknown_reason"):
        decide(review, at_desk.reviewer, "reject", reasons=("typo",))
    edited = PROPOSAL | {"amount": 60}
    with refused("unknown_reason"):
        decide(review, at_desk.reviewer, "modify", proposal=edited, reasons=("no",))
    held = decide(review, at_desk.reviewer, "modify", proposal=edited, reasons=("typo",))
    assert held.status == "held"


CALL = ConditionTemplate("call", "The customer agrees by phone", "reviewer", timeout=50)


def bound(at_desk: Desk, **terms: Any) -> Condition:
    """Approved on one condition and released."""
    review = at_desk.submit()
    decide(review, at_desk.reviewer, "approve_if", conditions=({"code": "call"} | terms,))
    sweep(after(10))
    return Condition.objects.get(review=review)


def test_conditions() -> None:
    at_desk = desk(conditions=(CALL,))
    review = at_desk.submit()
    with refused("unknown_condition"):
        decide(review, at_desk.reviewer, "approve_if", conditions=({"code": "returned"},))
    assert bound(at_desk).code == "call"


def test_conditions_text() -> None:
    assert bound(desk(conditions=(CALL,))).text == "The customer agrees by phone"


def test_conditions_confirms() -> None:
    at_desk = desk(conditions=(CALL,))
    condition = bound(at_desk)
    with refused("not_allowed"):
        conditions.confirm(condition.pk, actor=at_desk.key.actor())
    with at(after(11)):
        released = conditions.confirm(condition.pk, actor=person(at_desk.reviewer))
    assert released.outcome == "approved"


def test_conditions_timeout() -> None:
    condition = bound(desk(conditions=(CALL,)))
    assert condition.due_at == after(60)
    sweep(after(60))
    assert ended(Review.objects.get()) == ("condition_failed", "human")


def test_approvals() -> None:
    at_desk = desk(approvals=2)
    review = at_desk.submit()
    assert decide(review, at_desk.reviewer).status == "pending"
    with refused("already_voted"):
        decide(review, at_desk.reviewer)
    assert decide(review, at_desk.colleague).status == "held"


def test_max_rounds() -> None:
    at_desk = desk(max_rounds=2)
    first = at_desk.review_in("rejected")
    second = at_desk.submit(revises=first.pk)
    decide(second, at_desk.reviewer, "reject")
    sweep(after(10))
    with refused("rounds_exhausted"):
        at_desk.submit(revises=second.pk)
    assert second.round == 2


# --- how long


def test_undo_window() -> None:
    at_desk = desk(undo_window=33)
    review = decide(at_desk.submit(), at_desk.reviewer)
    assert review.held_until == after(33)
    with at(after(32)):
        decisions.undo(review.pk, actor=person(at_desk.reviewer))
    at_once = desk(slug="swift", undo_window=0).submit()
    assert decide(at_once, at_desk.reviewer).status == "closed"


def test_lease() -> None:
    at_desk = desk(lease=42)
    review = at_desk.submit()
    leases.claim(review.pk, actor=person(at_desk.reviewer))
    with at(after(41.999999)), refused("held_by_other"):
        leases.claim(review.pk, actor=person(at_desk.colleague))
    with at(after(42)):
        claimed = leases.claim(review.pk, actor=person(at_desk.colleague))
    assert claimed.assignment is not None
    assert claimed.assignment.lease_until == after(84)


# --- many at once


def approve(at_desk: Desk, *reviews: Review) -> list[str]:
    ann = at_desk.reviewer
    results = batches.decide_all(
        [review.pk for review in reviews],
        actor=person(ann),
        principal=ann,
        answer=Answer("approve"),
    )
    return [result.as_json()["code"] for result in results]


def sure(at_desk: Desk, amount: int = 100) -> Review:
    return at_desk.submit(PROPOSAL | {"amount": amount}, confidence=0.9)


def test_batch() -> None:
    forbids, allows = desk(slug="strict"), desk(batch=Batch("true", 5))
    with refused("batch_not_allowed"):
        approve(forbids, sure(forbids))
    assert approve(allows, sure(allows)) == ["ok"]


def test_batch_when() -> None:
    at_desk = desk(batch=Batch("proposal.amount < 200.0", 5))
    assert approve(at_desk, sure(at_desk, 199), sure(at_desk, 200)) == ["ok", "outlier"]


def test_batch_cap() -> None:
    at_desk = desk(batch=Batch("true", 2))
    rows = [sure(at_desk) for _ in range(3)]
    with refused("over_cap"):
        approve(at_desk, *rows)
    assert approve(at_desk, *rows[:2]) == ["ok", "ok"]
