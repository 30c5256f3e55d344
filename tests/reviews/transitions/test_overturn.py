"""Saying afterwards what a verdict should have been: a new label, never a new outcome."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User

from reviews.errors import Invalid, NotAllowed, WrongState
from reviews.models import Decision, Delivery, Review
from reviews.transitions import decisions
from tests.factories import PROPOSAL, T0, after, at, decide, desk, permit, person, team, user
from tests.traces import final_of, last_event, messages_of, now, verbs_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

LATER = after(86_400)


def auditor() -> User:
    return permit(user("ada"), "reviews.overturn_review")


def overturn(review: Review, by: User, **said: Any) -> Review:
    words: dict[str, Any] = {"verdict": "reject", "note": "It was fraud.", "reasons": ("fraud",)}
    with at(LATER):
        return decisions.overturn(review.pk, actor=person(by), **(words | said))


def test_an_overturned_decision_gets_another_one_beside_it() -> None:
    at_desk = desk()
    review = at_desk.review_in("closed_by_human")
    final = final_of(review)
    overturn(review, auditor())
    added = Decision.objects.get(overturns=final)
    assert (added.source, added.verdict, added.outcome) == ("human", "reject", "rejected")
    assert (added.actor, added.note, added.reasons) == ("user:ada", "It was fraud.", ["fraud"])
    assert (added.final, added.decided_at, added.digest) == (False, LATER, review.digest)
    data = {"decision": str(added.pk), "verdict": "reject"}
    assert last_event(review) == ("overturned", "user:ada", data)


def test_outcome_and_result_never_change() -> None:
    review = desk().review_in("closed_by_human")
    before = now(review)
    overturn(review, auditor())
    after_it = now(review)
    kept = ("status", "outcome", "result", "final_decision", "decided_at", "closed_at", "digest")
    assert [getattr(after_it, name) for name in kept] == [getattr(before, name) for name in kept]
    assert (after_it.outcome, after_it.result, after_it.decided_at) == ("approved", PROPOSAL, T0)
    assert final_of(review).final


def test_the_caller_is_told_what_the_verdict_should_have_been() -> None:
    review = desk().review_in("closed_by_human", callback_url="https://a.example.com/")
    overturn(review, auditor())
    assert messages_of(review)[-1] == (4, "decision.overturned")
    told = Delivery.objects.get(type="decision.overturned").body["data"]
    assert (told["outcome"], told["decision"]["verdict"]) == ("approved", "approve")
    assert told["overturned_by"] == {
        "verdict": "reject",
        "source": "human",
        "reviewer": "ada",
        "reasons": ["fraud"],
        "note": "It was fraud.",
        "patch": None,
        "decided_at": "2026-03-03T09:00:00.000000Z",
    }


@pytest.mark.parametrize("state", ["closed_by_policy", "closed_by_human"])
def test_what_passed_without_a_person_can_be_overturned_too(state: str) -> None:
    review = desk().review_in(state)
    overturn(review, auditor())
    assert verbs_of(review)[-1] == "overturned"


def test_what_a_deadline_rejected_can_be_overturned() -> None:
    review = desk().review_in("closed_by_timeout")
    overturn(review, auditor(), verdict="approve", reasons=())
    assert Decision.objects.get(source="human").outcome == "approved"


def test_a_cancelled_review_has_no_verdict_to_overturn() -> None:
    review = desk().review_in("closed_by_cancel")
    with pytest.raises(WrongState):
        overturn(review, auditor())


def test_who_decided_may_be_the_one_who_overturns() -> None:
    """His vote and his later label are two things."""
    at_desk = desk()
    review = at_desk.review_in("closed_by_human")
    overturn(review, permit(at_desk.reviewer, "reviews.overturn_review"))
    assert Decision.objects.filter(reviewer=at_desk.reviewer).count() == 2


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"verdict": "approve"}, "verdict_not_offered"),
        ({"verdict": "respond"}, "verdict_not_offered"),
        ({"verdict": ""}, "verdict_not_offered"),
        ({"note": " "}, "required"),
        ({"reasons": ("nope",)}, "unknown_reason"),
    ],
    ids=["same verdict", "not a label", "no verdict", "no note", "unknown reason"],
)
def test_an_overturn_says_something_else_and_why(said: dict[str, Any], code: str) -> None:
    review = desk().review_in("closed_by_human")
    with pytest.raises(Invalid) as refused:
        overturn(review, auditor(), **said)
    assert refused.value.code == code
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("who", ["reviewer", "lead", "stranger"])
def test_an_overturn_needs_the_permission(who: str) -> None:
    at_desk = desk()
    review = at_desk.review_in("closed_by_human")
    with pytest.raises(NotAllowed):
        overturn(review, getattr(at_desk, who))
    assert now(review).event_count == 3


def test_the_permission_may_come_from_a_role() -> None:
    at_desk = desk()
    review = at_desk.review_in("closed_by_human")
    role = Group.objects.create(name="second look")
    role.permissions.add(Permission.objects.get(codename="overturn_review"))
    at_desk.stranger.groups.add(role)
    overturn(review, at_desk.stranger)


def test_a_lead_of_the_team_that_owns_the_gate_may_overturn() -> None:
    at_desk = desk(owner="owners")
    review = at_desk.review_in("closed_by_human")
    team("owners", user("olga"), lead=user("boss"))
    with pytest.raises(NotAllowed):
        overturn(review, user("olga"))
    overturn(review, user("boss"))


def test_a_key_overturns_nothing() -> None:
    at_desk = desk()
    review = at_desk.review_in("closed_by_human")
    with pytest.raises(NotAllowed):
        decisions.overturn(review.pk, actor=at_desk.key.actor(), verdict="reject", note="No")


def test_an_overturn_does_not_wake_the_review() -> None:
    at_desk = desk()
    review = decide(at_desk.submit(), at_desk.reviewer)
    with at(after(10)), pytest.raises(NotAllowed):
        decisions.overturn(review.pk, actor=at_desk.key.actor(), verdict="reject", note="No")
    assert (now(review).status, now(review).wake_at) == ("closed", None)
