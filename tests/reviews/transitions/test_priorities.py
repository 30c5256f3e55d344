"""How urgent a review is: who may change it, and what that leaves."""

from __future__ import annotations

import pytest

from reviews.errors import Invalid, NotAllowed
from reviews.models import Review
from reviews.transitions import priorities
from tests.factories import Desk, desk, permit, person, team, user
from tests.traces import last_event, messages_of, now, verbs_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

HIGH, CRITICAL = 2, 3


def raised(at_desk: Desk, by: str) -> Review:
    """A review of high priority that this person makes critical."""
    review = at_desk.submit()
    priorities.prioritise(review.pk, actor=person(user(by)), priority="critical")
    return now(review)


def test_a_new_priority_is_stored_and_the_deadline_stays() -> None:
    at_desk = desk()
    team("support_team", lead=user("tess"))
    before = at_desk.submit()
    stored = raised(at_desk, "tess")
    assert (stored.priority, stored.status) == (CRITICAL, "pending")
    assert (stored.due_at, stored.wake_at) == (before.due_at, before.wake_at)


def test_the_event_says_what_it_was_and_what_it_is() -> None:
    team("support_team", lead=user("tess"))
    review = raised(desk(), "tess")
    data = {"old": "high", "new": "critical"}
    assert last_event(review) == ("prioritised", "user:tess", data)


def test_nothing_is_sent_outside() -> None:
    at_desk = desk()
    team("support_team", lead=user("tess"))
    review = at_desk.submit(callback_url="https://agent.example.com/hooks")
    priorities.prioritise(review.pk, actor=person(user("tess")), priority="low")
    assert messages_of(review) == [(1, "review.opened")]


def test_a_priority_that_it_has_already_is_refused() -> None:
    team("support_team", lead=user("tess"))
    review = desk().submit()
    with pytest.raises(Invalid) as refused:
        priorities.prioritise(review.pk, actor=person(user("tess")), priority="high")
    assert [(it.pointer, it.code) for it in refused.value.fields] == [("/priority", "unchanged")]
    assert verbs_of(review) == ["submitted"]


def test_a_priority_that_does_not_exist_is_refused() -> None:
    team("support_team", lead=user("tess"))
    review = desk().submit()
    with pytest.raises(Invalid) as refused:
        priorities.prioritise(review.pk, actor=person(user("tess")), priority="soon")
    assert [(it.pointer, it.code) for it in refused.value.fields] == [("/priority", "invalid")]
    assert now(review).priority == HIGH


# --- who may


@pytest.mark.parametrize("who", ["ann", "lea", "sid", "olga"])
def test_members_leads_of_other_teams_and_strangers_may_not(who: str) -> None:
    at_desk = desk(owner="owners")
    team("owners", user("olga"), lead=user("boss"))
    with pytest.raises(NotAllowed):
        raised(at_desk, who)
    assert Review.objects.get().priority == HIGH


def test_a_lead_of_the_team_that_is_asked_may() -> None:
    team("support_team", lead=user("tess"))
    assert raised(desk(), "tess").priority == CRITICAL


def test_a_lead_of_the_team_that_owns_the_gate_may() -> None:
    at_desk = desk(owner="owners")
    team("owners", lead=user("boss"))
    assert raised(at_desk, "boss").priority == CRITICAL


def test_who_may_assign_any_review_may() -> None:
    permit(user("sid"), "reviews.assign_review")
    assert raised(desk(), "sid").priority == CRITICAL


def test_a_key_of_nobody_may_not() -> None:
    at_desk = desk()
    review = at_desk.submit()
    with pytest.raises(NotAllowed):
        priorities.prioritise(review.pk, actor=at_desk.key.actor(), priority="low")
