"""What time does to a review that waits for people: deadlines, chains, approvals by time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gates.models import Calendar, Team
from gates.policy import Step
from reviews.models import Assignment
from reviews.transitions import comments, leases
from tests.factories import (
    ONE_LEVEL,
    PROPOSAL,
    T0,
    TIMEOUT,
    Desk,
    after,
    at,
    decide,
    desk,
    person,
    sweep,
    team,
)
from tests.traces import ended, last_event, messages_of, now, verbs_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

CALLBACK = "https://agent.example.com/hooks"
MICROSECOND = timedelta(microseconds=1)
ENDS = [
    ("reject", "rejected", "reject", None),
    ("approve", "approved", "approve", PROPOSAL),
    ("skip", "skipped", "", None),
]


def ends_in(action: str, **overrides: Any) -> Desk:
    """A gate with one level whose clock ends in `action`."""
    return desk(**(ONE_LEVEL | {"timeout_action": action} | overrides))


# --- a level's clock


def test_the_deadline_is_set_at_submission_as_an_instant() -> None:
    review = now(desk().submit())
    assert review.assignment is not None
    assert (review.due_at, review.wake_at) == (after(TIMEOUT), after(TIMEOUT))
    assert (review.assignment.opened_at, review.assignment.due_at) == (T0, after(TIMEOUT))


def test_nothing_happens_before_the_deadline() -> None:
    review = ends_in("reject").submit()
    assert sweep(after(TIMEOUT) - MICROSECOND) == 0
    assert now(review).status == "pending"


@pytest.mark.parametrize(("action", "outcome", "verdict", "result"), ENDS)
def test_at_the_deadline_the_gates_action_closes_the_review(
    action: str, outcome: str, verdict: str, result: Any
) -> None:
    review = ends_in(action).submit(callback_url=CALLBACK)
    assert sweep(after(TIMEOUT)) == 1
    closed = now(review)
    final = closed.final_decision
    assert final is not None
    assert (closed.status, closed.outcome, closed.result) == ("closed", outcome, result)
    assert (closed.decided_at, closed.closed_at) == (after(TIMEOUT), after(TIMEOUT))
    assert (closed.wake_at, closed.assignment, closed.held_decision) == (None, None, None)
    assert (final.source, final.verdict, final.final) == ("timeout", verdict, True)
    assert (final.outcome, final.result, final.reviewer) == (outcome, result, None)
    assert (final.actor, final.digest, final.level) == ("clock", review.digest, 0)
    expired = {"action": action, "level": 0, "outcome": outcome}
    assert last_event(review) == ("expired", "clock", expired)
    assert messages_of(review) == [(1, "review.opened"), (2, "review.closed")]


def test_a_lease_does_not_stop_the_gates_clock() -> None:
    """The lease is the reviewer's clock, `due_at` the gate's: they never mix."""
    at_desk = ends_in("reject")
    review = at_desk.submit()
    with at(after(TIMEOUT - 1)):
        leases.claim(review.pk, actor=person(at_desk.reviewer))
    sweep(after(TIMEOUT))
    assert ended(review) == ("rejected", "timeout")
    assert Assignment.objects.get().lease_until is None


def test_a_question_does_not_stop_the_gates_clock() -> None:
    at_desk = ends_in("reject")
    review = at_desk.submit()
    comments.ask(review.pk, actor=person(at_desk.reviewer), question="Which lamp?")
    sweep(after(TIMEOUT))
    assert ended(review) == ("rejected", "timeout")


def test_escalation_asks_the_next_team_anew() -> None:
    at_desk = desk()
    review = at_desk.submit(callback_url=CALLBACK)
    leases.claim(review.pk, actor=person(at_desk.reviewer))
    sweep(after(TIMEOUT))
    first, second = Assignment.objects.order_by("level")
    assert (first.ending, first.ended_at) == ("expired", after(TIMEOUT))
    assert (first.reviewer, first.lease_until) == (at_desk.reviewer, None)
    assert (second.team.slug, second.ending, second.reviewer) == ("support_leads", "", None)
    stored = now(review)
    assert (stored.status, stored.level, stored.team) == ("pending", 1, second.team)
    assert (stored.assignment, stored.outcome) == (second, "")
    escalated = {"action": "escalate", "level": 0, "to": 1}
    assert last_event(review) == ("expired", "clock", escalated)
    assert messages_of(review) == [(1, "review.opened"), (3, "review.escalated")]


@pytest.mark.parametrize(("action", "outcome", "verdict", "result"), ENDS)
def test_the_last_step_of_a_chain_ends_in_the_final_action(
    action: str, outcome: str, verdict: str, result: Any
) -> None:
    review = desk(final_action=action).submit()
    sweep(after(TIMEOUT))
    sweep(after(TIMEOUT + 900))
    assert ended(review) == (outcome, "timeout")
    assert now(review).result == result
    expired = {"action": action, "level": 1, "outcome": outcome}
    assert last_event(review) == ("expired", "clock", expired)


# --- working time

OFFICE = {"mon": [["09:00", "10:00"]], "tue": [["09:00", "10:00"]]}


def keeps(slug: str, hours: dict[str, Any], zone: str = "UTC") -> None:
    """The team works these hours."""
    calendar, _ = Calendar.objects.update_or_create(name=slug, defaults={"hours": hours})
    Team.objects.filter(pk=team(slug).pk).update(calendar=calendar, time_zone=zone)


def test_working_time_counts_in_the_hours_of_the_levels_team() -> None:
    keeps("support_team", OFFICE)
    keeps("night", {"tue": [["23:00", "24:00"]]}, zone="Europe/Berlin")
    at_desk = desk(working_time=True, steps=(Step("support_team", 5400), Step("night", 1800)))
    review = at_desk.submit()
    assert now(review).due_at == after(86_400 + 1800)  # 60 minutes on Monday, 30 on Tuesday
    sweep(after(86_400 + 1800))
    assert now(review).due_at == after(86_400 + 13.5 * 3600)  # Tuesday 23:30 in Berlin


def test_other_gates_count_every_second() -> None:
    keeps("support_team", {"tue": [["09:00", "10:00"]]})
    assert now(desk().submit()).due_at == after(TIMEOUT)


def test_a_team_whose_hours_were_taken_away_is_always_there() -> None:
    keeps("support_team", {"tue": [["09:00", "10:00"]]})
    at_desk = ends_in("reject", working_time=True)
    Team.objects.update(calendar=None)
    assert now(at_desk.submit()).due_at == after(TIMEOUT)


def test_a_fresh_timeout_counts_working_time_too() -> None:
    keeps("support_team", OFFICE)
    review = ends_in("approve", working_time=True).submit()
    sweep(after(3600))
    assert now(review).due_at == after(86_400 + TIMEOUT)


def test_a_running_deadline_does_not_move_when_hours_change() -> None:
    keeps("support_team", OFFICE)
    review = ends_in("reject", working_time=True).submit()
    keeps("support_team", {"fri": [["09:00", "10:00"]]})
    sweep(after(TIMEOUT))
    assert ended(review) == ("rejected", "timeout")


# --- nobody loses his time to our downtime


def test_a_levels_time_runs_from_the_moment_the_escalation_is_applied() -> None:
    review = desk().submit()
    sweep(after(5000))
    stored = now(review)
    assert stored.assignment is not None
    assert (stored.due_at, stored.wake_at) == (after(5900), after(5900))
    assert (stored.assignment.opened_at, stored.assignment.due_at) == (after(5000), after(5900))


def test_after_downtime_one_wake_applies_one_step() -> None:
    steps = (*desk().policy.steps, Step("support_bosses", 60))
    review = desk(slug="long", steps=steps).submit()
    assert sweep(after(1_000_000)) == 1
    assert sweep(after(1_000_000)) == 0
    assert now(review).level == 1
    assert sweep(after(1_000_900)) == 1
    assert now(review).level == 2
    assert sweep(after(1_000_960)) == 1
    assert ended(review) == ("rejected", "timeout")


@pytest.mark.parametrize("action", ["reject", "skip"])
def test_a_harmless_action_is_applied_however_late(action: str) -> None:
    review = ends_in(action).submit()
    sweep(after(1_000_000))
    assert now(review).status == "closed"


# --- an approval that nobody gave


def test_an_approval_may_be_sixty_seconds_late() -> None:
    review = ends_in("approve").submit()
    sweep(after(TIMEOUT + 60))
    assert ended(review) == ("approved", "timeout")


def test_an_approval_that_comes_later_gets_one_fresh_timeout_instead() -> None:
    review = ends_in("approve").submit(callback_url=CALLBACK)
    late = after(TIMEOUT + 60) + MICROSECOND
    sweep(late)
    stored = now(review)
    assert stored.assignment is not None
    fresh = late + timedelta(seconds=TIMEOUT)
    assert (stored.status, stored.deadline_renewed, stored.level) == ("pending", True, 0)
    assert (stored.due_at, stored.wake_at, stored.assignment.due_at) == (fresh, fresh, fresh)
    assert last_event(review) == ("deadline_renewed", "clock", {"level": 0})
    assert messages_of(review) == [(1, "review.opened")]


def test_on_time_after_the_fresh_timeout_it_is_approved() -> None:
    review = ends_in("approve").submit()
    sweep(after(1000))
    sweep(after(1000 + TIMEOUT))
    assert ended(review) == ("approved", "timeout")


def test_late_a_second_time_it_is_rejected() -> None:
    review = ends_in("approve").submit()
    sweep(after(1000))
    sweep(after(1000 + TIMEOUT + 61))
    assert ended(review) == ("rejected", "timeout")
    assert verbs_of(review) == ["submitted", "deadline_renewed", "expired"]


def test_the_final_action_of_a_chain_approves_no_later_either() -> None:
    review = desk(final_action="approve").submit()
    sweep(after(TIMEOUT))
    sweep(after(TIMEOUT + 900 + 61))
    stored = now(review)
    assert (stored.status, stored.level) == ("pending", 1)
    assert stored.due_at == after(TIMEOUT + 900 + 61 + 900)


def test_a_person_may_decide_where_the_deadline_was_just_renewed() -> None:
    """The review still waits for the same people: nothing came first."""
    at_desk = ends_in("approve")
    review = at_desk.submit()
    with at(after(1000)):
        decide(review, at_desk.reviewer, "reject")
    assert verbs_of(review) == ["submitted", "deadline_renewed", "decided"]
    assert now(review).due_at == after(1000 + TIMEOUT)


def test_what_nobody_has_seen_is_not_approved_where_eyes_are_needed() -> None:
    review = ends_in("approve", approve_needs_seen=True).submit()
    sweep(after(TIMEOUT))
    assert ended(review) == ("rejected", "timeout")


def test_what_somebody_has_seen_is_approved() -> None:
    at_desk = ends_in("approve", approve_needs_seen=True)
    review = at_desk.submit()
    comments.see(review.pk, actor=person(at_desk.reviewer))
    sweep(after(TIMEOUT))
    assert ended(review) == ("approved", "timeout")


def test_eyes_that_come_between_the_deadline_and_the_sweep_come_too_late() -> None:
    at_desk = ends_in("approve", approve_needs_seen=True)
    review = at_desk.submit()
    with at(after(TIMEOUT)):
        comments.see(review.pk, actor=person(at_desk.reviewer))
    sweep(after(TIMEOUT + 1))
    assert ended(review) == ("rejected", "timeout")


def test_a_proposal_over_the_limits_is_never_approved_by_time() -> None:
    review = ends_in("approve", limits="proposal.amount <= 100.0").submit()
    assert review.over_limit
    sweep(after(TIMEOUT))
    assert ended(review) == ("rejected", "timeout")
    assert now(review).result is None


def test_an_edit_that_was_voted_on_is_never_approved_by_time() -> None:
    at_desk = ends_in("approve", approvals=2)
    review = at_desk.submit()
    decide(review, at_desk.reviewer, "modify", proposal=PROPOSAL | {"amount": 60})
    sweep(after(TIMEOUT))
    assert ended(review) == ("rejected", "timeout")
    assert now(review).result is None
