"""`approvals: N`: several distinct people agree on the same thing, one rejection is enough."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from reviews.errors import AlreadyDecided, Changed, HeldByOther, Invalid
from reviews.models import Assignment, Decision, Review
from reviews.transitions import decisions, escalations, leases
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
from tests.traces import final_of, last_event, messages_of, now, verbs_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

CALLBACK = "https://agent.example.com/hooks"
EDIT = PROPOSAL | {"amount": 80}


def desk_of(approvals: int, **overrides: Any) -> Desk:
    at_desk = desk(**({"approvals": approvals} | overrides))
    team(at_desk.policy.steps[0].assignee, user("cid"), user("dot"))
    return at_desk


def votes(review: Review) -> list[tuple[str, str, bool, bool, bool]]:
    """(who, verdict, final, superseded, undone) of all decisions, in order."""
    rows = Decision.objects.filter(review=review).order_by("id")
    return [
        (row.actor, row.verdict, row.final, row.superseded, row.undone_at is not None)
        for row in rows
    ]


def test_a_vote_leaves_the_review_pending_and_free() -> None:
    at_desk = desk_of(2)
    review = decide(at_desk.submit(callback_url=CALLBACK), at_desk.reviewer)
    stored = now(review)
    assert (stored.status, stored.held_decision, stored.decided_at) == ("pending", None, None)
    assert (stored.due_at, stored.wake_at) == (after(300), after(300))
    assigned = Assignment.objects.get()
    assert (assigned.reviewer, assigned.lease_until) == (None, None)
    vote = Decision.objects.get()
    assert (vote.verdict, vote.final, vote.reviewer) == ("approve", False, at_desk.reviewer)
    data = {"decision": str(vote.pk), "verdict": "approve", "digest": review.digest}
    assert last_event(review) == ("voted", "user:ann", data)
    assert messages_of(review) == [(1, "review.opened")]


def test_the_last_vote_is_held_and_becomes_final() -> None:
    at_desk = desk_of(2)
    review = decide(at_desk.submit(callback_url=CALLBACK), at_desk.reviewer)
    decide(review, at_desk.colleague)
    held = Decision.objects.get(reviewer=at_desk.colleague)
    assert (now(review).status, now(review).held_decision) == ("held", held)
    sweep(after(10))
    assert (now(review).outcome, now(review).result) == ("approved", PROPOSAL)
    assert votes(review) == [
        ("user:ann", "approve", False, False, False),
        ("user:ben", "approve", True, False, False),
    ]
    assert verbs_of(review) == ["submitted", "voted", "decided", "settled"]


def test_as_many_people_as_the_gate_asks_for_must_agree() -> None:
    at_desk = desk_of(3)
    review = at_desk.submit()
    states = [decide(review, user(name)).status for name in ("ann", "ben", "cid")]
    assert states == ["pending", "pending", "held"]


def test_voters_are_distinct() -> None:
    at_desk = desk_of(2)
    review = decide(at_desk.submit(), at_desk.reviewer)
    for verdict in ("approve", "reject"):
        with pytest.raises(AlreadyDecided) as refused:
            decide(review, at_desk.reviewer, verdict)
        assert refused.value.code == "already_voted"
    assert len(votes(review)) == 1


def test_who_has_voted_neither_takes_nor_gets_the_review() -> None:
    """A lease of his could only keep the others waiting."""
    at_desk = desk_of(2)
    team(at_desk.policy.steps[0].assignee, lead=user("head"))
    review = decide(at_desk.submit(), at_desk.reviewer)
    for take in (
        lambda: leases.claim(review.pk, actor=person(at_desk.reviewer)),
        lambda: leases.assign(review.pk, actor=person(user("head")), username="ann"),
    ):
        with pytest.raises(AlreadyDecided) as refused:
            take()
        assert refused.value.code == "already_voted"


@pytest.mark.parametrize("before", [0, 1, 2])
def test_one_rejection_is_enough(before: int) -> None:
    at_desk = desk_of(3)
    review = at_desk.submit()
    for name in ("ann", "ben")[:before]:
        decide(review, user(name))
    decide(review, user("cid"), "reject")
    assert now(review).status == "held"
    sweep(after(10))
    assert (now(review).outcome, now(review).result) == ("rejected", None)


@pytest.mark.parametrize(
    ("verdict", "fields"),
    [
        ("partial", {"items": [{"id": c, "verdict": "approve"} for c in "ab"]}),
        (
            "partial",
            {"items": [{"id": c, "verdict": "reject"} for c in "ab"], "reasons": ("fraud",)},
        ),
        ("approve_if", {"conditions": ({"code": "returned"},)}),
        ("respond", {"message": "He was paid."}),
    ],
    ids=["partial", "partial that rejects all", "approve_if", "respond"],
)
def test_verdicts_that_cannot_be_counted_are_refused(verdict: str, fields: dict[str, Any]) -> None:
    at_desk = desk_of(2, **PARTIAL)
    review = at_desk.submit(PROPOSAL | {"lines": LINES})
    with pytest.raises(Invalid) as refused:
        decide(review, at_desk.reviewer, verdict, **fields)
    assert refused.value.code == "not_with_quorum"
    assert votes(review) == []


# --- an edit


def test_an_edit_starts_the_count_anew_on_the_edit() -> None:
    at_desk = desk_of(2)
    review = decide(at_desk.submit(), at_desk.reviewer)
    decide(review, at_desk.colleague, "modify", proposal=EDIT)
    stored = now(review)
    assert (stored.status, stored.edit, stored.proposal) == ("pending", EDIT, PROPOSAL)
    assert stored.proposed == EDIT
    assert votes(review) == [
        ("user:ann", "approve", False, True, False),
        ("user:ben", "modify", False, False, False),
    ]


def test_an_edit_changes_the_digest_so_that_nobody_votes_on_what_he_has_not_seen() -> None:
    at_desk = desk_of(2)
    review = at_desk.submit()
    seen = review.digest
    decide(review, at_desk.reviewer, "modify", proposal=EDIT)
    assert now(review).digest != seen
    with pytest.raises(Changed) as refused:
        decide(review, at_desk.colleague, digest=seen)
    assert refused.value.extra == {"digest": now(review).digest}
    decide(review, at_desk.colleague, digest=now(review).digest)
    first, last = Decision.objects.order_by("id")
    assert (first.digest, last.digest) == (seen, now(review).digest)


def test_agreeing_to_an_edit_ends_modified_with_its_patch() -> None:
    at_desk = desk_of(2)
    review = at_desk.submit()
    decide(review, at_desk.reviewer, "modify", proposal=EDIT)
    decide(review, at_desk.colleague)
    sweep(after(10))
    stored, final = now(review), Decision.objects.get(final=True)
    assert (stored.outcome, stored.result) == ("modified", EDIT)
    assert (final.verdict, final.outcome, final.reviewer) == (
        "approve",
        "modified",
        at_desk.colleague,
    )
    assert final.patch == [{"op": "replace", "path": "/amount", "value": 80}]


def test_who_was_overruled_by_an_edit_votes_again() -> None:
    at_desk = desk_of(2)
    review = decide(at_desk.submit(), at_desk.reviewer)
    decide(review, at_desk.colleague, "modify", proposal=EDIT)
    assert decide(review, at_desk.reviewer).status == "held"


def test_an_edit_counts_as_its_editors_vote() -> None:
    at_desk = desk_of(2)
    review = at_desk.submit()
    decide(review, at_desk.reviewer, "modify", proposal=EDIT)
    with pytest.raises(AlreadyDecided):
        decide(review, at_desk.reviewer)


def test_an_edit_of_an_edit_starts_anew_again() -> None:
    at_desk = desk_of(3)
    review = at_desk.submit()
    decide(review, user("ann"), "modify", proposal=EDIT)
    decide(review, user("ben"))
    decide(review, user("cid"), "modify", proposal=PROPOSAL | {"amount": 60})
    assert [vote[3] for vote in votes(review)] == [True, True, False]
    states = [decide(review, user(name)).status for name in ("ann", "dot")]
    assert states == ["pending", "held"]


def test_an_edit_can_bring_a_proposal_within_the_limit() -> None:
    at_desk = desk_of(2, limits="proposal.amount <= 100.0")
    review = at_desk.submit()
    with pytest.raises(Invalid):
        decide(review, at_desk.reviewer)
    decide(review, at_desk.reviewer, "modify", proposal=EDIT)
    assert decide(review, at_desk.colleague).status == "held"


def test_a_rejection_of_an_edit_is_a_rejection() -> None:
    at_desk = desk_of(2)
    review = at_desk.submit()
    decide(review, at_desk.reviewer, "modify", proposal=EDIT)
    decide(review, at_desk.colleague, "reject")
    sweep(after(10))
    assert (now(review).outcome, now(review).result) == ("rejected", None)


# --- undo


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_undo_takes_back_the_last_vote_only(verdict: str) -> None:
    at_desk = desk_of(2)
    review = decide(at_desk.submit(), at_desk.reviewer)
    decide(review, at_desk.colleague, verdict)
    decisions.undo(review.pk, actor=person(at_desk.colleague))
    assert now(review).status == "pending"
    assert [vote[4] for vote in votes(review)] == [False, True]
    with at(after(5)):
        assert decide(review, at_desk.colleague).status == "held"


def test_after_an_undo_the_earlier_votes_still_count() -> None:
    at_desk = desk_of(3)
    review = at_desk.submit()
    for name in ("ann", "ben", "cid"):
        decide(review, user(name))
    decisions.undo(review.pk, actor=person(user("cid")))
    leases.release(review.pk, actor=person(user("cid")))
    assert decide(review, user("dot")).status == "held"


def test_who_took_his_vote_back_may_edit_instead() -> None:
    at_desk = desk_of(2)
    review = decide(at_desk.submit(), at_desk.reviewer)
    decide(review, at_desk.colleague)
    decisions.undo(review.pk, actor=person(at_desk.colleague))
    decide(review, at_desk.colleague, "modify", proposal=EDIT)
    assert votes(review) == [
        ("user:ann", "approve", False, True, False),
        ("user:ben", "approve", False, False, True),
        ("user:ben", "modify", False, False, False),
    ]
    assert decide(review, at_desk.reviewer).status == "held"


def test_undoing_the_agreement_to_an_edit_keeps_the_edit() -> None:
    at_desk = desk_of(2)
    review = at_desk.submit()
    decide(review, at_desk.reviewer, "modify", proposal=EDIT)
    decide(review, at_desk.colleague)
    decisions.undo(review.pk, actor=person(at_desk.colleague))
    stored = now(review)
    assert (stored.status, stored.edit) == ("pending", EDIT)
    assert [vote[3] for vote in votes(review)] == [False, False]


# --- time


def test_votes_survive_an_escalation() -> None:
    at_desk = desk_of(2)
    review = decide(at_desk.submit(), at_desk.reviewer)
    escalations.escalate(review.pk, actor=person(at_desk.colleague))
    assert decide(review, at_desk.lead).status == "held"
    assert [row.level for row in Decision.objects.order_by("id")] == [0, 1]


def test_votes_survive_a_deadline() -> None:
    at_desk = desk_of(2)
    review = decide(at_desk.submit(), at_desk.reviewer)
    sweep(after(300))
    with at(after(301)):
        assert decide(review, at_desk.lead).status == "held"


def test_too_few_votes_do_not_keep_the_deadline_from_acting() -> None:
    at_desk = desk_of(2, **ONE_LEVEL)
    review = decide(at_desk.submit(), at_desk.reviewer)
    sweep(after(300))
    assert (now(review).outcome, final_of(review).source) == ("rejected", "timeout")


def test_a_deadline_does_not_approve_an_edit_that_nobody_agreed_to() -> None:
    at_desk = desk_of(2, **(ONE_LEVEL | {"timeout_action": "approve"}))
    review = at_desk.submit()
    decide(review, at_desk.reviewer, "modify", proposal=EDIT)
    sweep(after(300))
    assert (now(review).outcome, now(review).result) == ("rejected", None)


def test_a_vote_needs_the_lease_like_any_verdict() -> None:
    at_desk = desk_of(2)
    review = at_desk.submit()
    leases.claim(review.pk, actor=person(at_desk.colleague))
    with pytest.raises(HeldByOther):
        decide(review, at_desk.reviewer)


def test_the_names_of_voters_are_those_of_people() -> None:
    at_desk = desk_of(2)
    review = decide(at_desk.submit(), at_desk.reviewer)
    voters = User.objects.filter(decisions__review=review)
    assert list(voters) == [at_desk.reviewer]
