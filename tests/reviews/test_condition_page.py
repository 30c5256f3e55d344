"""The page on which an outside person confirms or denies a condition."""

import pytest
from django.test import Client

from gates.models import Event
from reviews.models import Condition, Review
from reviews.transitions import cancellations
from tests.factories import UNDO_WINDOW, after, at
from tests.reviews.asking import TERMS, WEEK, answer, bound, look, released

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor():
    """A browser that brings no cookie and whose forms are checked like anybody's."""
    return Client(enforce_csrf_checks=True)


def text_of(response):
    return " ".join(response.content.decode().split())


def outcome(review_id):
    return Review.objects.values_list("status", "outcome").get(pk=review_id)


def heading(response):
    return response.content.decode().partition("<h1>")[2].partition("</h1>")[0]


def test_the_page_shows_what_must_be_confirmed_escaped(visitor):
    _, [page] = released()
    response = look(visitor, page)
    text = response.content.decode()
    assert (response.status_code, heading(response)) == (200, "Can you confirm this?")
    assert "<p>Jane Smith lives at &lt;b&gt;14 Alder Row&lt;/b&gt;.</p>" in text


def test_a_sign_that_does_not_show_is_spelt_out(visitor):
    _, [page] = released(TERMS | {"text": "14\u202e Alder Row"})
    assert "<p>14\\u202e Alder Row</p>" in look(visitor, page).content.decode()


def test_it_says_by_when_in_day_time_zone_and_time_left(visitor):
    _, [page] = released()
    text = look(visitor, page, UNDO_WINDOW + WEEK - 86_400 - 3 * 3600).content.decode()
    when = '<time datetime="2026-03-09T09:00:10+00:00">Monday, March 9, 2026, 9 a.m. UTC</time>'
    assert when in text
    assert "(1\xa0day, 3\xa0hours left)" in text


def test_the_ring_is_as_full_as_time_is_left(visitor):
    _, [page] = released()
    assert (
        'stroke-dasharray="25 100"'
        in look(visitor, page, UNDO_WINDOW + WEEK * 0.75).content.decode()
    )


def test_the_page_keeps_what_is_for_reviewers_from_him(visitor):
    review_id, [page] = released()
    review = Review.objects.get(pk=review_id)
    text = look(visitor, page).content.decode()
    private = (review.title, review.gate.slug, "A-17", "120", str(review.pk), "ann")
    assert [word for word in private if word in text] == []


def test_the_page_says_who_asks(visitor):
    _, [page] = released(owner="support_leads")
    text = text_of(look(visitor, page))
    assert "<title> Your confirmation · Support leads </title>" in text
    assert "Support leads asks you one thing." in text


def test_where_no_team_owns_the_gate_the_site_asks(visitor):
    _, [page] = released()
    text = text_of(look(visitor, page))
    assert "<title> Your confirmation · Gatehouse </title>" in text


def test_the_two_answers_say_what_they_do_and_neither_is_favoured(visitor):
    _, [page] = released()
    text = text_of(look(visitor, page))
    assert "<b>Yes, I confirm</b> <span> It goes ahead </span>" in text
    assert "<b>No</b> <span>It does not go ahead</span>" in text
    assert text.count('<button class="answer" name="answer"') == 2
    assert "autofocus" not in text


def test_one_of_two_who_are_asked_knows_that_the_other_is(visitor):
    _, pages = released(TERMS, TERMS)
    assert "once the others who are asked confirm too" in look(visitor, pages[0]).content.decode()
    answer(visitor, pages[0])
    assert "once the others who are asked" not in look(visitor, pages[1]).content.decode()


@pytest.mark.parametrize("secret", ["", "unknown"])
def test_the_address_is_kept_from_caches_other_sites_and_indexes(visitor, secret):
    _, [page] = released()
    response = look(visitor, f"/conditions/{secret}/" if secret else page)
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert "no-store" in response.headers["Cache-Control"]


def test_opening_the_page_decides_nothing(visitor):
    review_id, [page] = released()
    events = Event.objects.count()
    for _ in range(3):
        look(visitor, page)
    with at(after(UNDO_WINDOW + 60)):
        assert visitor.head(page).status_code == 200
    assert outcome(review_id) == ("conditional", "")
    assert Event.objects.count() == events


def test_the_page_needs_no_script_and_no_cookie(visitor):
    _, [page] = released()
    response = look(visitor, page)
    assert "<script" not in response.content.decode()
    assert "style=" not in response.content.decode()
    assert dict(response.cookies) == {}


def test_a_yes_releases_the_approval(visitor):
    review_id, [page] = released()
    response = answer(visitor, page)
    assert (response.status_code, heading(response)) == (200, "Thank you")
    assert "You said yes, and it goes ahead." in response.content.decode()
    assert outcome(review_id) == ("closed", "approved")


def test_a_no_fails_the_condition(visitor):
    review_id, [page] = released()
    response = answer(visitor, page, "deny")
    assert (response.status_code, heading(response)) == (200, "Thank you")
    assert "You said no" in response.content.decode()
    assert outcome(review_id) == ("closed", "condition_failed")


def test_with_two_conditions_the_second_yes_releases(visitor):
    review_id, pages = released(TERMS, TERMS)
    first = answer(visitor, pages[0]).content.decode()
    assert "You said yes. It goes ahead once the others who are asked confirm too." in first
    assert outcome(review_id) == ("conditional", "")
    answer(visitor, pages[1])
    assert outcome(review_id) == ("closed", "approved")


@pytest.mark.parametrize("value", ["", "maybe"])
def test_any_other_answer_asks_again(visitor, value):
    review_id, [page] = released()
    response = answer(visitor, page, value)
    assert response.status_code == 422
    assert "Please choose one of the two answers." in response.content.decode()
    assert outcome(review_id) == ("conditional", "")


@pytest.mark.parametrize("value", ["confirm", "deny"])
def test_a_used_link_is_not_valid_any_more(visitor, value):
    review_id, [page] = released()
    answer(visitor, page)
    for response in (look(visitor, page), answer(visitor, page, value)):
        assert (response.status_code, heading(response)) == (404, "This link is not valid")
    assert outcome(review_id) == ("closed", "approved")


@pytest.mark.parametrize("secret", ["unknown", "x" * 500, "%00"])
def test_an_unknown_link_is_not_valid(visitor, secret):
    page = f"/conditions/{secret}/"
    for response in (look(visitor, page), answer(visitor, page)):
        assert (response.status_code, heading(response)) == (404, "This link is not valid")


def test_the_link_of_a_failed_sibling_is_not_valid(visitor):
    _, pages = released(TERMS, TERMS)
    answer(visitor, pages[0], "deny")
    assert look(visitor, pages[1]).status_code == 404


def test_the_link_of_a_cancelled_review_is_not_valid(visitor):
    review_id, [page] = released()
    key = Review.objects.select_related("key").get(pk=review_id).key
    with at(after(UNDO_WINDOW + 1)):
        cancellations.cancel(review_id, actor=key.actor())
    assert look(visitor, page).status_code == 404


def test_while_the_verdict_can_be_undone_the_question_is_not_open(visitor):
    review_id, [page] = bound()
    shown, answered = look(visitor, page, 1), answer(visitor, page, seconds=2)
    assert (shown.status_code, heading(shown)) == (200, "Not open yet")
    assert (answered.status_code, heading(answered)) == (409, "Not open yet")
    assert outcome(review_id) == ("held", "")


def test_the_first_look_after_the_undo_window_opens_the_question(visitor):
    review_id, [page] = bound()
    assert heading(look(visitor, page, UNDO_WINDOW)) == "Can you confirm this?"
    assert outcome(review_id) == ("conditional", "")


def test_after_the_deadline_it_is_too_late_for_a_look_and_for_an_answer(visitor):
    review_id, [page] = released()
    shown = look(visitor, page, UNDO_WINDOW + WEEK)
    answered = answer(visitor, page, seconds=UNDO_WINDOW + WEEK + 1)
    for response in (shown, answered):
        assert (response.status_code, heading(response)) == (410, "Time is up")
    assert outcome(review_id) == ("closed", "condition_failed")


def test_a_late_answer_that_comes_before_the_sweep_is_too_late_all_the_same(visitor):
    review_id, [page] = released()
    response = answer(visitor, page, seconds=UNDO_WINDOW + WEEK)
    assert (response.status_code, heading(response)) == (410, "Time is up")
    assert Condition.objects.get(review=review_id).status == "expired"


def test_the_page_knows_three_methods(visitor):
    assert visitor.put("/conditions/x/").status_code == 405
