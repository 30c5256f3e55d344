"""The queue in the admin: who sees what, in which order, by which filters, in how many queries."""

import pytest
from django.urls import reverse

from gates.models import Event
from gates.policy import Step
from reviews.admin.review import ReviewAdmin
from reviews.models import Assignment, Preference, Review
from reviews.transitions import leases
from tests.admins import signed_in
from tests.factories import (
    ONE_LEVEL,
    after,
    at,
    desk,
    gate,
    key,
    person,
    submit,
    user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]
QUEUE = reverse("admin:reviews_review_changelist")
QUERIES = 9
NO_CHAIN = {"timeout_action": "reject", "final_action": ""}


def rows(client, **query):
    return list(client.get(QUEUE, query).context["cl"].result_list)


def ids(client, **query):
    return [row.pk for row in rows(client, **query)]


def column(client, name):
    admin = client.get(QUEUE).context["cl"].model_admin
    return [getattr(admin, name)(row) for row in rows(client)]


def elsewhere(**fields):
    """A review that asks another team, at a gate of its own."""
    loan = gate(slug="loan", **{**ONE_LEVEL, "steps": (Step("loan_team", 300),)}, **fields)
    return submit(loan, key(loan))


@pytest.fixture
def office():
    return desk()


@pytest.fixture
def reviewer(office):
    return signed_in("ann")


@pytest.fixture
def auditor(office):
    return signed_in("ada", "reviews.view_all_reviews")


# --- who sees what -------------------------------------------------------------------------------


def test_a_person_sees_the_reviews_of_his_teams_only(reviewer, office):
    mine = office.submit()
    elsewhere()
    assert ids(reviewer) == [mine.pk]


def test_an_auditor_sees_all(auditor, office):
    made = {office.submit().pk, elsewhere().pk}
    assert set(ids(auditor)) == made


def test_a_superuser_sees_all(admin_client, office):
    made = {office.submit().pk, elsewhere().pk}
    assert set(ids(admin_client)) == made


def test_a_person_without_the_permission_sees_no_queue(client, office):
    found = office.reviewer
    found.is_staff = True
    found.save()
    client.force_login(found)
    assert client.get(QUEUE).status_code == 403


def test_who_is_no_staff_is_sent_to_sign_in(client, office):
    client.force_login(office.reviewer)
    assert client.get(QUEUE).status_code == 302


def test_gates_and_teams_to_choose_from_are_those_of_the_person(reviewer):
    elsewhere()
    filters = {spec.parameter_name: spec for spec in reviewer.get(QUEUE).context["cl"].filter_specs}
    assert [label for _pk, label in filters["gate"].lookup_choices] == ["refund"]
    assert [label for _pk, label in filters["team"].lookup_choices] == ["Support team"]


# --- order and columns ---------------------------------------------------------------------------


def test_the_queue_is_ordered_by_priority_then_deadline(auditor, office):
    with at(after(1)):
        later = office.submit()
    first = office.submit()
    loan = elsewhere(priority="critical")
    assert ids(auditor) == [loan.pk, first.pk, later.pk]


def test_what_is_closed_is_ordered_newest_first(reviewer, office):
    older = office.review_in("rejected")
    newer = office.review_in("rejected")
    assert ids(reviewer, status="closed") == [newer.pk, older.pk]


def test_a_deadline_shows_how_much_time_is_left(reviewer, office):
    office.submit()
    assert column(reviewer, "due") == [
        '<span class="nowrap" title="March 2, 2026, 9:05 a.m.">5 min left</span>'
    ]


def test_the_list_says_that_time_is_up_and_writes_nothing(reviewer, office):
    office.submit()
    with at(after(300)):
        assert column(reviewer, "due") == [
            '<span class="gh-late" title="March 2, 2026, 9:05 a.m.">time is up</span>'
        ]
    assert Review.objects.get().status == "pending"
    assert Event.objects.filter(subject_type="review").count() == 1


def test_the_holder_of_a_live_lease_is_shown(reviewer, office):
    review = office.submit()
    leases.claim(review.pk, actor=person(office.colleague))
    assert column(reviewer, "holder") == ['<span title="March 2, 2026, 9:10 a.m.">ben</span>']


def test_an_expired_lease_has_no_holder(reviewer):
    long = desk(slug="slow", lease=60)
    leases.claim(long.submit().pk, actor=person(long.colleague))
    with at(after(60)):
        assert column(reviewer, "holder") == ["-"]


def test_what_the_ai_says_has_two_decimals(reviewer, office):
    office.submit(recommendation="approve", confidence=0.875)
    assert "approve 0.88</span>" in column(reviewer, "advice")[0]


# --- filters -------------------------------------------------------------------------------------


def test_without_a_choice_the_queue_shows_what_waits_for_a_person(reviewer, office):
    office.review_in("held")
    office.review_in("rejected")
    waiting = office.submit()
    assert ids(reviewer) == [waiting.pk]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", "pending"),
        ("held", "held"),
        ("conditional", "conditional"),
        ("closed", "rejected"),
    ],
)
def test_a_state_can_be_chosen(reviewer, office, status, state):
    made = {name: office.review_in(name) for name in ("pending", "held", "conditional", "rejected")}
    assert ids(reviewer, status=status) == [made[state].pk]


def test_all_states_can_be_chosen(reviewer, office):
    made = {office.review_in(name).pk for name in ("pending", "held", "conditional", "rejected")}
    assert set(ids(reviewer, status="all")) == made


def test_a_state_that_does_not_exist_is_none(reviewer, office):
    waiting = office.submit()
    assert ids(reviewer, status="nonsense") == [waiting.pk]


def test_an_outcome_looks_among_what_is_closed(reviewer, office):
    rejected, _approved = office.review_in("rejected"), office.review_in("closed_by_human")
    assert ids(reviewer, outcome="rejected") == [rejected.pk]


def test_gate_team_and_priority_can_be_chosen(auditor, office):
    mine, loan = office.submit(), elsewhere(priority="low")
    assert ids(auditor, gate=str(loan.gate_id)) == [loan.pk]
    assert ids(auditor, team=str(mine.team_id)) == [mine.pk]
    assert ids(auditor, priority="0") == [loan.pk]


@pytest.mark.parametrize(
    ("choice", "left"),
    [("up", []), ("hour", ["soon"]), ("today", ["soon", "today"]), ("later", ["later"])],
)
def test_deadlines_can_be_chosen(auditor, choice, left):
    made = {
        name: desk(slug=name, steps=(Step("support_team", timeout),), **NO_CHAIN).submit().pk
        for name, timeout in (("soon", 600), ("today", 7200), ("later", 15 * 3600))
    }
    assert ids(auditor, deadline=choice) == [made[name] for name in left]


def test_today_ends_where_the_person_is(auditor, office):
    """Nine o'clock in London, and nearly midnight on Kiritimati."""
    review = desk(slug="slow", steps=(Step("support_team", 7200),), **NO_CHAIN).submit()
    assert ids(auditor, deadline="today") == [review.pk]
    Preference.objects.create(user=user("ada"), time_zone="Pacific/Kiritimati")
    assert ids(auditor, deadline="today") == []
    assert ids(auditor, deadline="later") == [review.pk]


@pytest.mark.parametrize(
    ("choice", "left"),
    [("me", ["mine"]), ("somebody", ["mine", "bens"]), ("nobody", ["free", "left"])],
)
def test_holders_can_be_chosen(reviewer, office, choice, left):
    made = {name: office.submit() for name in ("mine", "bens", "free", "left")}
    leases.claim(made["mine"].pk, actor=person(office.reviewer))
    leases.claim(made["bens"].pk, actor=person(office.colleague))
    leases.claim(made["left"].pk, actor=person(office.reviewer))
    Assignment.objects.filter(review=made["left"]).update(lease_until=after(0))
    assert set(ids(reviewer, holder=choice)) == {made[name].pk for name in left}


def test_time_that_is_up_can_be_chosen(reviewer, office):
    late = office.submit()
    with at(after(299)):
        office.submit()
    with at(after(300)):
        assert ids(reviewer, deadline="up") == [late.pk]


def test_a_lookup_that_is_no_filter_is_refused(reviewer, office):
    assert reviewer.get(QUEUE, {"digest__startswith": "a"}).status_code == 400


# --- search --------------------------------------------------------------------------------------


@pytest.mark.parametrize("found_by", ["pk", "external_id", "subject"])
def test_a_review_is_found_by_what_identifies_it(reviewer, office, found_by):
    office.submit()
    review = office.submit({"amount": 5, "order": "B-2"}, external_id="case-7")
    assert ids(reviewer, q=str(getattr(review, found_by))) == [review.pk]


def test_a_search_looks_in_every_state(reviewer, office):
    review = office.review_in("rejected", external_id="case-7")
    assert ids(reviewer, q="case-7") == [review.pk]


def test_a_part_of_an_id_finds_nothing(reviewer, office):
    office.submit(external_id="case-7")
    assert ids(reviewer, q="case") == []


def test_a_search_finds_nothing_that_the_person_may_not_see(reviewer):
    assert ids(reviewer, q=str(elsewhere().pk)) == []


# --- cost ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_queue_takes_as_many_queries_for_one_row_as_for_three(
    auditor, office, count, django_assert_num_queries
):
    for _number in range(count):
        leases.claim(office.submit().pk, actor=person(office.reviewer))
    with django_assert_num_queries(QUERIES):
        assert len(rows(auditor)) == count


def test_payloads_are_not_read_for_the_list(reviewer, office):
    office.submit()
    deferred = rows(reviewer)[0].get_deferred_fields()
    assert {"proposal", "context", "why", "result", "rationale"} <= deferred


def test_rows_are_counted_to_a_limit(reviewer, office, monkeypatch):
    monkeypatch.setattr(ReviewAdmin.paginator, "CAP", 2)
    for _number in range(4):
        office.submit()
    page = reviewer.get(QUEUE)
    assert page.context["cl"].result_count == 3
    assert "More than 2 match" in page.content.decode()


def test_a_page_shows_the_rows_that_follow_those_of_the_page_before(reviewer, office, monkeypatch):
    monkeypatch.setattr(ReviewAdmin, "list_per_page", 2)
    made = []
    for seconds in range(5):
        with at(after(seconds)):
            made.append(office.submit().pk)
    assert [ids(reviewer, p=str(page)) for page in (1, 2, 3)] == [made[:2], made[2:4], made[4:]]
