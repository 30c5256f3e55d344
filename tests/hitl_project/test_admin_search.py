"""The search for everything: what is found, by whom, and never by reading a whole table."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hitl_project.admin.search import MOST, Hit, only_hit, search
from reviews.models import Review
from tests.admins import signed_in, staff
from tests.factories import desk, gate, key, permit, team, user
from tests.reviews.runs.shop import shop

pytestmark = pytest.mark.django_db
SEARCH = reverse("admin:search")
LARGE = ["reviews_review", "gates_event", "reviews_assignment"]
if connection.vendor == "postgresql":  # the other has no index for the beginning of a text
    LARGE.append("auth_user")


@pytest.fixture
def office():
    return desk()


def found(term, who):
    return {group.label: [hit.title for hit in group.hits] for group in search(term, who)}


@pytest.fixture
def admin(admin_user):
    return admin_user


def test_a_review_is_found_by_its_id_its_external_id_and_its_subject(admin, office):
    review = office.submit(external_id="case-7")
    for term in (str(review.pk), review.pk.hex, "case-7", " case-7 ", "A-17"):
        assert found(term, admin)["Reviews"] == ["Approve refund of 120"]
    assert found("case", admin) == {}


def test_people_find_the_reviews_of_their_teams_only(office):
    review = office.submit(external_id="case-7")
    assert found("case-7", staff("ann")) == {"Reviews": ["Approve refund of 120"]}
    assert found("case-7", staff("sid")) == {}
    assert found(str(review.pk), staff("sid")) == {}


def test_gates_teams_people_and_keys_are_found_by_how_their_names_begin(admin, office):
    key(office.gate, name="robot")
    assert found("ref", admin) == {"Gates": ["refund"]}
    assert found("Support", admin) == {"Teams": ["Support leads", "Support team"]}
    assert found("support_l", admin) == {"Teams": ["Support leads"]}
    assert found("lea", admin) == {"People": ["lea"]}
    assert found("robo", admin) == {"API keys": ["robot"]}
    assert found(office.key.prefix, admin) == {"API keys": ["agent"]}
    assert found(f"{office.key.prefix}.secret", admin) == {"API keys": ["agent"]}


def test_events_are_found_by_the_id_of_their_subject(admin, office):
    review = office.submit()
    assert found(str(review.pk), admin)["Events"] == [f"Events of review {review.pk}"]
    assert found(str(office.gate.pk), admin)["Events"] == [f"Events of gate {office.gate.pk}"]
    assert found("9" * 30, admin) == {}


@pytest.mark.parametrize(
    ("term", "permission", "label"),
    [
        ("refund", "gates.view_gate", "Gates"),
        ("support", "gates.view_team", "Teams"),
        ("ann", "auth.view_user", "People"),
        ("agent", "gates.view_apikey", "API keys"),
    ],
)
def test_each_kind_needs_its_permission(office, term, permission, label):
    assert found(term, staff("ann")) == {}
    assert list(found(term, permit(user("ann"), permission))) == [label]


def test_one_exact_hit_leads_straight_to_it(admin_client, office):
    review = office.submit(external_id="case-7")
    for term in ("case-7", str(review.pk)):
        page = reverse("admin:reviews_review_change", args=[review.pk])
        assert admin_client.get(SEARCH, {"q": term}).url == page
    assert admin_client.get(SEARCH, {"q": "refund"}).url.endswith(f"/{office.gate.pk}/change/")


def test_one_hit_that_only_begins_so_is_listed(admin_client, office):
    response = admin_client.get(SEARCH, {"q": "refun"})
    assert [hit.title for group in response.context["groups"] for hit in group.hits] == ["refund"]


def test_a_long_list_is_cut_and_says_so(admin, admin_client):
    for number in range(MOST + 1):
        team(f"many{number:02}")
    (group,) = search("many", admin)
    assert (len(group.hits), group.more) == (MOST, True)
    assert "type more of it" in admin_client.get(SEARCH, {"q": "many"}).content.decode()


def test_the_page_says_what_can_be_searched_and_when_nothing_is_found(admin_client):
    assert "Type an id" in admin_client.get(SEARCH).content.decode()
    nothing = admin_client.get(SEARCH, {"q": "<nowhere>"}).content.decode()
    assert "Nothing is called “&lt;nowhere&gt;”" in nothing


def test_what_agents_send_is_escaped_in_the_results(admin_client, office):
    for _ in range(2):
        office.submit({"amount": 1, "order": "x"}, external_id="<b>\u202e")
    page = admin_client.get(SEARCH, {"q": "<b>\u202e"}).content.decode()
    assert "&lt;b&gt;\\u202e" in page


def test_a_term_that_no_column_can_hold_finds_nothing(admin):
    assert [search(term, admin) for term in ("\0", "x\0y", "z" * 5000)] == [[], [], []]


def test_who_is_not_signed_in_finds_nothing(client):
    assert client.get(SEARCH, {"q": "x"}).status_code == 302


def test_an_empty_search_asks_nothing(admin, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert search("  ", admin) == []


def test_no_hit_is_the_only_one_among_none():
    assert only_hit([]) is None


@pytest.mark.parametrize("term", ["case-7", "0190b0a0-0000-7000-8000-000000000000", "12"])
def test_no_large_table_is_read_whole(admin, office, term):
    gate(slug="loan")
    with CaptureQueriesContext(connection) as asked:
        search(term, admin)
    read = [query["sql"] for query in asked if query["sql"].startswith("SELECT")]
    assert [plan for sql in read for plan in plans(sql)] == []


def plans(sql):
    """Steps of the statement's plan that read a large table from one end to the other."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}")
            steps = [row[0] for row in cursor.fetchall()]
            return [step for step in steps if any(f"Seq Scan on {name}" in step for name in LARGE)]
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        steps = [row[3] for row in cursor.fetchall()]
        return [
            step
            for step in steps
            if any(step.split(" USING")[0] == f"SCAN {name}" for name in LARGE)
        ]


def test_a_plan_that_reads_all_is_seen():
    assert plans(str(Review.objects.filter(title="x").only("pk").query).replace("= x", "= 'x'"))


def test_a_reviewer_may_search():
    assert signed_in("ann").get(SEARCH, {"q": "x"}).status_code == 200


def test_a_run_is_found_by_its_id_and_its_external_id_and_a_workflow_by_how_it_begins(admin):
    with shop() as it:
        run = it.start(external_id="order-17")
    for term in (str(run.pk), "order-17"):
        assert found(term, admin)["Runs"] == ["Run of refunds"]
    assert found("refunds", admin)["Workflows"] == ["refunds"]
    assert "Runs" not in found("order", admin)
    assert f"Events of run {run.pk}" in found(str(run.pk), admin)["Events"]
    assert only_hit(search("order-17", admin)) == Hit(
        "Run of refunds",
        "running · order-17",
        f"/admin/reviews/run/{run.pk}/change/",
        exact=True,
    )


def test_who_may_not_see_runs_finds_none():
    with shop() as it:
        it.start(external_id="order-17")
    assert found("order-17", staff("sid")) == {}
    assert found("refunds", staff("sid")) == {}
