"""The queue of a team: its lists, its filters, its pages, and what is opened of it."""

import pytest

from gates.policy import Step
from reviews.models import Review
from reviews.queries.lists import SIZE
from reviews.transitions import leases
from tests.factories import (
    LEASE,
    ONE_LEVEL,
    PROPOSAL,
    after,
    at,
    decide,
    desk,
    gate,
    key,
    permit,
    person,
    submit,
    team,
    user,
)
from tests.reviews.views.visiting import browser, page, rows, script, stored, text_of, where

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

QUEUE = "/queues/support_team/"
NOBODYS = "019caa00-0000-7000-8000-000000000000"


def listed(reader, **query):
    return rows(browser(reader).get(QUEUE, query))


def elsewhere():
    vault = gate(**(ONE_LEVEL | {"slug": "vault", "steps": (Step("vault_team", 300),)}))
    return submit(vault, key(vault, name="vault"))


def test_a_stranger_is_asked_to_sign_in(client):
    team()
    assert where(client.get(QUEUE)) == (302, f"/login/?next={QUEUE}")
    assert where(client.post(f"{QUEUE}next/")) == (302, f"/login/?next={QUEUE}next/")


def test_methods_are_what_they_are_for():
    ann = browser(desk().reviewer)
    assert ann.post(QUEUE).status_code == 405
    assert ann.get(f"{QUEUE}next/").status_code == 405


def test_only_who_belongs_to_the_team_or_sees_all_finds_its_queue():
    at_desk = desk()
    auditor = permit(user("auditor"), "reviews.view_all_reviews")
    readers = (at_desk.reviewer, at_desk.lead, at_desk.stranger, auditor)
    assert [browser(reader).get(QUEUE).status_code for reader in readers] == [200, 404, 404, 200]
    assert browser(at_desk.stranger).post(f"{QUEUE}next/").status_code == 404
    assert browser(at_desk.reviewer).get("/queues/nowhere/").status_code == 404


def test_each_tab_lists_its_own():
    at_desk = desk()
    free, mine, theirs = at_desk.submit(), at_desk.submit(), at_desk.submit()
    leases.claim(mine.pk, actor=person(at_desk.reviewer))
    leases.claim(theirs.pk, actor=person(at_desk.colleague))
    closed = at_desk.review_in("closed_by_human")
    ids = [row.pk for row in (free, mine, theirs)]
    with at(after(20)):
        assert listed(at_desk.reviewer, tab="available") == ids[:2]
        assert listed(at_desk.reviewer, tab="mine") == [mine.pk]
        assert listed(at_desk.reviewer, tab="all") == ids
        assert listed(at_desk.reviewer, tab="done") == [closed.pk]
        assert listed(at_desk.reviewer, tab="nonsense") == ids
        assert listed(at_desk.reviewer) == ids
    with at(after(86_400)):
        assert listed(at_desk.reviewer, tab="done") == []


def test_the_team_lists_no_review_of_another_nor_what_went_up():
    at_desk = desk()
    elsewhere()
    review = at_desk.submit()
    with at(after(300)):
        browser(at_desk.reviewer).get(page(review))
        assert listed(at_desk.reviewer) == []
        assert rows(browser(at_desk.lead).get("/queues/support_leads/")) == [review.pk]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"gate": "refund"}, [0, 1]),
        ({"gate": "vault"}, [0, 1]),  # no gate of this team: not a choice, so no filter
        ({"priority": "high"}, [0, 1]),
        ({"priority": "low"}, []),
        ({"priority": "9"}, [0, 1]),
        ({"due": "over"}, []),
        ({"due": "hour"}, [0, 1]),
        ({"due": "never"}, [0, 1]),
        ({"advice": "reject"}, [1]),
        ({"advice": "\0"}, [0, 1]),
    ],
)
def test_filters_narrow_and_bad_values_do_not(query, found):
    at_desk = desk()
    elsewhere()
    ids = [at_desk.submit().pk, at_desk.submit(recommendation="reject").pk]
    response = browser(at_desk.reviewer).get(QUEUE, query)
    assert (response.status_code, rows(response)) == (200, [ids[item] for item in found])


def test_a_bad_filter_is_named():
    response = browser(desk().reviewer).get(QUEUE, {"priority": "9"})
    assert "Select a valid choice. 9 is not one of the available choices." in text_of(response)


def pages(reader, **query):
    """The ids on each page, from the first to the last."""
    client, found = browser(reader), []
    while True:
        response = client.get(QUEUE, query)
        found.append(rows(response))
        if response.context["page"].after is None:
            return found
        query["after"] = str(response.context["page"].after)


def test_sixty_rows_are_read_page_by_page_without_a_gap_or_a_double():
    at_desk = desk()
    for number in range(60):
        with at(after(number // 7)):  # several of each deadline
            submitted = at_desk.submit({**PROPOSAL, "order": f"A-{number}"})
        Review.objects.filter(pk=submitted.pk).update(priority=number % 3)
    order = Review.objects.in_queue_order().values_list("pk", flat=True)
    found = pages(at_desk.reviewer)
    assert [len(ids) for ids in found] == [SIZE, SIZE, 10]
    assert [row for ids in found for row in ids] == list(order)


def test_what_is_done_is_read_page_by_page_too():
    at_desk = desk(undo_window=0)
    for number in range(60):
        with at(after(number // 7)):
            decide(at_desk.submit(), at_desk.reviewer)
    order = Review.objects.order_by("-closed_at", "-id").values_list("pk", flat=True)
    found = pages(at_desk.reviewer, tab="done")
    assert [row for ids in found for row in ids] == list(order)


@pytest.mark.parametrize(
    "after_what",
    [
        "rubbish",
        "~~",
        "1~2026-03-02~x",
        f"1~2026-03-02T09:00:00~{NOBODYS}",
        f"{'9' * 5000}~2026-03-02T09:00:00Z~{NOBODYS}",
        f"1~9999-12-31T23:59:59-12:00~{NOBODYS}",
        f"1~0001-01-01T00:00:00+12:00~{NOBODYS}",
    ],
)
def test_a_place_that_is_none_is_the_beginning(after_what):
    at_desk = desk()
    review = at_desk.submit()
    assert listed(at_desk.reviewer, after=after_what) == [review.pk]


@pytest.mark.parametrize("priority", ["99999999999999999999", "-99999999999999999999"])
def test_a_place_beyond_all_priorities_is_no_error(priority):
    at_desk = desk()
    at_desk.submit()
    response = browser(at_desk.reviewer).get(
        QUEUE, {"after": f"{priority}~2026-03-02T09:00:00+00:00~{NOBODYS}"}
    )
    assert response.status_code == 200


def test_a_review_opens_beside_the_list_and_alone_for_a_script():
    at_desk = desk()
    review = at_desk.submit()
    query = {"review": str(review.pk)}
    whole = browser(at_desk.reviewer).get(QUEUE, query)
    part = browser(at_desk.reviewer).get(QUEUE, query, headers=script("main"))
    bar = browser(at_desk.reviewer).get(QUEUE, query, headers=script("bar"))
    assert whole.context["case"].review == part.context["case"].review == review
    starts = [text_of(response)[:15] for response in (whole, part, bar)]
    assert starts == ["<!DOCTYPE html>", '<main class="ca', "<section class="]
    assert whole["Vary"] == part["Vary"] == "HX-Request, Cookie, Accept-Language"


@pytest.mark.parametrize("wanted", ["rubbish", NOBODYS])
def test_what_is_no_review_is_not_found(wanted):
    response = browser(desk().reviewer).get(QUEUE, {"review": wanted})
    assert response.status_code == 404


def test_a_review_of_another_team_is_not_found():
    at_desk = desk()
    response = browser(at_desk.reviewer).get(QUEUE, {"review": elsewhere().pk})
    assert response.status_code == 404


def test_claim_next_takes_the_most_urgent_first():
    at_desk = desk()
    first, second = at_desk.submit(), at_desk.submit()
    Review.objects.filter(pk=second.pk).update(priority=3)
    ann = browser(at_desk.reviewer)
    assert where(ann.post(f"{QUEUE}next/")) == (302, f"{QUEUE}?review={second.pk}")
    assert stored(second).assignment.reviewer == at_desk.reviewer
    assert stored(first).assignment.reviewer is None


def test_claim_next_passes_over_what_a_colleague_holds():
    at_desk = desk()
    first, second = at_desk.submit(), at_desk.submit()
    leases.claim(first.pk, actor=person(at_desk.colleague))
    ann = browser(at_desk.reviewer)
    assert where(ann.post(f"{QUEUE}next/")) == (302, f"{QUEUE}?review={second.pk}")


def test_claim_next_goes_on_to_the_second_when_the_first_ran_out_meanwhile():
    """The list shows it as waiting; the transition, which asks the clock, refuses it."""
    at_desk = desk(**ONE_LEVEL, lease=LEASE)
    first = at_desk.submit()
    with at(after(300)):
        second = at_desk.submit()
        found = browser(at_desk.reviewer).post(f"{QUEUE}next/")
    assert where(found) == (302, f"{QUEUE}?review={second.pk}")
    assert Review.objects.get(pk=first.pk).outcome == "rejected"


def test_claim_next_says_when_there_is_nothing():
    at_desk = desk()
    response = browser(at_desk.reviewer).post(f"{QUEUE}next/", follow=True)
    assert response.redirect_chain == [(QUEUE, 302)]
    assert "Nothing is waiting for you here." in text_of(response)
