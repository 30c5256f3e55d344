"""The page of a review: whole and in parts, in every state, for everybody who may see it."""

import pytest

from gates.models import Event
from reviews.models import Review
from reviews.transitions import comments, decisions, escalations, leases
from reviews.verdicts import Answer
from tests.factories import (
    ONE_LEVEL,
    STATES,
    after,
    at,
    decide,
    desk,
    key,
    permit,
    person,
    submit,
    user,
)
from tests.reviews.views.visiting import browser, page, script, text_of, where

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

VERDICTS = ["approve", "modify", "approve_if", "reject", "respond"]


def opened(reader, review, **query):
    return browser(reader).get(page(review), query)


def test_a_stranger_is_asked_to_sign_in(client):
    review = desk().submit()
    assert where(client.get(page(review))) == (302, f"/login/?next={page(review)}")


def test_nothing_is_sent_to_it():
    at_desk = desk()
    assert browser(at_desk.reviewer).post(page(at_desk.submit())).status_code == 405


def test_somebody_else_does_not_find_it_and_changes_nothing():
    at_desk = desk()
    review = at_desk.submit()
    with at(after(300)):
        assert opened(at_desk.stranger, review).status_code == 404
    found = Review.objects.get()
    assert (found.status, found.level, found.seen_at) == ("pending", 0, None)


@pytest.mark.parametrize("state", STATES)
def test_each_state_has_its_page(state):
    at_desk = desk()
    review = at_desk.review_in(state)
    auditor = permit(user("auditor"), "reviews.view_all_reviews")
    with at(after(1)):
        response = opened(auditor, review)
    assert response.status_code == 200
    assert response.context["review"].status == review.status
    assert 'action="' not in text_of(response).partition('id="bar"')[2].partition("</section>")[0]


def test_what_the_gate_calls_its_amount_is_shown_as_money():
    at_desk = desk()
    review = at_desk.submit({"amount": 219, "order": "A-17"})
    assert "<dt>Amount</dt> <dd> 219.00 </dd>" in text_of(opened(at_desk.reviewer, review))


def test_the_script_gets_the_part_that_it_asks_for():
    at_desk = desk()
    ann, review = browser(at_desk.reviewer), at_desk.submit()
    starts = {
        target: text_of(ann.get(page(review), headers=script(target)))[:15]
        for target in ("main", "bar", "elsewhere")
    }
    assert starts == {
        "main": '<main class="ca',
        "bar": "<section class=",
        "elsewhere": "<!DOCTYPE html>",
    }


def test_the_verdicts_of_the_gate_are_offered_and_none_is_chosen():
    at_desk = desk()
    response = opened(at_desk.reviewer, at_desk.submit())
    assert sorted(response.context["case"].verdicts) == sorted(VERDICTS)
    assert response.context["panel"] is None


@pytest.mark.parametrize("verdict", VERDICTS)
def test_an_address_opens_the_form_of_a_verdict(verdict):
    at_desk = desk()
    response = opened(at_desk.reviewer, at_desk.submit(), verdict=verdict)
    assert response.context["panel"].verdict == verdict


@pytest.mark.parametrize("verdict", ["partial", "nonsense", ""])
def test_a_verdict_that_the_gate_does_not_offer_opens_none(verdict):
    at_desk = desk()
    assert opened(at_desk.reviewer, at_desk.submit(), verdict=verdict).context["panel"] is None


def test_an_unknown_move_opens_none():
    at_desk = desk()
    assert opened(at_desk.reviewer, at_desk.submit(), move="nonsense").context["panel"] is None


# --- who may not decide is told why


def obstacle(reader, review):
    response = opened(reader, review, verdict="approve")
    assert response.context["panel"] is None
    assert response.context["case"].obstacle in text_of(response)
    return response.context["case"].obstacle


def test_a_colleague_holds_it():
    at_desk = desk()
    review = at_desk.submit()
    leases.claim(review.pk, actor=person(at_desk.colleague))
    assert obstacle(at_desk.reviewer, review) == "Another person is working on this."


def test_it_is_his_own_proposal():
    at_desk = desk()
    review = at_desk.submit(requester={"id": "ann"})
    said = "This was proposed for you or by your key: somebody else has to decide it."
    assert obstacle(at_desk.reviewer, review) == said


def test_his_own_key_submitted_it():
    at_desk = desk()
    review = submit(at_desk.gate, key(at_desk.gate, name="anns", owner=at_desk.reviewer))
    assert obstacle(at_desk.reviewer, review).startswith("This was proposed for you")


def test_it_went_up():
    at_desk = desk()
    review = at_desk.submit()
    escalations.escalate(review.pk, actor=person(at_desk.reviewer))
    assert obstacle(at_desk.reviewer, review) == "The review went up to the next level."


def test_he_has_voted():
    at_desk = desk(approvals=2, options=("approve", "reject", "modify"))
    review = at_desk.submit()
    decide(review, at_desk.reviewer)
    assert obstacle(at_desk.reviewer, review) == "This person has voted on this already."
    assert opened(at_desk.colleague, review).context["case"].obstacle == ""


def test_he_may_see_all_and_decide_nothing():
    at_desk = desk()
    auditor = permit(user("auditor"), "reviews.view_all_reviews")
    assert obstacle(auditor, at_desk.submit()) == "Only Support team may do this now."


# --- what opening does, and what it does not


def test_the_first_look_is_noted_once():
    at_desk = desk()
    review = at_desk.submit()
    with at(after(5)):
        opened(at_desk.reviewer, review)
    with at(after(9)):
        opened(at_desk.colleague, review)
    assert Review.objects.get().seen_at == after(5)
    assert Event.objects.filter(verb="seen").count() == 1


def test_the_first_look_beside_the_list_is_noted_too():
    at_desk = desk()
    review = at_desk.submit()
    browser(at_desk.reviewer).get("/queues/support_team/", {"review": str(review.pk)})
    assert Event.objects.filter(verb="seen").count() == 1


def test_a_look_at_what_is_decided_notes_nothing():
    at_desk = desk()
    review = at_desk.review_in("closed_by_timeout")
    opened(at_desk.reviewer, review)
    assert Event.objects.filter(verb="seen").count() == 0


def test_opening_applies_the_deadline():
    at_desk = desk(**ONE_LEVEL)
    review = at_desk.submit()
    with at(after(300)):
        response = opened(at_desk.reviewer, review, verdict="approve")
    assert (response.status_code, response.context["panel"]) == (200, None)
    assert Review.objects.get().outcome == "rejected"


def test_what_people_wrote_is_shown_as_text():
    at_desk = desk()
    review = at_desk.submit(rationale="<script>alert(1)</script> a\u202eb")
    comments.comment(review.pk, actor=person(at_desk.colleague), text="<b>x</b>")
    text = text_of(opened(at_desk.reviewer, review))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; a\\u202eb" in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    assert "<script>alert" not in text


def test_earlier_reviews_of_the_subject_are_those_that_the_reader_may_see():
    at_desk = desk()
    closed = at_desk.review_in("closed_by_human")
    at_desk.review_in("closed_by_policy")  # nobody of the team was asked
    with at(after(20)):
        desk()
        review = at_desk.submit()
        assert opened(at_desk.reviewer, review).context["case"].earlier == [closed]


def test_the_links_of_conditions_are_not_on_the_page():
    at_desk = desk()
    review = at_desk.submit()
    terms = ({"text": "The address is right", "confirms": "link"},)
    answer = Answer("approve_if", conditions=terms)
    decided = decisions.decide(review.pk, actor=person(at_desk.reviewer), answer=answer)
    [secret] = decided.links.values()
    text = text_of(opened(at_desk.reviewer, review))
    assert "The address is right" in text
    assert secret not in text
