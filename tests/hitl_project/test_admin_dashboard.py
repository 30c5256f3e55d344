"""The admin's index: what needs attention, for who may see it, at a price that does not grow."""

import pytest
from django.urls import reverse

from gates.actors import command
from gates.models import Membership
from gates.performers import Refused
from gates.policy import Step
from gates.transitions import teams
from hitl_project.admin.dashboard import Sweeping, unstaffed
from reviews import deadlines
from reviews.models import Heartbeat
from reviews.queries import desks, overview, run_pages
from reviews.queries.overview import attention, loads
from tests.admins import signed_in, staff
from tests.factories import ONE_LEVEL, T0, after, at, decide, desk, sweep, team, user
from tests.reviews.runs.shop import go_on, shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]
INDEX = reverse("admin:index")
QUERIES = 14


@pytest.fixture
def nine_o_clock():
    with at(T0):
        yield


def shown(client):
    return client.get(INDEX).context["dashboard"]


def numbers(client):
    return {number.label: number.count for number in shown(client).numbers}


def test_every_open_review_is_counted_by_what_it_waits_for(admin_client):
    office = desk()
    office.review_in("conditional")
    office.review_in("closed_by_human")
    office.submit()
    sweep(after(300))
    with at(after(301)):
        office.submit()
        decide(office.submit(), office.reviewer)
    with at(after(301 + 300)):
        assert numbers(admin_client) == {
            "Time is up": 1,
            "Due within the hour": 2,
            "Waiting": 2,
            "Escalated": 1,
            "Held": 1,
            "Conditions open": 1,
        }


def test_each_number_leads_to_as_many_rows(admin_client):
    office = desk()
    for _ in range(2):
        office.review_in("conditional")
        office.submit()
    office.review_in("held")
    sweep(after(300))
    office.submit()
    for number in shown(admin_client).numbers:
        rows = admin_client.get(number.url).context["cl"].result_list
        assert (number.label, len(rows)) == (number.label, number.count)


def test_a_person_counts_his_teams_reviews_only():
    desk().submit()
    loan = desk(slug="loan", **(ONE_LEVEL | {"steps": (Step("loan_team", 300),)}))
    team("loan_team").memberships.all().delete()
    loan.submit()
    ann = signed_in("ann")
    assert numbers(ann)["Waiting"] == 1
    assert [(load.team.slug, load.waiting) for load in shown(ann).loads] == [("support_team", 1)]


def test_who_is_in_no_team_is_told_so():
    page = signed_in("sid").get(INDEX).content.decode()
    assert "You are in no team, so no queue is yours." in page


def test_a_teams_oldest_review_is_told(admin_client):
    office = desk()
    office.submit()
    with at(after(60)):
        office.submit()
        found = {load.team.slug: (load.waiting, load.oldest) for load in shown(admin_client).loads}
    assert found == {"support_team": (2, T0), "support_leads": (0, None)}


def test_counts_stop_and_say_that_there_may_be_more(monkeypatch):
    office = desk()
    for _ in range(3):
        office.submit()
    monkeypatch.setattr(overview, "LOOKED_AT", 2)
    for counting in (desks, overview):
        monkeypatch.setattr(counting, "MOST", 1)
    found = attention(office.reviewer, T0)
    assert (found.waiting, found.whole) == (2, False)
    assert [load.waiting for load in loads(office.reviewer)] == [2]


def test_a_gate_whose_team_has_nobody_is_named(admin_client):
    office = desk()
    assert unstaffed() == []
    Membership.objects.filter(user=office.lead).delete()
    assert [(step.version.gate.slug, step.team.slug) for step in unstaffed()] == [
        ("refund", "support_leads")
    ]
    assert "Gate refund asks Support leads at level 1" in admin_client.get(INDEX).content.decode()


def test_somebody_who_has_left_is_nobody():
    office = desk()
    office.lead.is_active = False
    office.lead.save()
    assert [step.level for step in unstaffed()] == [1]


def test_an_older_version_asks_nobody_any_more():
    office = desk()
    Membership.objects.filter(user=office.lead).delete()
    desk(**ONE_LEVEL)
    assert unstaffed() == []


def test_it_says_plainly_that_nobody_keeps_the_deadlines(admin_client):
    assert shown(admin_client).sweeping.problem
    page = admin_client.get(INDEX).content.decode()
    assert "Nobody keeps the deadlines." in page
    assert "No worker has ever looked at them." in page


def test_while_deadlines_are_kept_there_is_no_warning(admin_client):
    Heartbeat.objects.create(cluster="main", at=T0)
    assert shown(admin_client).sweeping == Sweeping("", T0)
    assert "Nobody keeps the deadlines." not in admin_client.get(INDEX).content.decode()


def test_the_last_changes_of_the_configuration_are_listed_and_no_reviews(admin_client):
    office = desk()
    office.submit()
    with at(after(5)):
        teams.change(team().pk, actor=command("test"), name="Help")
    changes = shown(admin_client).events
    told = [(changed.event.subject_type, changed.name, changed.event.verb) for changed in changes]
    assert told == [("team", "Help", "changed"), ("gate", "refund", "published")]


@pytest.mark.parametrize(
    ("permission", "part"),
    [
        ("reviews.view_review", "numbers"),
        ("reviews.view_review", "loads"),
        ("gates.view_gate", "unstaffed"),
        ("gates.view_event", "events"),
    ],
)
def test_a_part_is_there_for_who_may_see_it(permission, part):
    onlooker = signed_in("ann")
    staff("ann").user_permissions.clear()
    assert getattr(shown(onlooker), part) is None
    assert getattr(shown(signed_in("ben", permission)), part) is not None


@pytest.mark.parametrize("count", [1, 3])
def test_the_index_takes_as_many_queries_for_one_row_as_for_three(
    admin_client, count, django_assert_num_queries
):
    for number in range(count):
        office = desk(slug=f"gate{number}")
        office.submit()
        team(f"team{number}", user(f"person{number}"))
    Membership.objects.all().delete()
    admin_client.get(INDEX)
    with django_assert_num_queries(QUERIES):
        admin_client.get(INDEX)


def test_opening_the_index_decides_nothing(admin_client):
    review = desk().submit()
    with at(after(301)):
        admin_client.get(INDEX)
        assert deadlines.sweep() == 1
    review.refresh_from_db()
    assert review.level == 1


# --- runs at a dead end


def refuse(call):
    raise Refused("The bank said no.")


def test_runs_at_a_dead_end_are_shown_with_what_failed_and_why():
    with shop() as it:
        it.start()
        it.does["analyse_ticket"] = refuse
        run = go_on(it.start(external_id="order-17"))
        client = signed_in("ada", "reviews.view_run")
        found = shown(client).stuck
        text = client.get(INDEX).content.decode()
    assert (found.count, [(row.pk, step.node) for row, step in found.newest]) == (
        1,
        [(run.pk, "analyse")],
    )
    assert "The bank said no." in text
    assert f'href="{reverse("admin:reviews_run_changelist")}?status=stuck"' in text


def test_where_nothing_is_stuck_nothing_is_said_of_it():
    client = signed_in("ada", "reviews.view_run")
    assert shown(client).stuck.count == 0
    assert "gh-stuck" not in client.get(INDEX).content.decode()
    assert shown(signed_in("ann")).stuck is None


def test_many_runs_at_a_dead_end_are_counted_to_a_limit_and_a_few_are_shown(monkeypatch):
    monkeypatch.setattr(run_pages, "MOST", 2)
    monkeypatch.setattr(run_pages, "FEW", 1)
    with shop() as it:
        it.does["analyse_ticket"] = refuse
        last = [go_on(it.start()) for _ in range(4)][-1]
        found = shown(signed_in("ada", "reviews.view_run")).stuck
    assert (found.count, [run.pk for run, _step in found.newest]) == (3, [last.pk])
