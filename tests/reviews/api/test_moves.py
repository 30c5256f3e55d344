"""Every move of people: what it answers, and to whom it does not exist."""

import pytest

from gates.models import Event
from reviews.models import Comment, Review
from tests import factories
from tests.factories import after, at
from tests.reviews.api.calling import by_person, code_of, errors_of

pytestmark = pytest.mark.django_db

BODIES = {
    "claim": None,
    "release": None,
    "renew": None,
    "decide": {"verdict": "approve"},
    "undo": None,
    "escalate": None,
    "assign": {"reviewer": "ann"},
    "ask": {"question": "Why?"},
    "pass": None,
    "cancel": None,
    "comments": {"text": "Hm."},
    "overturn": {"verdict": "reject", "note": "No."},
}
REQUIRED = {
    "decide": "verdict",
    "assign": "reviewer",
    "ask": "question",
    "comments": "text",
    "overturn": "verdict",
}


@pytest.mark.parametrize("move", BODIES)
def test_a_move_on_what_one_may_not_see_finds_nothing(desk, outsider, sid, move):
    review = desk.submit()
    for caller in (outsider, sid):
        response = caller.post(f"reviews/{review.pk}/{move}/", BODIES[move])
        assert code_of(response) == (404, "not_found")
    assert Review.objects.get(pk=review.pk).event_count == 1


@pytest.mark.parametrize("move", BODIES)
def test_a_permission_does_not_reach_what_one_may_not_see(desk, move):
    boss = factories.permit(
        desk.stranger, "reviews.assign_review", "reviews.cancel_review", "reviews.overturn_review"
    )
    review = desk.review_in("rejected" if move == "overturn" else "pending")
    response = by_person(boss).post(f"reviews/{review.pk}/{move}/", BODIES[move])
    assert code_of(response) == (404, "not_found")


@pytest.mark.parametrize("move", BODIES)
def test_a_typo_in_a_move_is_found(desk, ann, move):
    review = desk.submit()
    sent = (BODIES[move] or {}) | {"coment": "x"}
    response = ann.post(f"reviews/{review.pk}/{move}/", sent)
    assert errors_of(response) == [("/coment", "unknown_field")]


@pytest.mark.parametrize("move", REQUIRED)
def test_what_a_move_needs_is_named(desk, ann, move):
    review = desk.submit()
    response = ann.post(f"reviews/{review.pk}/{move}/", {})
    assert (f"/{REQUIRED[move]}", "required") in errors_of(response)


@pytest.mark.parametrize("move", BODIES)
def test_moves_are_posted(ann, desk, move):
    review = desk.submit()
    response = ann.get(f"reviews/{review.pk}/{move}/")
    if move == "comments":
        assert response.status_code == 200
    else:
        assert code_of(response) == (405, "method_not_allowed")


def test_claim_renew_and_release_answer_with_the_lease(desk, ann):
    review = desk.submit()
    answer = ann.post(f"reviews/{review.pk}/claim/").json()
    assert answer["assignment"]["lease_until"] == "2026-03-02T09:10:00.000000Z"
    with at(after(10)):
        answer = ann.post(f"reviews/{review.pk}/renew/").json()
    assert answer["assignment"]["lease_until"] == "2026-03-02T09:10:10.000000Z"
    answer = ann.post(f"reviews/{review.pk}/release/").json()
    assert (answer["assignment"]["reviewer"], answer["assignment"]["lease_until"]) == (None, None)


def test_a_live_lease_of_another_is_a_conflict(desk, ann, ben):
    review = desk.submit()
    ann.post(f"reviews/{review.pk}/claim/")
    assert code_of(ben.post(f"reviews/{review.pk}/claim/")) == (409, "held_by_other")


def test_escalate_answers_from_the_next_level(desk, ann):
    review = desk.submit()
    answer = ann.post(f"reviews/{review.pk}/escalate/").json()
    assert (answer["level"], answer["team"]) == (1, "support_leads")
    assert answer["due_at"] == "2026-03-02T09:15:00.000000Z"


def test_assign_names_the_reviewer(desk):
    lead = factories.user("lou")
    factories.team("support_team", lead=lead)
    review = desk.submit()
    caller = by_person(lead)
    answer = caller.post(f"reviews/{review.pk}/assign/", {"reviewer": "ben"}).json()
    assert answer["assignment"]["reviewer"] == "ben"
    response = caller.post(f"reviews/{review.pk}/assign/", {"reviewer": "sid"})
    assert errors_of(response) == [("/reviewer", "not_eligible")]


def test_ask_shows_the_question(desk, ann, ben):
    review = desk.submit()
    answer = ann.post(f"reviews/{review.pk}/ask/", {"question": "Which lamp?"}).json()
    assert (answer["status"], answer["assignment"]["question"]) == ("pending", "Which lamp?")
    assert ben.get(f"reviews/{review.pk}/").json()["assignment"]["question"] == "Which lamp?"


def test_pass_gives_the_review_back(desk, ann):
    review = desk.submit()
    ann.post(f"reviews/{review.pk}/claim/")
    answer = ann.post(f"reviews/{review.pk}/pass/").json()
    assert answer["assignment"]["reviewer"] is None


def test_cancel_closes_with_a_code(desk, agent):
    review = desk.submit()
    answer = agent.post(f"reviews/{review.pk}/cancel/", {"code": "decided_elsewhere"}).json()
    assert (answer["status"], answer["outcome"]) == ("closed", "cancelled")
    assert Event.objects.get(verb="cancelled").data["code"] == "decided_elsewhere"


@pytest.mark.parametrize("code", ["", "Two words", "x" * 51, 7, "a\n"])
def test_a_cancellation_code_is_short_and_plain(desk, agent, code):
    review = desk.submit()
    response = agent.post(f"reviews/{review.pk}/cancel/", {"code": code})
    assert response.status_code == 422
    assert [pointer for pointer, _ in errors_of(response)] == ["/code"]


def test_any_key_of_the_gate_may_cancel(desk, agent):
    review = factories.submit(desk.gate, factories.key(desk.gate, name="other"))
    assert agent.post(f"reviews/{review.pk}/cancel/").json()["outcome"] == "cancelled"


def test_people_cancel_with_the_permission(desk, ann):
    review = desk.submit()
    assert code_of(ann.post(f"reviews/{review.pk}/cancel/")) == (403, "not_allowed")
    boss = by_person(factories.permit(desk.colleague, "reviews.cancel_review"))
    assert boss.post(f"reviews/{review.pk}/cancel/").json()["outcome"] == "cancelled"


def test_overturn_leaves_the_outcome(desk):
    review = desk.review_in("rejected")
    boss = by_person(factories.permit(desk.colleague, "reviews.overturn_review"))
    sent = {"verdict": "approve", "note": "It was broken."}
    answer = boss.post(f"reviews/{review.pk}/overturn/", sent).json()
    assert (answer["status"], answer["outcome"]) == ("closed", "rejected")
    assert review.decisions.get(overturns__isnull=False).note == "It was broken."


def test_comments_are_read_oldest_first_by_people(desk, ann, ben, sid):
    review = desk.submit()
    answer = ann.post(f"reviews/{review.pk}/comments/", {"text": " First "})
    assert (answer.status_code, answer.json()["id"]) == (200, str(review.pk))
    with at(after(1)):
        ben.post(f"reviews/{review.pk}/comments/", {"text": "Second"})
    first, second = Comment.objects.order_by("at")
    assert ann.get(f"reviews/{review.pk}/comments/").json() == {
        "next": None,
        "previous": None,
        "results": [
            {
                "id": str(first.pk),
                "author": "ann",
                "text": " First ",
                "at": "2026-03-02T09:00:00.000000Z",
            },
            {
                "id": str(second.pk),
                "author": "ben",
                "text": "Second",
                "at": "2026-03-02T09:00:01.000000Z",
            },
        ],
    }
    assert code_of(sid.get(f"reviews/{review.pk}/comments/")) == (404, "not_found")
    assert errors_of(ann.get(f"reviews/{review.pk}/comments/", order="new")) == [
        ("?order", "unknown_parameter")
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_comments_cost_the_same_for_one_and_for_three(desk, ann, django_assert_num_queries, rows):
    review = desk.submit()
    for second in range(rows):
        with at(after(second)):
            ann.post(f"reviews/{review.pk}/comments/", {"text": "Hm."})
    with django_assert_num_queries(3):  # key, review, comments
        answer = ann.get(f"reviews/{review.pk}/comments/").json()
    assert len(answer["results"]) == rows


def test_an_empty_comment_is_refused(desk, ann):
    review = desk.submit()
    assert errors_of(ann.post(f"reviews/{review.pk}/comments/", {"text": "  "})) == [
        ("/text", "required")
    ]
    assert errors_of(ann.post(f"reviews/{review.pk}/comments/", {"text": ""})) == [
        ("/text", "blank")
    ]
