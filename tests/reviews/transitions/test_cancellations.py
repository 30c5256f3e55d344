"""The case is over before anybody's verdict takes effect."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gates.actors import CLOCK, OUTSIDE
from reviews.errors import Missing, NotAllowed
from reviews.models import Assignment, Condition, Decision, Delivery
from reviews.transitions import cancellations
from tests.factories import (
    T0,
    Desk,
    after,
    at,
    decide,
    desk,
    gate,
    key,
    permit,
    person,
    personal_key,
    team,
    user,
)
from tests.traces import last_event, messages_of, now, verbs_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

CALLBACK = "https://agent.example.com/hooks"


@pytest.mark.parametrize("state", ["pending", "held", "held_condition", "conditional"])
def test_whatever_is_not_closed_can_be_cancelled(state: str) -> None:
    at_desk = desk()
    review = at_desk.review_in(state)
    with at_desk.later(12 if state == "conditional" else 5):
        cancellations.cancel(review.pk, actor=at_desk.key.actor())
        closed_at = at_desk.started + timedelta(seconds=12 if state == "conditional" else 5)
    stored, final = now(review), Decision.objects.get(final=True)
    assert (stored.status, stored.outcome, stored.result) == ("closed", "cancelled", None)
    assert (stored.closed_at, stored.decided_at) == (closed_at, closed_at)
    assert (stored.wake_at, stored.held_until, stored.held_decision) == (None, None, None)
    assert (final.source, final.verdict, final.outcome) == ("cancel", "", "cancelled")
    assert (final.actor, final.reviewer, stored.final_decision) == ("key:agent", None, final)
    assert last_event(review) == ("cancelled", "key:agent", {"outcome": "cancelled"})
    assert not Assignment.objects.filter(ended_at=None).exists()


def test_an_open_assignment_ends_cancelled() -> None:
    at_desk = desk()
    at_desk.review_in("closed_by_cancel")
    assigned = Assignment.objects.get()
    assert (assigned.ending, assigned.ended_at) == ("cancelled", T0)


def test_the_caller_is_told_that_the_review_is_closed() -> None:
    at_desk = desk()
    review = at_desk.submit(callback_url=CALLBACK)
    cancellations.cancel(review.pk, actor=at_desk.key.actor())
    assert messages_of(review) == [(1, "review.opened"), (2, "review.closed")]
    told = Delivery.objects.get(type="review.closed").body["data"]
    assert (told["status"], told["outcome"], told["result"]) == ("closed", "cancelled", None)
    assert (told["decision"]["source"], told["decision"]["verdict"]) == ("cancel", None)


def test_a_held_verdict_that_is_cancelled_never_shows() -> None:
    at_desk = desk()
    review = at_desk.submit(callback_url=CALLBACK)
    decide(review, at_desk.reviewer, note="private")
    cancellations.cancel(review.pk, actor=at_desk.key.actor())
    assert messages_of(review) == [(1, "review.opened"), (3, "review.closed")]
    assert "private" not in str([row.body for row in Delivery.objects.all()])
    assert not Decision.objects.get(verdict="approve").final


@pytest.mark.parametrize("state", ["held_condition", "conditional"])
def test_conditions_of_a_cancelled_review_are_void(state: str) -> None:
    at_desk = desk()
    review = at_desk.review_in(state)
    cancellations.cancel(review.pk, actor=at_desk.key.actor())
    row = Condition.objects.get()
    assert (row.status, row.token_hash, row.answered_at) == ("void", None, None)


def test_a_code_and_plain_data_go_into_the_event() -> None:
    at_desk = desk()
    review = at_desk.submit()
    actor = at_desk.key.actor()
    cancellations.cancel(review.pk, actor=actor, code="decided_elsewhere", verdict="APPROVED")
    data = {"outcome": "cancelled", "code": "decided_elsewhere", "verdict": "APPROVED"}
    assert last_event(review) == ("cancelled", "key:agent", data)


# --- who may


def test_another_key_of_the_same_gate_may_cancel() -> None:
    at_desk = desk()
    review = at_desk.submit()
    cancellations.cancel(review.pk, actor=key(at_desk.gate, name="other").actor())
    assert last_event(review)[1] == "key:other"


def test_a_key_outside_the_gate_does_not_even_find_the_review() -> None:
    at_desk = desk()
    review = at_desk.submit()
    with pytest.raises(Missing):
        cancellations.cancel(review.pk, actor=key(gate(slug="loan"), name="loan").actor())
    assert verbs_of(review) == ["submitted"]


@pytest.mark.parametrize("change", [{"revoked": True}, {"expiry_date": T0}])
def test_a_key_that_is_no_longer_valid_cancels_nothing(change: dict[str, object]) -> None:
    at_desk = desk()
    review = at_desk.submit()
    type(at_desk.key).objects.filter(pk=at_desk.key.pk).update(**change)
    with pytest.raises(NotAllowed):
        cancellations.cancel(review.pk, actor=at_desk.key.actor())


def _boss(at_desk: Desk) -> None:
    team("owners", user("olga"), lead=user("boss"))


@pytest.mark.parametrize("who", ["reviewer", "lead", "stranger"])
def test_a_person_needs_the_permission(who: str) -> None:
    at_desk = desk()
    review = at_desk.submit()
    with pytest.raises(NotAllowed):
        cancellations.cancel(review.pk, actor=person(getattr(at_desk, who)))
    permitted = permit(getattr(at_desk, who), "reviews.cancel_review")
    cancellations.cancel(review.pk, actor=person(permitted))
    assert now(review).outcome == "cancelled"


def test_a_lead_of_the_team_that_owns_the_gate_may_cancel() -> None:
    at_desk = desk(owner="owners")
    _boss(at_desk)
    review = at_desk.submit()
    with pytest.raises(NotAllowed):
        cancellations.cancel(review.pk, actor=person(user("olga")))
    cancellations.cancel(review.pk, actor=person(user("boss")))


def test_a_personal_key_has_its_persons_rights_and_no_more() -> None:
    at_desk = desk()
    review = at_desk.submit()
    with pytest.raises(NotAllowed):
        cancellations.cancel(review.pk, actor=personal_key(at_desk.reviewer).actor())


@pytest.mark.parametrize("actor", [CLOCK, OUTSIDE], ids=str)
def test_neither_the_clock_nor_a_link_cancels(actor: object) -> None:
    review = desk().submit()
    with pytest.raises(NotAllowed):
        cancellations.cancel(review.pk, actor=actor)  # type: ignore[arg-type]


def test_a_cancelled_review_wakes_no_more() -> None:
    at_desk = desk()
    review = at_desk.review_in("closed_by_cancel")
    with at(after(100_000)):
        assert now(review).wake_at is None
