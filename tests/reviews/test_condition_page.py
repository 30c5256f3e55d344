"""The page on which an outside person confirms or denies a condition."""

import pytest
from django.test import Client

from gates.models import Event
from reviews.models import Condition, Review
from reviews.transitions import cancellations, decisions
from reviews.verdicts import Answer
from tests.factories import T0, UNDO_WINDOW, after, at, desk, person, sweep

pytestmark = pytest.mark.django_db

WEEK = 7 * 86_400
TERMS = {"text": "Jane Smith lives at <b>14 Alder Row</b>.", "confirms": "link"}


@pytest.fixture
def browser():
    """A browser that brings no cookie and whose forms are checked like anybody's."""
    return Client(enforce_csrf_checks=True)


def bound(*terms):
    """A review that is approved on conditions at T0, and the addresses of their pages."""
    at_desk = desk()
    with at(T0):
        review = at_desk.submit()
        answer = Answer("approve_if", conditions=terms or (TERMS,))
        decided = decisions.decide(review.pk, actor=person(at_desk.reviewer), answer=answer)
    return review.pk, [f"/conditions/{secret}/" for secret in decided.links.values()]


def released(*terms):
    """The same, past the undo window: the conditions are open."""
    review_id, pages = bound(*terms)
    sweep(after(UNDO_WINDOW))
    return review_id, pages


def answer(browser, page, value="confirm", seconds=UNDO_WINDOW + 60):
    with at(after(seconds)):
        return browser.post(page, {"answer": value})


def look(browser, page, seconds=UNDO_WINDOW + 60):
    with at(after(seconds)):
        return browser.get(page)


def outcome(review_id):
    return Review.objects.values_list("status", "outcome").get(pk=review_id)


def heading(response):
    return response.content.decode().partition("<h1>")[2].partition("</h1>")[0]


def test_the_page_shows_what_must_be_confirmed_escaped(browser):
    _, [page] = released()
    response = look(browser, page)
    text = response.content.decode()
    assert (response.status_code, heading(response)) == (200, "Can you confirm this?")
    assert '<p class="crumb">Approve refund of 120</p>' in text
    assert "<p>Jane Smith lives at &lt;b&gt;14 Alder Row&lt;/b&gt;.</p>" in text
    assert "Monday, 9 March 2026, 09:00 UTC" in text
    assert "no-store" in response.headers["Cache-Control"]


def test_opening_the_page_decides_nothing(browser):
    review_id, [page] = released()
    events = Event.objects.count()
    for _ in range(3):
        look(browser, page)
    with at(after(UNDO_WINDOW + 60)):
        assert browser.head(page).status_code == 200
    assert outcome(review_id) == ("conditional", "")
    assert Event.objects.count() == events


def test_the_page_needs_no_script_and_no_cookie(browser):
    _, [page] = released()
    response = look(browser, page)
    assert "<script" not in response.content.decode()
    assert "style=" not in response.content.decode()
    assert dict(response.cookies) == {}


def test_a_yes_releases_the_approval(browser):
    review_id, [page] = released()
    response = answer(browser, page)
    assert (response.status_code, heading(response)) == (200, "Thank you")
    assert "You said yes" in response.content.decode()
    assert outcome(review_id) == ("closed", "approved")


def test_a_no_fails_the_condition(browser):
    review_id, [page] = released()
    response = answer(browser, page, "deny")
    assert (response.status_code, heading(response)) == (200, "Thank you")
    assert "You said no" in response.content.decode()
    assert outcome(review_id) == ("closed", "condition_failed")


def test_with_two_conditions_the_second_yes_releases(browser):
    review_id, pages = released(TERMS, TERMS)
    answer(browser, pages[0])
    assert outcome(review_id) == ("conditional", "")
    answer(browser, pages[1])
    assert outcome(review_id) == ("closed", "approved")


@pytest.mark.parametrize("value", ["", "maybe"])
def test_any_other_answer_asks_again(browser, value):
    review_id, [page] = released()
    response = answer(browser, page, value)
    assert response.status_code == 422
    assert "Please choose one of the two answers." in response.content.decode()
    assert outcome(review_id) == ("conditional", "")


@pytest.mark.parametrize("value", ["confirm", "deny"])
def test_a_used_link_is_not_valid_any_more(browser, value):
    review_id, [page] = released()
    answer(browser, page)
    for response in (look(browser, page), answer(browser, page, value)):
        assert (response.status_code, heading(response)) == (404, "This link is not valid")
    assert outcome(review_id) == ("closed", "approved")


@pytest.mark.parametrize("secret", ["unknown", "x" * 500, "%00"])
def test_an_unknown_link_is_not_valid(browser, secret):
    page = f"/conditions/{secret}/"
    for response in (look(browser, page), answer(browser, page)):
        assert (response.status_code, heading(response)) == (404, "This link is not valid")


def test_the_link_of_a_failed_sibling_is_not_valid(browser):
    _, pages = released(TERMS, TERMS)
    answer(browser, pages[0], "deny")
    assert look(browser, pages[1]).status_code == 404


def test_the_link_of_a_cancelled_review_is_not_valid(browser):
    review_id, [page] = released()
    key = Review.objects.select_related("key").get(pk=review_id).key
    with at(after(UNDO_WINDOW + 1)):
        cancellations.cancel(review_id, actor=key.actor())
    assert look(browser, page).status_code == 404


def test_while_the_verdict_can_be_undone_the_question_is_not_open(browser):
    review_id, [page] = bound()
    shown, answered = look(browser, page, 1), answer(browser, page, seconds=2)
    assert (shown.status_code, heading(shown)) == (200, "Not open yet")
    assert (answered.status_code, heading(answered)) == (409, "Not open yet")
    assert outcome(review_id) == ("held", "")


def test_the_first_look_after_the_undo_window_opens_the_question(browser):
    review_id, [page] = bound()
    assert heading(look(browser, page, UNDO_WINDOW)) == "Can you confirm this?"
    assert outcome(review_id) == ("conditional", "")


def test_after_the_deadline_it_is_too_late_for_a_look_and_for_an_answer(browser):
    review_id, [page] = released()
    shown = look(browser, page, UNDO_WINDOW + WEEK)
    answered = answer(browser, page, seconds=UNDO_WINDOW + WEEK + 1)
    for response in (shown, answered):
        assert (response.status_code, heading(response)) == (410, "Time is up")
    assert outcome(review_id) == ("closed", "condition_failed")


def test_a_late_answer_that_comes_before_the_sweep_is_too_late_all_the_same(browser):
    review_id, [page] = released()
    response = answer(browser, page, seconds=UNDO_WINDOW + WEEK)
    assert (response.status_code, heading(response)) == (410, "Time is up")
    assert Condition.objects.get(review=review_id).status == "expired"


def test_the_page_knows_three_methods(browser):
    assert browser.put("/conditions/x/").status_code == 405
