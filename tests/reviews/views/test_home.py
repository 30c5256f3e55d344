"""Where a person begins: what he holds, what he began, what waits in his queues."""

import pytest

from gates.models import Membership
from reviews.models import Draft
from reviews.transitions import drafts, leases
from tests.factories import after, at, desk, person, team
from tests.reviews.views.visiting import browser, text_of, where

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]


def home(reader):
    return browser(reader).get("/")


def test_a_stranger_is_asked_to_sign_in(client):
    assert where(client.get("/")) == (302, "/login/?next=/")


def test_nothing_is_sent_to_it():
    assert browser(desk().reviewer).post("/").status_code == 405


def test_who_belongs_to_no_team_is_told_so():
    response = home(desk().stranger)
    assert (response.status_code, response.context["cards"]) == (200, [])
    assert "You belong to no team yet" in text_of(response)


def test_each_queue_of_the_person_has_its_numbers():
    at_desk = desk()
    first, second = at_desk.submit(), at_desk.submit()
    leases.claim(second.pk, actor=person(at_desk.colleague))
    team("empty", at_desk.reviewer)
    cards = home(at_desk.reviewer).context["cards"]
    told = [(card.team.slug, card.waiting, card.soon, card.working, card.next) for card in cards]
    assert told == [("empty", 0, 0, 0, None), ("support_team", 2, 2, 1, first)]


def test_what_the_person_holds_shows_while_the_lease_runs():
    at_desk = desk(lease=60)
    review = at_desk.submit()
    leases.claim(review.pk, actor=person(at_desk.reviewer))
    assert home(at_desk.reviewer).context["held"] == [review]
    assert home(at_desk.colleague).context["held"] == []
    with at(after(60)):
        assert home(at_desk.reviewer).context["held"] == []


def test_what_the_person_decided_shows_while_it_may_be_undone():
    at_desk = desk()
    review = at_desk.review_in("held")
    assert home(at_desk.reviewer).context["undoable"] == [review]
    assert home(at_desk.colleague).context["undoable"] == []
    with at(after(10)):
        assert home(at_desk.reviewer).context["undoable"] == []


def test_what_is_begun_and_not_sent_shows_to_its_author():
    at_desk = desk()
    review = at_desk.submit()
    drafts.keep(review.pk, at_desk.reviewer.pk, "reject", {"note": ["Well"]})
    found = home(at_desk.reviewer)
    assert found.context["drafts"] == [Draft.objects.get()]
    assert f'href="/reviews/{review.pk}/?verdict=reject"' in text_of(found)
    assert home(at_desk.colleague).context["drafts"] == []


def test_who_left_the_team_is_told_nothing_of_its_reviews_any_more():
    at_desk = desk()
    review, held = at_desk.submit(), at_desk.review_in("held")
    drafts.keep(review.pk, at_desk.reviewer.pk, "reject", {"note": ["Well"]})
    Membership.objects.filter(user=at_desk.reviewer).delete()
    response = home(at_desk.reviewer)
    assert [response.context[name] for name in ("drafts", "undoable", "held", "cards")] == [[]] * 4
    assert held.title not in text_of(response)


def test_a_page_is_for_its_reader_only():
    response = home(desk().reviewer)
    assert response["Cache-Control"] == "no-store"
    assert response["Vary"] == "HX-Request, Cookie, Accept-Language"
