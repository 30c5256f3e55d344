"""The planted month: made once, through the transitions, with everything a visitor should see."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models import Count, Q

from gates.models import Event, Gate
from hitl_project.demo.cases import INVENTORS
from hitl_project.demo.history import SCOPE
from hitl_project.demo.people import COLLEAGUES
from hitl_project.demo.seeding import plant
from hitl_project.demo.show import Show
from reviews.engine import FOR_A_REVIEW
from reviews.models import Assignment, Comment, Condition, Decision, Review, Run, Step
from reviews.queries import trail
from tests.factories import T0, at

pytestmark = pytest.mark.django_db
DAYS = 30


@pytest.fixture(scope="module")
def shown():
    """What the planting left to show."""
    return []


@pytest.fixture(scope="module")
def month(django_db_setup, django_db_blocker, shown):
    """One planting for all the tests here, taken back after the last."""
    from django.conf import settings  # noqa: PLC0415 (after the environment)
    from django.db import transaction  # noqa: PLC0415

    with django_db_blocker.unblock(), transaction.atomic(), at(T0):
        settings.DEBUG, before = True, settings.DEBUG
        shown.append(Show("http://testserver"))
        yield T0
        settings.DEBUG = before
        transaction.set_rollback(True)


def waiting(**fields):
    return Review.objects.filter(status="pending", **fields)


def counted(rows, *names):
    return set(rows.values_list(*names).distinct())


def test_the_first_start_has_a_past(month, shown):
    [show] = shown
    assert Review.objects.count() > 250
    assert show.offer() == ""


def test_planting_again_adds_nothing(month, settings):
    settings.DEBUG = True
    before = [Review.objects.count(), Decision.objects.count(), User.objects.count()]
    plant(past=True)
    assert [Review.objects.count(), Decision.objects.count(), User.objects.count()] == before


def test_the_trail_is_clean(month):
    finding = trail.verify()
    assert (finding.flaw, finding.events) == (None, Event.objects.count())


def test_it_is_a_month_of_a_busy_shop(month):
    assert 250 <= Review.objects.count() <= 400
    days = Review.objects.datetimes("submitted_at", "day")
    assert len(days) >= DAYS
    assert not Review.objects.filter(submitted_at__gt=month).exists()
    assert not Review.objects.filter(closed_at__gt=month).exists()


def test_the_gates_opened_before_the_first_case_came(month):
    first = Review.objects.earliest("submitted_at").submitted_at
    opened = Gate.objects.filter(slug__in=INVENTORS).values_list("version__published_at", flat=True)
    assert max(opened) < first


def test_nothing_that_is_due_was_left(month):
    assert not Review.objects.due(month).exists()
    due = Step.objects.filter(wake_at__lte=month)
    assert not due.exclude(FOR_A_REVIEW).exists()  # those are only looked at


def test_every_gate_has_been_used_and_every_verdict_given(month):
    assert counted(Review.objects.all(), "gate__slug") == {(slug,) for slug in SCOPE}
    given = Decision.objects.filter(source="human", overturns__isnull=True)
    verdicts = {"approve", "modify", "partial", "approve_if", "reject", "respond"}
    assert counted(given, "verdict") == {(verdict,) for verdict in verdicts}


def test_every_end_is_there(month):
    assert counted(Review.objects.exclude(outcome=""), "outcome") == {
        ("approved",),
        ("modified",),
        ("partially_approved",),
        ("answered",),
        ("rejected",),
        ("condition_failed",),
        ("skipped",),
        ("cancelled",),
    }
    by_time = Decision.objects.filter(source="timeout")
    assert counted(by_time, "outcome") == {("approved",), ("rejected",), ("skipped",)}
    assert Decision.objects.filter(source="policy").count() > 50


def test_conditions_ended_in_every_way_and_some_are_open(month):
    assert counted(Condition.objects.all(), "status") >= {
        ("met",),
        ("denied",),
        ("expired",),
        ("open",),
    }


def test_people_said_more_than_verdicts(month):
    assert Comment.objects.exists()
    assert Decision.objects.filter(overturns__isnull=False).exists()
    assert Decision.objects.filter(undone_at__isnull=False).exists()
    assert Review.objects.filter(revises__isnull=False, status="closed").exists()
    assert counted(Assignment.objects.exclude(ending=""), "ending") == {
        ("decided",),
        ("escalated",),
        ("expired",),
        ("cancelled",),
    }


def test_two_have_agreed_wherever_two_must(month):
    closed = Review.objects.filter(gate__slug="close_account", outcome="approved")
    voters = closed.annotate(voters=Count("decisions__reviewer", distinct=True))
    assert counted(voters, "voters") == {(2,)}


def test_people_agree_with_the_agent_about_nine_times_in_ten(month):
    human = Decision.objects.filter(source="human", final=True).exclude(verdict="approve_if")
    agreed = human.filter(
        Q(verdict="approve", review__recommendation="approve")
        | Q(verdict="reject", review__recommendation="reject")
    )
    assert 0.82 < agreed.count() / human.count() < 0.96


def test_where_the_agent_is_surer_people_agree_more_often(month):
    human = Decision.objects.filter(source="human", final=True, verdict__in=("approve", "reject"))

    def share(rows):
        same = [row.verdict == row.review.recommendation for row in rows.select_related("review")]
        return sum(same) / len(same)

    sure = human.filter(review__confidence__gte=0.85)
    assert share(sure) > share(human.filter(review__confidence__lt=0.75))


def test_all_of_it_says_that_it_is_simulated(month):
    alone = Review.objects.filter(step=None, observes=None)
    assert counted(alone, "metadata__simulated") == {(True,)}
    assert counted(Run.objects.filter(compensates=None), "input__simulated") == {(True,)}
    assert not Review.objects.exclude(requester__contact__endswith="@example.com").exists()


@pytest.mark.parametrize("who", COLLEAGUES, ids=lambda who: who.username)
def test_nobody_signs_in_as_a_colleague(month, who):
    assert not User.objects.get(username=who.username).has_usable_password()


def test_the_visitor_finds_every_state(month):
    soon, later = month + timedelta(minutes=20), month + timedelta(hours=1)
    by_colleague = Q(assignment__lease_until__gt=month) & ~Q(
        assignment__reviewer__username="reviewer"
    )
    states = {
        "fresh": waiting(submitted_at__gt=month - timedelta(minutes=5)),
        "due soon": waiting(due_at__lt=soon),
        "with time": waiting(due_at__gt=later),
        "claimed by a colleague": waiting().filter(by_colleague),
        "claimed by the visitor": waiting(assignment__reviewer__username="reviewer"),
        "asked": waiting().exclude(assignment__question=""),
        "passed up": waiting(assignments__ending="escalated"),
        "gone up by itself": waiting(assignments__ending="expired"),
        "one vote of two": waiting(decisions__verdict="approve", gate__slug="close_account"),
        "over the limit": waiting(over_limit=True),
        "a revision": waiting(revises__isnull=False),
        "waits for a customer": Review.objects.filter(
            status="conditional", conditions__confirms="link", conditions__status="open"
        ),
        "waits for a reviewer": Review.objects.filter(
            status="conditional", conditions__confirms="reviewer", conditions__status="open"
        ),
    }
    assert [name for name, rows in states.items() if not rows.exists()] == []


def test_what_waits_goes_on_waiting_for_a_while(month):
    assert waiting(due_at__gt=month + timedelta(minutes=30)).count() >= 15


def test_the_queues_of_the_logins_are_full(month):
    for username, least in (("reviewer", 15), ("lead", 20)):
        teams = Q(team__memberships__user__username=username)
        assert waiting().filter(teams).count() >= least


def test_several_wait_that_may_be_approved_together(month):
    alike = waiting(gate__slug="listing", proposal__action="Hide", confidence__gte=0.7)
    assert alike.count() >= 4


def test_runs_of_every_workflow_have_ended_in_every_way(month):
    ends = Run.objects.filter(status="ended").values_list("workflow__slug", "outcome")
    assert set(ends) == {
        ("refund", "done"),
        ("pickup", "done"),
        ("pickup", "stopped"),
        ("parcel", "done"),
        ("restock", "done"),
        ("restock", "compensated"),
    }
    gates = Step.objects.filter(kind="human_gate", status="done")
    assert counted(gates, "outcome") == {("approved",), ("modified",), ("rejected",), ("skipped",)}


def test_runs_wait_for_people_and_for_a_customer_and_one_is_stuck(month):
    waiting_steps = Step.objects.filter(run__status="running")
    assert set(waiting_steps.filter(status="waiting").values_list("node", "kind")) == {
        ("gate", "human_gate"),
        ("confirm", "condition"),
    }
    assert Review.objects.filter(observes__isnull=False, status="pending").exists()
    failed = Step.objects.get(run__status="stuck", status="failed")
    assert (failed.node, failed.attempts) == ("execute", 3)
    assert failed.error == "The bank did not answer. (Simulated.)"
