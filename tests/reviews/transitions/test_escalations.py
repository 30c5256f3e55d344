"""A person passes a review up the chain."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gates import actors
from reviews.errors import AlreadyDecided, Escalated, HeldByOther, NotAllowed, WrongState
from reviews.models import Assignment, Decision
from reviews.transitions import escalations, leases
from tests.factories import LEASE, ONE_LEVEL, TIMEOUT, after, at, decide, desk, person, sweep
from tests.traces import ended, last_event, messages_of, now, verbs_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]


def test_the_next_level_is_asked_with_a_deadline_of_its_own_from_now() -> None:
    at_desk = desk()
    review = at_desk.submit(callback_url="https://agent.example.com/hooks")
    with at(after(100)):
        escalations.escalate(review.pk, actor=person(at_desk.reviewer))
    stored = now(review)
    first, second = Assignment.objects.order_by("level")
    assert (first.ending, first.ended_at) == ("escalated", after(100))
    assert (second.team.slug, second.opened_at) == ("support_leads", after(100))
    assert (stored.status, stored.level, stored.team) == ("pending", 1, second.team)
    assert (stored.assignment, stored.due_at, stored.wake_at) == (second, after(1000), after(1000))
    escalated = {"action": "escalate", "level": 0, "to": 1}
    assert last_event(review) == ("escalated", "user:ann", escalated)
    assert messages_of(review) == [(1, "review.opened"), (2, "review.escalated")]


def test_the_lease_of_who_escalates_is_lost() -> None:
    at_desk = desk()
    review = at_desk.submit()
    leases.claim(review.pk, actor=person(at_desk.reviewer))
    escalations.escalate(review.pk, actor=person(at_desk.reviewer))
    first, second = Assignment.objects.order_by("level")
    assert (first.lease_until, second.lease_until, second.reviewer) == (None, None, None)


def test_the_old_deadline_is_gone() -> None:
    at_desk = desk()
    review = at_desk.submit()
    with at(after(100)):
        escalations.escalate(review.pk, actor=person(at_desk.reviewer))
    assert sweep(after(TIMEOUT)) == 0
    sweep(after(1000))
    assert ended(review) == ("rejected", "timeout")


def test_the_team_below_has_nothing_to_say_any_more() -> None:
    at_desk = desk()
    review = at_desk.submit()
    escalations.escalate(review.pk, actor=person(at_desk.reviewer))
    with pytest.raises(Escalated):
        decide(review, at_desk.reviewer)
    decide(review, at_desk.lead)
    assert now(review).status == "held"


def test_there_is_nothing_above_the_last_level() -> None:
    at_desk = desk(**ONE_LEVEL)
    review = at_desk.submit()
    with pytest.raises(WrongState) as refused:
        escalations.escalate(review.pk, actor=person(at_desk.reviewer))
    assert refused.value.code == "no_next_level"
    assert verbs_of(review) == ["submitted"]


def test_the_lead_at_the_top_cannot_escalate_further() -> None:
    at_desk = desk()
    review = at_desk.submit()
    escalations.escalate(review.pk, actor=person(at_desk.reviewer))
    with pytest.raises(WrongState):
        escalations.escalate(review.pk, actor=person(at_desk.lead))


def test_who_is_not_asked_cannot_escalate() -> None:
    at_desk = desk()
    review = at_desk.submit()
    for someone in (at_desk.stranger, at_desk.lead):
        with pytest.raises(NotAllowed):
            escalations.escalate(review.pk, actor=person(someone))


def test_neither_a_key_nor_the_clock_escalates_by_this_door() -> None:
    at_desk = desk()
    review = at_desk.submit()
    for actor in (at_desk.key.actor(), actors.CLOCK):
        with pytest.raises(NotAllowed):
            escalations.escalate(review.pk, actor=actor)


def test_what_another_holds_stays_with_him_while_his_lease_is_live() -> None:
    at_desk = desk()
    review = at_desk.submit()
    leases.claim(review.pk, actor=person(at_desk.reviewer))
    with pytest.raises(HeldByOther):
        escalations.escalate(review.pk, actor=person(at_desk.colleague))


def test_a_lease_that_ended_stops_nobody() -> None:
    at_desk = desk(lease=60)
    review = at_desk.submit()
    leases.claim(review.pk, actor=person(at_desk.reviewer))
    with at(after(60)):
        escalations.escalate(review.pk, actor=person(at_desk.colleague))
    assert now(review).level == 1


def test_votes_survive_escalation() -> None:
    at_desk = desk(approvals=2)
    review = at_desk.submit()
    decide(review, at_desk.reviewer)
    escalations.escalate(review.pk, actor=person(at_desk.colleague))
    decide(review, at_desk.lead)
    assert now(review).status == "held"
    assert [row.level for row in Decision.objects.order_by("id")] == [0, 1]


def test_whoever_comes_second_is_told_that_it_went_up_by_time() -> None:
    at_desk = desk()
    review = at_desk.submit()
    with at(after(TIMEOUT)), pytest.raises(Escalated):
        escalations.escalate(review.pk, actor=person(at_desk.reviewer))
    assert (now(review).level, verbs_of(review)) == (1, ["submitted", "expired"])


def test_a_verdict_that_is_held_cannot_be_escalated() -> None:
    at_desk = desk()
    review = decide(at_desk.submit(), at_desk.reviewer)
    with pytest.raises(AlreadyDecided):
        escalations.escalate(review.pk, actor=person(at_desk.reviewer))


def test_the_next_levels_lease_is_as_long_as_the_first() -> None:
    at_desk = desk()
    review = at_desk.submit()
    escalations.escalate(review.pk, actor=person(at_desk.reviewer))
    leases.claim(review.pk, actor=person(at_desk.lead))
    held = now(review).assignment
    assert held is not None
    assert held.lease_until == after(0) + timedelta(seconds=LEASE)
