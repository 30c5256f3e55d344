"""One person's verdict: who may give it, what it does, what it says to the outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gates.actors import CLOCK, OUTSIDE, Actor, command
from reviews.errors import Changed, HeldByOther, Invalid, NotAllowed, OwnProposal
from reviews.models import Assignment, Condition, Decision, Delivery, Review
from reviews.transitions import decisions, leases
from reviews.transitions.links import hash_of
from reviews.verdicts import Answer
from tests.factories import (
    LINES,
    ONE_LEVEL,
    PARTIAL,
    PROPOSAL,
    T0,
    Desk,
    after,
    at,
    decide,
    desk,
    key,
    person,
    personal_key,
    sweep,
)
from tests.traces import final_of, last_event, messages_of, now, verbs_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

CALLBACK = "https://agent.example.com/hooks"
ORDER = PROPOSAL | {"lines": LINES}
ANSWERS: dict[str, tuple[dict[str, Any], str, Any]] = {
    "approve": ({}, "approved", ORDER),
    "modify": ({"proposal": ORDER | {"amount": 80}}, "modified", ORDER | {"amount": 80}),
    "partial": (
        {"items": [{"id": "a", "verdict": "approve"}, {"id": "b", "verdict": "reject"}]},
        "partially_approved",
        ORDER | {"lines": LINES[:1]},
    ),
    "reject": ({"reasons": ("fraud",)}, "rejected", None),
    "respond": ({"message": "He was paid."}, "answered", {"message": "He was paid."}),
}


def review_at(at_desk: Desk, **fields: Any) -> Review:
    return at_desk.submit(ORDER, **fields)


# --- what a verdict does


@pytest.mark.parametrize("verdict", ANSWERS)
def test_a_verdict_is_held_for_the_undo_window(verdict: str) -> None:
    fields, outcome, result = ANSWERS[verdict]
    at_desk = desk(**PARTIAL)
    review = review_at(at_desk, callback_url=CALLBACK)
    with at(after(20)):
        decide(review, at_desk.reviewer, verdict, **fields)
    stored, held = now(review), Decision.objects.get()
    assert (stored.status, stored.outcome, stored.result) == ("held", "", None)
    assert (stored.held_until, stored.wake_at) == (after(30), after(30))
    assert (stored.decided_at, stored.closed_at, stored.due_at) == (after(20), None, after(300))
    assert (stored.held_decision, stored.final_decision) == (held, None)
    assert (held.source, held.verdict, held.outcome) == ("human", verdict, outcome)
    assert (held.reviewer, held.actor, held.level) == (at_desk.reviewer, "user:ann", 0)
    assert (held.result, held.digest, held.decided_at) == (result, review.digest, after(20))
    assert not held.final
    data = {"decision": str(held.pk), "verdict": verdict, "digest": review.digest}
    assert last_event(review) == ("decided", "user:ann", data)
    assert messages_of(review) == [(1, "review.opened")]


@pytest.mark.parametrize("verdict", ANSWERS)
def test_a_verdict_is_released_when_the_window_ends(verdict: str) -> None:
    fields, outcome, result = ANSWERS[verdict]
    at_desk = desk(**PARTIAL)
    review = review_at(at_desk, callback_url=CALLBACK)
    decide(review, at_desk.reviewer, verdict, **fields)
    assert sweep(after(9.999999)) == 0
    assert sweep(after(10)) == 1
    stored, final = now(review), Decision.objects.get()
    assert (stored.status, stored.outcome, stored.result) == ("closed", outcome, result)
    assert (stored.decided_at, stored.closed_at) == (T0, after(10))
    assert (stored.held_until, stored.wake_at, stored.held_decision) == (None, None, None)
    assert (stored.final_decision, final.final) == (final, True)
    assigned = Assignment.objects.get()
    assert (assigned.ending, assigned.ended_at) == ("decided", after(10))
    data = {"outcome": outcome, "decision": str(final.pk)}
    assert last_event(review) == ("settled", "clock", data)
    kinds = [(1, "review.opened"), (3, "review.decided"), (3, "review.closed")]
    assert messages_of(review) == kinds


def test_the_messages_of_a_release_carry_the_verdict() -> None:
    at_desk = desk()
    review = at_desk.submit(callback_url=CALLBACK)
    decide(review, at_desk.reviewer, "reject", note="He has a second account.")
    sweep(after(10))
    for message in Delivery.objects.filter(type__in=("review.decided", "review.closed")):
        told = message.body["data"]
        assert (told["status"], told["outcome"], told["seq"]) == ("closed", "rejected", 3)
        assert told["decision"] == {
            "verdict": "reject",
            "source": "human",
            "reviewer": "ann",
            "reasons": ["fraud"],
            "note": "He has a second account.",
            "patch": None,
            "decided_at": "2026-03-02T09:00:00.000000Z",
        }


def test_no_event_holds_a_payload_a_note_or_a_message() -> None:
    at_desk = desk()
    review = at_desk.submit()
    decide(review, at_desk.reviewer, "respond", message="private", note="private")
    assert "private" not in str(last_event(review))


def test_what_was_said_is_kept_with_the_decision() -> None:
    at_desk = desk(**PARTIAL)
    given = [
        {"id": "a", "verdict": "reject", "reasons": ["too_much"]},
        {"id": "b", "verdict": "approve"},
    ]
    decide(review_at(at_desk), at_desk.reviewer, "partial", items=given, note="Only b.")
    held = Decision.objects.get()
    assert (held.items, held.reasons, held.note) == (given, ["too_much"], "Only b.")


def test_a_partial_verdict_that_rejects_everything_is_a_rejection() -> None:
    at_desk = desk(**PARTIAL)
    given = [{"id": code, "verdict": "reject"} for code in "ab"]
    review = review_at(at_desk)
    decide(review, at_desk.reviewer, "partial", items=given, reasons=("fraud",))
    held = Decision.objects.get()
    assert (held.verdict, held.outcome, held.result) == ("reject", "rejected", None)


def test_a_modification_is_kept_whole_and_as_a_patch() -> None:
    at_desk = desk()
    decide(at_desk.submit(), at_desk.reviewer, "modify", proposal=PROPOSAL | {"amount": 80})
    held = Decision.objects.get()
    assert held.result == PROPOSAL | {"amount": 80}
    assert held.patch == [{"op": "replace", "path": "/amount", "value": 80}]


def test_without_an_undo_window_the_verdict_is_released_at_once() -> None:
    at_desk = desk(undo_window=0)
    review = at_desk.submit(callback_url=CALLBACK)
    answered = decide(review, at_desk.reviewer)
    stored = now(review)
    assert (answered.status, stored.status, stored.outcome) == ("closed", "closed", "approved")
    assert (stored.decided_at, stored.closed_at, stored.result) == (T0, T0, PROPOSAL)
    assert verbs_of(review) == ["submitted", "decided", "settled"]
    kinds = [(1, "review.opened"), (3, "review.decided"), (3, "review.closed")]
    assert messages_of(review) == kinds


def test_a_verdict_is_never_held_past_the_deadline() -> None:
    at_desk = desk(**ONE_LEVEL)
    review = at_desk.submit()
    with at(after(295)):
        decide(review, at_desk.reviewer)
    assert (now(review).held_until, now(review).wake_at) == (after(300), after(300))
    sweep(after(300))
    assert (now(review).outcome, final_of(review).source) == ("approved", "human")


def test_a_verdict_given_in_time_is_released_though_the_sweep_is_late() -> None:
    """The deadline ran out while it was held; the verdict was first."""
    at_desk = desk(**ONE_LEVEL)
    review = at_desk.submit()
    decide(review, at_desk.reviewer)
    sweep(after(10_000))
    assert (now(review).outcome, now(review).closed_at) == ("approved", after(10_000))


# --- the lease


def test_deciding_an_unclaimed_review_claims_it() -> None:
    at_desk = desk()
    review = decide(at_desk.submit(), at_desk.reviewer)
    assigned = Assignment.objects.get(review=review)
    assert (assigned.reviewer, assigned.lease_until) == (at_desk.reviewer, after(600))
    assert (now(review).seen_at, verbs_of(review)) == (T0, ["submitted", "decided"])


def test_another_persons_live_lease_keeps_everybody_else_from_deciding() -> None:
    at_desk = desk()
    review = at_desk.submit()
    leases.claim(review.pk, actor=person(at_desk.colleague))
    with pytest.raises(HeldByOther):
        decide(review, at_desk.reviewer)
    assert (now(review).status, Decision.objects.count()) == ("pending", 0)


@pytest.mark.parametrize("who", ["reviewer", "colleague"])
def test_an_expired_lease_keeps_nobody(who: str) -> None:
    """One's own expired lease decides if still free, and so does anybody else of the team."""
    at_desk = desk(lease=60)
    review = at_desk.submit()
    leases.claim(review.pk, actor=person(at_desk.reviewer))
    with at(after(60)):
        assert decide(review, getattr(at_desk, who)).status == "held"


def test_ones_own_expired_lease_does_not_decide_what_another_has_taken() -> None:
    at_desk = desk(lease=60)
    review = at_desk.submit()
    leases.claim(review.pk, actor=person(at_desk.reviewer))
    with at(after(61)):
        leases.claim(review.pk, actor=person(at_desk.colleague))
        with pytest.raises(HeldByOther):
            decide(review, at_desk.reviewer)


# --- who may

WHO: dict[str, Callable[[Desk], Actor]] = {
    "stranger": lambda d: person(d.stranger),
    "next level": lambda d: person(d.lead),
    "integrator": lambda d: key(name="any").actor(),
    "the submitting key": lambda d: d.key.actor(),
    "the clock": lambda d: CLOCK,
    "a link": lambda d: OUTSIDE,
    "a command": lambda d: command("replay"),
}


@pytest.mark.parametrize("who", WHO)
def test_only_a_member_of_the_current_level_decides(who: str) -> None:
    at_desk = desk()
    review = at_desk.submit()
    with pytest.raises(NotAllowed):
        decisions.decide(review.pk, actor=WHO[who](at_desk), answer=Answer("approve"))
    assert (verbs_of(review), Decision.objects.count()) == (["submitted"], 0)


def test_a_personal_key_decides_as_its_person() -> None:
    at_desk = desk()
    review = at_desk.submit()
    actor = personal_key(at_desk.reviewer).actor()
    decisions.decide(review.pk, actor=actor, answer=Answer("approve"))
    assert Decision.objects.get().reviewer == at_desk.reviewer


def test_nobody_decides_what_was_proposed_for_him() -> None:
    at_desk = desk()
    review = at_desk.submit(requester={"id": "ann"})
    with pytest.raises(OwnProposal):
        decide(review, at_desk.reviewer)
    assert decide(review, at_desk.colleague).status == "held"


def test_nobody_decides_what_his_own_key_proposed() -> None:
    at_desk = desk()
    at_desk.key = key(at_desk.gate, name="anns", owner=at_desk.reviewer)
    review = at_desk.submit()
    with pytest.raises(OwnProposal):
        decide(review, at_desk.reviewer)
    assert decide(review, at_desk.colleague).status == "held"


# --- what was looked at


def test_a_digest_that_differs_is_refused() -> None:
    at_desk = desk()
    review = at_desk.submit()
    with pytest.raises(Changed) as refused:
        decide(review, at_desk.reviewer, digest="0" * 64)
    assert (refused.value.code, refused.value.extra) == ("changed", {"digest": review.digest})
    assert now(review).status == "pending"


def test_the_digest_of_the_review_is_accepted() -> None:
    at_desk = desk()
    review = at_desk.submit()
    assert decide(review, at_desk.reviewer, digest=review.digest).status == "held"


# --- content


def test_content_that_the_gate_refuses_leaves_the_review_as_it_was() -> None:
    at_desk = desk()
    review = at_desk.submit()
    with pytest.raises(Invalid) as refused:
        decide(review, at_desk.reviewer, "modify", proposal=PROPOSAL | {"order": "B-2"})
    assert refused.value.code == "not_editable"
    assert (now(review).status, verbs_of(review)) == ("pending", ["submitted"])
    assert Assignment.objects.get().reviewer is None


def test_a_proposal_over_the_limit_can_be_edited_but_not_approved() -> None:
    at_desk = desk(limits="proposal.amount <= 100.0")
    review = at_desk.submit()
    with pytest.raises(Invalid) as refused:
        decide(review, at_desk.reviewer)
    assert refused.value.code == "over_limit"
    with pytest.raises(Invalid) as refused:
        decide(review, at_desk.reviewer, "modify", proposal=PROPOSAL | {"amount": 101})
    assert refused.value.code == "over_limit"
    decide(review, at_desk.reviewer, "modify", proposal=PROPOSAL | {"amount": 100})
    assert now(review).status == "held"


# --- conditions that a verdict makes


def test_conditions_wait_while_the_verdict_is_held() -> None:
    at_desk = desk()
    review = at_desk.submit()
    given = ({"code": "returned"}, {"text": "Call him", "confirms": "reviewer", "timeout": 60})
    decide(review, at_desk.reviewer, "approve_if", conditions=given)
    rows = list(Condition.objects.all())
    assert [(row.code, row.text, row.confirms, row.timeout) for row in rows] == [
        ("returned", "The goods are back", "api", 3600),
        ("", "Call him", "reviewer", 60),
    ]
    assert {(row.status, row.due_at, row.token_hash) for row in rows} == {("waiting", None, None)}
    assert {row.decision for row in rows} == {now(review).held_decision}


def test_a_link_is_told_once_and_stored_hashed() -> None:
    at_desk = desk()
    given = ({"text": "Sign", "confirms": "link", "contact": "joe@example.com"},)
    answer = Answer("approve_if", conditions=given)
    review = at_desk.submit()
    decided = decisions.decide(review.pk, actor=person(at_desk.reviewer), answer=answer)
    row = Condition.objects.get()
    (secret,) = decided.links.values()
    assert decided.links == {row.pk: secret}
    assert (row.token_hash, row.contact) == (hash_of(secret), "joe@example.com")
    assert len(secret) == 43  # 32 random bytes
    assert secret not in str(last_event(review))


def test_a_verdict_takes_a_fixed_number_of_queries(django_assert_num_queries) -> None:
    at_desk = desk()
    review = at_desk.submit(callback_url=CALLBACK)
    with django_assert_num_queries(8):
        decide(review, at_desk.reviewer)
