"""Moves on the page: each made, each refused, and what a refusal leaves of what was typed."""

import pytest

from reviews.models import Comment, Condition, Draft, Review
from reviews.transitions import leases
from tests.factories import ONE_LEVEL, after, at, decide, desk, permit, person, team, user
from tests.reviews.views.visiting import browser, move, page, script, stored, text_of, where

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

QUEUE = "/queues/support_team/"
CONDITION = {"text_0": "The goods are back", "confirms_0": "reviewer"}
MANAGING = ("reviews.assign_review", "reviews.cancel_review", "reviews.overturn_review")


def manager():
    """Somebody who sees all, may manage all, and belongs to no team."""
    return permit(user("boss"), "reviews.view_all_reviews", *MANAGING)


def claimed(review, by):
    leases.claim(review.pk, actor=person(by))
    return review


def holder():
    return stored().assignment.reviewer


def test_claim_renew_and_give_back():
    at_desk = desk(lease=60)
    ann, review = browser(at_desk.reviewer), at_desk.submit()
    assert where(move(ann, review, "claim")) == (302, page(review))
    assert holder() == at_desk.reviewer
    with at(after(30)):
        move(ann, review, "renew")
        assert stored().assignment.lease_until == after(90)
        move(ann, review, "release")
        assert holder() is None


@pytest.mark.parametrize("name", ["claim", "renew", "pass", "escalate"])
def test_what_only_the_team_does_is_refused_to_others(name):
    at_desk = desk()
    response = move(browser(manager()), at_desk.submit(), name)
    assert (response.status_code, response.context["refusal"].code) == (403, "not_allowed")
    found = stored()
    assert (found.level, found.assignment.reviewer) == (0, None)


@pytest.mark.parametrize("name", ["claim", "renew", "release"])
def test_what_a_colleague_holds_is_his(name):
    at_desk = desk()
    review = claimed(at_desk.submit(), at_desk.colleague)
    response = move(browser(at_desk.reviewer), review, name)
    assert (response.status_code, response.context["refusal"].code) == (409, "held_by_other")
    assert holder() == at_desk.colleague


def test_pass_gives_it_back_and_does_not_offer_it_again():
    at_desk = desk()
    review = claimed(at_desk.submit(), at_desk.reviewer)
    ann = browser(at_desk.reviewer)
    assert move(ann, review, "pass").status_code == 302
    assert holder() is None
    assert ann.get(QUEUE, {"tab": "available"}).context["page"].rows == []


def test_escalate_sends_it_up():
    at_desk = desk()
    review = at_desk.submit()
    assert where(move(browser(at_desk.reviewer), review, "escalate", back=QUEUE)) == (302, QUEUE)
    assert Review.objects.get().level == 1


def test_what_has_no_level_above_is_not_escalated():
    at_desk = desk(**ONE_LEVEL)
    response = move(browser(at_desk.reviewer), at_desk.submit(), "escalate")
    assert response.status_code in {409, 422}
    assert Review.objects.get().level == 0


def test_a_question_stays_with_the_review():
    at_desk = desk()
    ann, review = browser(at_desk.reviewer), at_desk.submit()
    assert move(ann, review, "ask", question="Which lamp?").status_code == 302
    assert "Which lamp?" in text_of(ann.get(page(review)))


def test_a_lead_assigns_and_a_member_does_not():
    at_desk = desk()
    boss = user("boss")
    team("support_team", lead=boss)
    review = at_desk.submit()
    refused = move(browser(at_desk.reviewer), review, "assign", username="ben")
    assert (refused.status_code, holder()) == (403, None)
    assert move(browser(boss), review, "assign", username="ben").status_code == 302
    assert holder() == at_desk.colleague


@pytest.mark.parametrize("username", ["sid", "nobody", ""])
def test_nobody_of_another_team_is_assigned(username):
    at_desk = desk()
    response = move(browser(manager()), at_desk.submit(), "assign", username=username)
    assert response.status_code == 422
    assert list(response.context["panel"].errors) == ["username"]


def test_a_comment_is_for_whoever_sees_the_review():
    at_desk = desk()
    review = at_desk.review_in("closed_by_human")
    assert move(browser(manager()), review, "comment", text="Well done").status_code == 302
    assert Comment.objects.get().author.get_username() == "boss"


def test_who_decided_takes_it_back_and_a_colleague_does_not():
    at_desk = desk()
    review = at_desk.review_in("held")
    assert move(browser(at_desk.colleague), review, "undo").status_code == 403
    assert Review.objects.get().status == "held"
    assert move(browser(at_desk.reviewer), review, "undo").status_code == 302
    assert Review.objects.get().status == "pending"


def test_it_is_too_late_to_take_it_back():
    at_desk = desk()
    review = at_desk.review_in("held")
    with at(after(10)):
        response = move(browser(at_desk.reviewer), review, "undo")
    assert (response.status_code, Review.objects.get().status) == (409, "closed")


def test_cancel_and_overturn_need_a_permission():
    at_desk = desk()
    review = at_desk.submit()
    assert move(browser(at_desk.reviewer), review, "cancel").status_code == 403
    assert move(browser(manager()), review, "cancel", code="moved").status_code == 302
    assert Review.objects.get().outcome == "cancelled"


def test_overturn_adds_what_the_verdict_should_have_been():
    at_desk = desk()
    review = at_desk.review_in("closed_by_human")
    said = {"verdict_meant": "reject", "note": "It was a fraud"}
    with at(after(60)):
        assert move(browser(at_desk.reviewer), review, "overturn", **said).status_code == 403
        response = move(browser(manager()), review, "overturn", **said)
    assert response.status_code == 302
    added = Review.objects.get().decisions.get(overturns__isnull=False)
    assert (added.verdict, added.note) == ("reject", "It was a fraud")


def conditional():
    """An approval that waits for the word of the team."""
    at_desk = desk()
    terms = ({"text": "The goods are back", "confirms": "reviewer"},)
    review = at_desk.submit()
    decide(review, at_desk.reviewer, "approve_if", conditions=terms)
    return at_desk, review, str(Condition.objects.get().pk)


@pytest.mark.parametrize(
    ("answer", "outcome"), [("confirm", "approved"), ("deny", "condition_failed")]
)
def test_the_team_answers_its_condition(answer, outcome):
    at_desk, review, condition = conditional()
    with at(after(20)):
        ben = browser(at_desk.colleague)
        response = move(ben, review, "answer", condition=condition, answer=answer)
    assert (response.status_code, Review.objects.get().outcome) == (302, outcome)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"answer": "confirm"},
        {"answer": "confirm", "condition": "rubbish"},
        {"answer": "confirm", "condition": "019caa00-0000-7000-8000-000000000000"},
    ],
)
def test_an_answer_to_nothing_is_refused(said):
    at_desk, review, _condition = conditional()
    with at(after(20)):
        assert move(browser(at_desk.colleague), review, "answer", **said).status_code == 422
    assert Review.objects.get().status == "conditional"


def test_an_answer_that_is_neither_is_refused():
    at_desk, review, condition = conditional()
    with at(after(20)):
        said = {"condition": condition, "answer": "maybe"}
        assert move(browser(at_desk.colleague), review, "answer", **said).status_code == 422


def test_a_condition_of_another_review_is_not_answered_through_this_one():
    at_desk, _review, condition = conditional()
    other = at_desk.submit()
    with at(after(20)):
        said = {"condition": condition, "answer": "confirm"}
        assert move(browser(at_desk.colleague), other, "answer", **said).status_code == 422
    assert Condition.objects.get().answered_at is None


# --- the address


@pytest.mark.parametrize("name", ["nonsense", "expire", "settle", "see"])
def test_an_unknown_move_is_not_found(name):
    at_desk = desk()
    assert move(browser(at_desk.reviewer), at_desk.submit(), name).status_code == 404


def test_reading_an_address_moves_nothing():
    at_desk = desk()
    review = at_desk.submit()
    assert browser(at_desk.reviewer).get(page(review, "claim/")).status_code == 405
    assert holder() is None


@pytest.mark.parametrize("name", ["claim", "comment", "cancel", "undo", "answer"])
def test_somebody_else_does_not_find_it(name):
    at_desk = desk()
    response = move(browser(at_desk.stranger), at_desk.submit(), name, text="Well")
    assert (response.status_code, Comment.objects.count()) == (404, 0)


def test_the_script_is_sent_on_by_a_header():
    at_desk = desk()
    review = at_desk.submit()
    there = page(review, "claim/")
    response = browser(at_desk.reviewer).post(there, {"back": QUEUE}, headers=script("main"))
    assert (response.status_code, response["HX-Redirect"]) == (200, QUEUE)


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "x"])
def test_nobody_is_led_to_another_site(back):
    at_desk = desk()
    review = at_desk.submit()
    ann = browser(at_desk.reviewer)
    assert move(ann, review, "ask", back=back).context["back"] == page(review)
    assert where(move(ann, review, "claim", back=back)) == (302, page(review))


# --- what was typed


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ask", {"question": ""}),
        ("comment", {"text": "x" * 5_001}),
        ("cancel", {"code": "Not A Code"}),
        ("overturn", {"verdict_meant": "", "note": "Because"}),
    ],
)
def test_what_is_incomplete_comes_back(name, said):
    response = move(browser(manager()), desk().submit(), name, **said)
    assert response.status_code == 422
    panel = response.context["panel"]
    assert {field: panel[field].value() for field in said} == said


def test_a_refused_question_comes_back():
    at_desk = desk()
    review = claimed(at_desk.submit(), at_desk.colleague)
    response = move(browser(at_desk.reviewer), review, "ask", question="Which lamp?")
    assert (response.status_code, response.context["refusal"].code) == (409, "held_by_other")
    assert response.context["panel"]["question"].value() == "Which lamp?"


# --- drafts


def keep(client, review, **fields):
    return client.post(page(review, "draft/"), fields)


def drafts():
    return list(Draft.objects.order_by("pk").values_list("user__username", "verdict", "fields"))


def test_what_is_typed_is_kept_and_the_later_replaces_the_earlier():
    at_desk = desk()
    ann, review = browser(at_desk.reviewer), at_desk.submit()
    assert text_of(keep(ann, review, verdict="modify", edit_0="100")) == "Draft kept, 9 a.m."
    keep(ann, review, verdict="reject", note="No", digest="d", csrfmiddlewaretoken="t", back="/")
    assert drafts() == [("ann", "reject", {"verdict": ["reject"], "note": ["No"]})]
    panel = ann.get(page(review), {"verdict": "reject"}).context["panel"]
    assert panel["note"].value() == "No"
    assert ann.get(page(review), {"verdict": "respond"}).context["panel"]["note"].value() != "No"


def test_nobody_else_sees_it():
    at_desk = desk()
    review = at_desk.submit()
    keep(browser(at_desk.reviewer), review, verdict="reject", note="Between us")
    response = browser(at_desk.colleague).get(page(review), {"verdict": "reject"})
    assert "Between us" not in text_of(response)


def test_what_is_too_long_is_not_kept_and_the_earlier_stays():
    at_desk = desk()
    ann, review = browser(at_desk.reviewer), at_desk.submit()
    keep(ann, review, verdict="respond", message="Well")
    response = keep(ann, review, verdict="respond", message="x" * 64_001)
    assert text_of(response) == "Too long to keep as a draft."
    assert drafts() == [("ann", "respond", {"verdict": ["respond"], "message": ["Well"]})]


def test_a_draft_is_kept_by_who_may_see_the_review_and_is_signed_in(client):
    at_desk = desk()
    review = at_desk.submit()
    there = page(review, "draft/")
    assert keep(browser(at_desk.stranger), review, verdict="reject").status_code == 404
    assert keep(browser(at_desk.reviewer), review, verdict="nonsense").status_code == 404
    assert browser(at_desk.reviewer).get(there).status_code == 405
    assert where(client.post(there, {"verdict": "reject"})) == (302, f"/login/?next={there}")
    assert drafts() == []
