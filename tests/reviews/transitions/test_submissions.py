"""A proposal enters a gate: what is kept, what is refused, who is asked."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings

from gates import routing
from gates.models import Calendar, Team
from gates.policy import Boundary, ContextItem, Items, Step, Triggers
from reviews.errors import Invalid, Missing
from reviews.models import Assignment, Decision, Delivery, Review
from reviews.models.review import Priority
from reviews.transitions import passage
from tests.factories import (
    CONTEXT,
    LINES,
    ONE_LEVEL,
    PARTIAL,
    PROPOSAL,
    T0,
    Desk,
    after,
    desk,
    gate,
    key,
    personal_key,
    publish,
    submission,
    submit,
    user,
)
from tests.traces import events_of, messages_of, now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

CALLBACK = "https://agent.example.com/hooks"
SILENT = Triggers(stakes="proposal.amount > 1000.0")


def refused(at_desk: Desk, proposal: Any = PROPOSAL, **fields: Any) -> list[tuple[str, str]]:
    """Where and with which codes the gate refuses this; nothing is stored."""
    with pytest.raises(Invalid) as raised:
        at_desk.submit(proposal, **fields)
    return [(field.pointer, field.code) for field in raised.value.fields]


# --- to a person


def test_a_proposal_that_a_rule_catches_waits_for_the_first_team() -> None:
    at_desk = desk()
    review = now(at_desk.submit())
    assert (review.status, review.outcome, review.level) == ("pending", "", 0)
    assert review.team == Team.objects.get(slug="support_team")
    assert (review.submitted_at, review.due_at, review.wake_at) == (T0, after(300), after(300))
    assert (review.decided_at, review.closed_at, review.seen_at) == (None, None, None)
    assert review.result is None
    assigned = Assignment.objects.get(review=review)
    assert assigned == review.assignment
    assert (assigned.level, assigned.team, assigned.due_at) == (0, review.team, after(300))
    assert (assigned.reviewer, assigned.lease_until, assigned.ended_at) == (None, None, None)
    assert not Decision.objects.exists()


def test_everything_that_was_sent_is_kept() -> None:
    at_desk = desk()
    sent = {
        "recommendation": "approve",
        "confidence": 0.75,
        "rationale": "He is a good customer.",
        "requester": {"id": "joe", "contact": "joe@example.com"},
        "external_id": "case-9",
        "callback_url": CALLBACK,
        "metadata": {"run": 4},
    }
    review = now(at_desk.submit({"amount": 120.5, "order": "A-17"}, **sent))
    assert {name: getattr(review, name) for name in sent} == sent
    assert review.proposal == {"amount": 120.5, "order": "A-17"}
    assert review.context == CONTEXT
    assert review.title == "Approve refund of 120.5"
    assert (review.amount, review.subject) == (Decimal("120.5000"), "A-17")
    assert (review.priority, review.round, review.revises) == (Priority.HIGH, 1, None)
    assert (review.gate, review.version) == (at_desk.gate, at_desk.gate.version)
    assert review.key == at_desk.key


def test_the_id_is_a_uuid_of_the_moment_of_submission() -> None:
    review = desk().submit()
    assert (review.pk.version, review.pk.int >> 80) == (7, int(T0.timestamp() * 1000))


def test_the_digest_is_that_of_what_a_person_is_shown() -> None:
    review = desk().submit(recommendation="approve", confidence=0.5, rationale="So")
    assert now(review).digest == passage.fingerprint(now(review))
    assert len(review.digest) == 64


def test_the_event_of_a_submission_holds_codes_and_no_payload() -> None:
    at_desk = desk()
    review = at_desk.submit(rationale="secret", requester={"id": "joe"}, metadata={"a": "secret"})
    data = {"why": ["always"], "team": "support_team", "digest": review.digest}
    assert events_of(review) == [("submitted", "key:agent", data)]


def test_the_caller_is_told_that_a_person_was_asked() -> None:
    review = desk().submit(callback_url=CALLBACK)
    assert messages_of(review) == [(1, "review.opened")]
    message = Delivery.objects.get()
    assert (message.url, message.created_at) == (CALLBACK, T0)
    assert message.body["type"] == "review.opened"
    assert message.body["timestamp"] == "2026-03-02T09:00:00.000000Z"
    told = message.body["data"]
    assert (told["id"], told["status"], told["seq"]) == (str(review.pk), "pending", 1)
    assert (told["outcome"], told["result"], told["decision"]) == (None, None, None)
    assert told["due_at"] == "2026-03-02T09:05:00.000000Z"


def test_without_a_callback_url_nothing_is_sent() -> None:
    assert messages_of(desk().submit()) == []


def test_all_triggers_that_fire_are_kept_as_why() -> None:
    triggers = Triggers(
        irreversible=True,
        stakes="proposal.amount > 100.0",
        boundary=(Boundary("vip", "proposal.amount > 110.0", "Big ones are for people."),),
        confidence_below=0.9,
        always_because="we are new",
    )
    review = now(desk(triggers=triggers).submit(confidence=0.8))
    codes = ["irreversible", "always", "stakes", "boundary", "confidence_below"]
    assert [why["code"] for why in review.why] == codes
    assert events_of(review)[0][2]["why"] == codes


def test_a_rule_that_cannot_be_judged_asks_a_person() -> None:
    review = now(desk(triggers=Triggers(stakes="proposal.missing > 1.0")).submit())
    assert ([why["code"] for why in review.why], review.status) == (["rule_error"], "pending")


def test_a_missing_confidence_counts_as_below() -> None:
    review = now(desk(triggers=Triggers(confidence_below=0.1)).submit())
    assert [why["code"] for why in review.why] == ["confidence_below"]


def test_working_time_counts_in_the_calendar_of_the_team() -> None:
    at_desk = desk(working_time=True, steps=(Step("support_team", 3600),), **_no_chain())
    hours = {"mon": [["09:00", "09:30"]], "tue": [["10:00", "17:00"]]}
    calendar = Calendar.objects.create(name="Short days", hours=hours)
    Team.objects.filter(slug="support_team").update(calendar=calendar)
    review = now(at_desk.submit())  # T0 is a Monday, 9 o'clock
    assert review.due_at == review.wake_at == datetime(2026, 3, 3, 10, 30, tzinfo=UTC)


def test_a_calendar_counts_only_where_the_gate_says_so() -> None:
    at_desk = desk(**ONE_LEVEL)
    calendar = Calendar.objects.create(name="Tuesdays", hours={"tue": [["10:00", "17:00"]]})
    Team.objects.filter(slug="support_team").update(calendar=calendar)
    assert now(at_desk.submit()).due_at == after(300)


def _no_chain() -> dict[str, Any]:
    return {name: ONE_LEVEL[name] for name in ("timeout_action", "final_action")}


# --- to nobody


def test_what_nothing_catches_is_closed_at_once_with_a_policy_decision() -> None:
    at_desk = desk(triggers=SILENT)
    review = now(at_desk.submit(callback_url=CALLBACK))
    assert (review.status, review.outcome, review.result) == ("closed", "approved", PROPOSAL)
    assert (review.decided_at, review.closed_at, review.wake_at) == (T0, T0, None)
    assert (review.team, review.assignment, review.due_at, review.why) == (None, None, None, [])
    final = Decision.objects.get(review=review)
    assert final == review.final_decision
    assert (final.source, final.verdict, final.outcome) == ("policy", "approve", "approved")
    assert (final.final, final.reviewer, final.actor) == (True, None, "policy")
    assert (final.digest, final.result) == (review.digest, PROPOSAL)
    data = {"why": [], "outcome": "approved", "digest": review.digest}
    assert events_of(review) == [("submitted", "key:agent", data)]
    assert messages_of(review) == [(1, "review.closed")]


# --- the coin


def _side(fall: bool) -> str:
    """An external id whose coin falls below 0.5, or does not."""
    ids = (f"case-{number}" for number in range(100))
    toss = (i for i in ids if (routing.tossed(settings.AUDIT_SECRET, "refund", i) < 0.5) is fall)
    return next(toss)


def test_a_coin_that_falls_asks_a_person_and_is_kept_with_its_chance() -> None:
    at_desk = desk(triggers=dataclasses.replace(SILENT, calibration=0.5))
    review = now(at_desk.submit(external_id=_side(True)))
    assert (review.status, review.calibration) == ("pending", 0.5)
    assert [why["code"] for why in review.why] == ["calibration"]


def test_the_chance_is_kept_though_the_coin_let_pass() -> None:
    at_desk = desk(triggers=dataclasses.replace(SILENT, calibration=0.5))
    review = now(at_desk.submit(external_id=_side(False)))
    assert (review.status, review.calibration, review.why) == ("closed", 0.5, [])


def test_the_coin_is_tossed_though_another_rule_fires() -> None:
    both = Triggers(always_because="we are new", calibration=0.5)
    review = now(desk(triggers=both).submit(external_id=_side(True)))
    assert [why["code"] for why in review.why] == ["always", "calibration"]


def test_a_gate_that_tosses_no_coin_keeps_no_chance() -> None:
    assert now(desk().submit(external_id="case-1")).calibration is None


def test_a_gate_that_tosses_a_coin_needs_an_external_id() -> None:
    at_desk = desk(triggers=dataclasses.replace(SILENT, calibration=0.5))
    assert refused(at_desk) == [("/external_id", "required")]
    assert not Review.objects.exists()


# --- over the limit


def test_a_proposal_over_the_limit_goes_to_a_person_who_is_told() -> None:
    at_desk = desk(triggers=SILENT, limits="proposal.amount <= 100.0")
    review = now(at_desk.submit())
    assert (review.status, review.over_limit) == ("pending", True)
    assert [why["code"] for why in review.why] == ["over_limit"]
    assert not now(at_desk.submit({"amount": 100})).over_limit


# --- refused at the door


def test_a_fact_that_is_missing_is_named() -> None:
    found = refused(desk(), context={"order_details": "One lamp", "refund_reason": None})
    assert found == [
        ("/context/customer_history", "missing_context"),
        ("/context/refund_reason", "missing_context"),
    ]
    assert not Review.objects.exists()


def test_a_fact_may_be_optional_and_others_may_come_along() -> None:
    at_desk = desk(context=(ContextItem("order_details", "Order", optional=True),))
    assert now(at_desk.submit(context={"weather": "fine"})).context == {"weather": "fine"}


def test_a_proposal_that_breaks_the_schema_is_refused() -> None:
    assert refused(desk(), {"amount": 0}) == [("/proposal/amount", "invalid_proposal")]


@pytest.mark.parametrize(
    ("lines", "pointer"),
    [
        ([*LINES, {"id": "a"}], "/proposal/lines/2/id"),
        ([{"id": 1}], "/proposal/lines/0/id"),
        ([{"amount": 1}], "/proposal/lines/0/id"),
        ([{"id": ""}], "/proposal/lines/0/id"),
    ],
    ids=["twice", "number", "missing", "empty"],
)
def test_items_need_ids_that_are_unique_text(lines: Any, pointer: str) -> None:
    assert refused(desk(**PARTIAL), {"amount": 1, "lines": lines}) == [(pointer, "invalid_items")]


def test_the_list_of_items_must_be_there() -> None:
    at_desk = desk(items=Items(list="/rows", id="id"))
    assert refused(at_desk) == [("/proposal/rows", "invalid_items")]


# --- whose gate


def test_a_gate_outside_the_keys_scope_is_missing() -> None:
    gate()
    other = key(gate(slug="loan"), name="other")
    with pytest.raises(Missing):
        submit(gate(), other)


def test_a_key_for_all_gates_reaches_every_gate() -> None:
    assert submit(gate(), key()).status == "pending"


@pytest.mark.parametrize("slug", ["nope", "draft"])
def test_a_gate_that_is_not_there_or_not_published_is_missing(slug: str) -> None:
    found = gate(slug="draft")
    found.version = None
    found.save()
    with pytest.raises(Missing):
        submit(dataclasses.replace(desk(), gate=type(found)(slug=slug)).gate, key())


def test_a_personal_key_submits_nothing() -> None:
    """Not even where somebody put gates on it."""
    refund = gate()
    anns = personal_key(user("ann"))
    anns.gates.add(refund)
    with pytest.raises(Missing):
        submit(refund, anns)


def test_a_review_keeps_the_version_it_was_submitted_under() -> None:
    at_desk = desk()
    first = at_desk.submit()
    publish(dataclasses.replace(at_desk.policy, steps=(Step("support_team", 60),), **_no_chain()))
    second = at_desk.submit()
    assert (now(first).version.number, now(first).due_at) == (1, after(300))
    assert (now(second).version.number, now(second).due_at) == (2, after(60))


# --- what is indexed


@pytest.mark.parametrize(
    ("amount", "stored"),
    [
        (120, Decimal(120)),
        (0.1, Decimal("0.1")),
        (1 / 3, Decimal("0.3333")),
        (-5, Decimal(-5)),
        (999_999_999_999_999, Decimal(999_999_999_999_999)),
        (1e15, None),
        (1e300, None),
        ("120", None),
        (True, None),
        (None, None),
    ],
)
def test_the_amount_is_indexed_where_it_is_a_number(amount: Any, stored: Decimal | None) -> None:
    review = now(desk(proposal_schema=None).submit({"amount": amount}))
    assert review.amount == stored


@pytest.mark.parametrize(
    ("order", "stored"),
    [("A-17", "A-17"), (17, "17"), (True, ""), (None, ""), ({"a": 1}, ""), ("x" * 300, "x" * 200)],
    ids=str,
)
def test_the_subject_is_indexed_where_it_is_text_or_a_number(order: Any, stored: str) -> None:
    assert now(desk().submit({"amount": 1, "order": order})).subject == stored


@pytest.mark.parametrize("proposal", ["text", 7, [1, 2], False])
def test_a_proposal_need_not_be_an_object(proposal: Any) -> None:
    review = now(desk(proposal_schema=None, description="Do it").submit(proposal))
    assert (review.proposal, review.amount, review.subject) == (proposal, None, "")


# --- cost


@pytest.mark.parametrize(("overrides", "count"), [({}, 7), ({"triggers": SILENT}, 6)])
def test_a_submission_takes_a_fixed_number_of_queries(
    overrides: dict[str, Any], count: int, django_assert_num_queries
) -> None:
    at_desk = desk(**overrides)
    at_desk.submit()
    with django_assert_num_queries(count):
        at_desk.submit()


def test_what_is_sent_is_left_as_it_is() -> None:
    sent = submission(gate(), dict(PROPOSAL), context=dict(CONTEXT))
    assert (sent.proposal, sent.context) == (PROPOSAL, CONTEXT)
