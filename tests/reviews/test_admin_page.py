"""A review's page in the admin: everything is shown; opening it writes only what time has done."""

import pytest
from django.urls import reverse

from gates.models import Event
from gates.policy import ContextItem
from reviews.models import Review
from reviews.transitions import comments, leases
from tests.admins import signed_in
from tests.factories import ONE_LEVEL, STATES, after, at, desk, person, sweep, team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]
QUERIES = 21


def page_of(review):
    return reverse("admin:reviews_review_change", args=[review.pk])


def text_of(client, review):
    return client.get(page_of(review)).content.decode()


def moves_of(client, review):
    return [move.name for move in client.get(page_of(review)).context["moves"]]


@pytest.fixture
def office():
    return desk()


@pytest.fixture
def reviewer(office):
    return signed_in("ann")


@pytest.mark.parametrize("state", STATES)
def test_a_review_is_shown_in_every_state(admin_client, office, state):
    review = office.review_in(state, external_id="case-7", callback_url="https://a.example/hook")
    assert admin_client.get(page_of(review)).status_code == 200


def test_everything_about_a_review_is_on_its_page(reviewer, office):
    review = office.submit(
        recommendation="approve",
        confidence=0.5,
        rationale="It broke.",
        requester={"id": "C-1"},
        metadata={"trace": "t-9"},
        callback_url="https://agent.example/hook",
    )
    comments.comment(review.pk, actor=person(office.colleague), text="I know this one.")
    page = text_of(reviewer, review)
    expected = [
        "A-17",
        "Three orders",
        "It broke.",
        "C-1",
        "t-9",
        "I know this one.",
    ]
    expected += ["tests ask a person", "If nobody answers, it goes to Support leads for 15 minutes"]
    expected += [review.digest, "submitted", "review.opened", "https://agent.example/hook"]
    assert [item for item in expected if item not in page] == []


def test_what_agents_send_is_escaped(reviewer, office):
    review = office.submit({"amount": 1, "order": "<b>\u202egpj.exe"}, rationale="<script>")
    page = text_of(reviewer, review)
    assert "&lt;b&gt;\\u202egpj.exe" in page
    assert "\u202e" not in page
    assert "<script>&" not in page


def test_a_large_payload_is_cut(reviewer, office):
    review = office.submit({"amount": 1, "text": "x" * 30_000})
    assert "more characters; the API has the whole." in text_of(reviewer, review)


def test_only_the_last_events_are_listed(admin_client, office):
    review = office.submit()
    for number in range(25):
        comments.comment(review.pk, actor=person(office.colleague), text=str(number))
    listed = admin_client.get(page_of(review)).content.decode().count(">commented</td>")
    assert listed == 19  # and `seen`, which this reading wrote


def test_another_teams_review_is_not_found(reviewer, office):
    other = desk(
        slug="loan", steps=office.policy.steps[1:], timeout_action="reject", final_action=""
    )
    team("support_leads").memberships.filter(user=office.reviewer).delete()
    assert reviewer.get(page_of(other.submit())).status_code == 404


def test_an_id_that_is_none_is_not_found(reviewer):
    url = reverse("admin:reviews_review_change", args=["nonsense"])
    assert reviewer.get(url).status_code == 404


def test_nothing_can_be_saved_added_or_deleted(admin_client, office):
    review = office.submit()
    for name in ("add", "delete"):
        args = [review.pk] if name == "delete" else []
        assert (
            admin_client.get(reverse(f"admin:reviews_review_{name}", args=args)).status_code == 403
        )
    assert admin_client.post(page_of(review), {"title": "mine"}).status_code == 403
    assert 'name="_save"' not in text_of(admin_client, review)


def test_opening_the_page_notes_that_a_person_has_seen_it(reviewer, office):
    review = office.submit()
    with at(after(5)):
        reviewer.get(page_of(review))
        reviewer.get(page_of(review))
    assert Review.objects.get(pk=review.pk).seen_at == after(5)
    verbs = (
        Event.objects.filter(subject_type="review").order_by("seq").values_list("verb", flat=True)
    )
    assert list(verbs) == ["submitted", "seen"]


def test_opening_the_page_applies_a_deadline_that_has_passed(reviewer, office):
    review = office.submit()
    with at(after(300)):
        assert "Only Support leads may decide this now." in text_of(reviewer, review)
    assert Review.objects.get(pk=review.pk).level == 1


def test_a_reviewer_is_offered_the_moves_of_the_gate(reviewer, office):
    assert moves_of(reviewer, office.submit()) == ["claim", "approve", "reject", "escalate"]


def test_at_the_top_of_the_chain_nobody_can_be_asked_any_more(office):
    review = office.submit()
    sweep(after(300))
    with at(after(301)):
        assert moves_of(signed_in("lea"), review) == [
            "claim",
            "approve",
            "reject",
            "assign",
            "prioritise",
        ]


def test_a_verdict_that_the_gate_does_not_take_is_not_offered(reviewer):
    strict = desk(slug="strict", options=("reject", "respond"))
    assert moves_of(reviewer, strict.submit()) == ["claim", "reject", "escalate"]


def test_who_is_not_asked_is_offered_no_verdict(admin_client, office):
    review = office.submit()
    assert moves_of(admin_client, review) == ["assign", "prioritise", "cancel"]
    assert "Only Support team may decide this now." in text_of(admin_client, review)


def test_what_is_decided_can_only_be_undone(reviewer, office):
    assert moves_of(reviewer, office.review_in("held")) == ["undo"]


def test_the_buttons_send_back_the_digest_of_what_was_shown(reviewer, office):
    review = office.submit()
    assert f'name="shown" value="{review.pk}:{review.digest}"' in text_of(reviewer, review)


def test_a_reviewer_is_not_sent_to_events_he_may_not_see(reviewer, office):
    assert "All events" not in text_of(reviewer, office.submit())


def test_the_history_of_a_review_is_its_events(admin_client, office):
    review = office.submit()
    history = admin_client.get(
        reverse("admin:reviews_review_history", args=[review.pk]), follow=True
    )
    assert [event.verb for event in history.context["cl"].result_list] == ["submitted"]


def test_the_page_leads_to_the_workspace_and_to_what_it_revises(admin_client, office):
    first = office.review_in("rejected")
    second = office.submit({"amount": 9, "order": "A-17"}, revises=str(first.pk))
    assert reverse("review", args=[second.pk]) in text_of(admin_client, second)
    assert page_of(first) in text_of(admin_client, second)
    assert page_of(second) in text_of(admin_client, first)


def test_both_clocks_say_what_they_bring(reviewer, office):
    review = office.submit()
    leases.claim(review.pk, actor=person(office.reviewer))
    said = [clock.text for clock in reviewer.get(page_of(review)).context["case"]["clocks"]]
    assert said == ["Goes to Support leads in 5 min", "ann holds it for 10 min"]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("held", ["Released in 10 s"]),
        ("conditional", ["Fails in 1 h unless what is due by then is met"]),
        ("rejected", []),
    ],
)
def test_a_clock_tells_of_its_state(reviewer, office, state, said):
    review = office.review_in(state)
    with office.later(0 if state == "held" else 10):
        clocks = reviewer.get(page_of(review)).context["case"]["clocks"]
    assert [clock.text for clock in clocks] == said


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("reject", "Rejects itself in 5 min"),
        ("approve", "Approves itself in 5 min"),
        ("skip", "Is skipped in 5 min"),
    ],
)
def test_at_the_end_of_the_chain_the_clock_says_how_it_ends(admin_client, action, said):
    last = desk(slug="last", **(ONE_LEVEL | {"timeout_action": action}))
    clocks = admin_client.get(page_of(last.submit())).context["case"]["clocks"]
    assert [clock.text for clock in clocks] == [said]


def test_context_says_where_it_comes_from(reviewer):
    shop = desk(
        slug="shop",
        context=(
            ContextItem("order", "The order", origin="system"),
            ContextItem("note", "A note", optional=True),
        ),
    )
    review = shop.submit(context={"order": {"total": 5}, "note": "Kind.", "extra": True})
    facts = reviewer.get(page_of(review)).context["case"]["facts"]
    told = [(fact.label, fact.origin, fact.ai) for fact in facts]
    assert told == [
        ("The order", "from our systems", False),
        ("A note", "from the AI", True),
        ("extra", "from the AI", True),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_as_many_queries_for_one_part_as_for_three(
    admin_client, office, count, django_assert_num_queries
):
    review = office.submit(callback_url="https://a.example/hook")
    for number in range(count):
        comments.comment(review.pk, actor=person(office.colleague), text=str(number))
    admin_client.get(page_of(review))
    with django_assert_num_queries(QUERIES):
        admin_client.get(page_of(review))


def test_nothing_in_our_pages_is_inline_script_or_style(reviewer, office):
    page = text_of(reviewer, office.submit())
    assert " style=" not in page
    assert "<style" not in page
    assert "onclick=" not in page
    assert page.count("<script") == page.count("<script src=") + page.count("<script id=")
