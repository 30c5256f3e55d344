"""Reassign, change priority, cancel and release in the admin, and what a batch leaves behind."""

import pytest
from django.urls import reverse

from gates.policy import Batch
from reviews.admin import forms
from reviews.models import Review
from reviews.transitions import leases
from tests.admins import shown, signed_in
from tests.factories import LEASE, after, desk, person, team, user
from tests.reviews.pressing import (
    MOVE,
    QUEUE,
    RESULT,
    became,
    choose,
    confirm,
    press,
    refused,
    told,
)
from tests.traces import last_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]


def now(review):
    return Review.objects.get(pk=review.pk)


def text_of(response):
    return response.content.decode()


@pytest.fixture
def office():
    found = desk(batch=Batch("true", 10), owner="owners")
    team("support_team", lead=user("tess"))
    team("owners", lead=user("boss"))
    return found


@pytest.fixture
def lead(office):
    return signed_in("tess")


@pytest.fixture
def owner(office):
    return signed_in("boss")


# --- reassign ------------------------------------------------------------------------------------


def test_a_lead_gives_reviews_to_a_member_of_the_team(lead, office):
    chosen = [office.submit(), office.submit()]
    confirm(lead, "assign", *chosen, username="ben")
    held = {(it.assignment.reviewer, it.assignment.lease_until) for it in map(now, chosen)}
    assert held == {(office.colleague, after(LEASE))}


def test_active_members_of_the_teams_are_to_choose_from_and_none_is_chosen(lead, office):
    user("zoe", is_active=False)
    team("support_team", user("zoe"))
    form = choose(lead, "assign", office.submit(), office.submit()).context["form"]
    assert form.fields["username"].choices == [
        ("", "---------"),
        ("ann", "ann (ann, Support team)"),
        ("ben", "ben (ben, Support team)"),
        ("tess", "tess (tess, Support team)"),
    ]
    assert " selected" not in str(form["username"]).replace('<option value="" selected>', "")


def test_where_there_are_too_many_members_a_name_is_typed(lead, office, monkeypatch):
    monkeypatch.setattr(forms, "MOST_MEMBERS", 2)
    review = office.submit()
    assert '<input type="text" name="username"' in text_of(press(lead, "assign", review))
    confirm(lead, "assign", review, username="ann")
    assert now(review).assignment.reviewer == office.reviewer


def test_a_name_that_is_no_member_comes_back_with_the_reason(lead, office, monkeypatch):
    monkeypatch.setattr(forms, "MOST_MEMBERS", 2)
    response = confirm(lead, "assign", office.submit(), username="sid")
    assert response.status_code == 422
    assert refused(response) == [
        "“Approve refund of 120”: “sid” is no member of Support team. (not_eligible)"
    ]
    assert 'value="sid"' in text_of(response)


def test_somebody_has_to_be_chosen(lead, office):
    response = confirm(lead, "assign", office.submit())
    assert response.status_code == 422
    assert response.context["form"].errors == {"username": ["Choose who gets it."]}


def test_a_member_may_not_reassign(office):
    review = office.submit()
    response = confirm(signed_in("ann"), "assign", review, username="ben")
    assert (response.status_code, now(review).assignment.reviewer) == (403, None)


# --- priority ------------------------------------------------------------------------------------


def test_priorities_are_changed_with_an_answer_for_each(lead, office):
    same, other = office.submit(), desk(slug="slow", priority="low").submit()
    confirm(lead, "prioritise", same, other, priority="high")
    assert became(lead) == {same.pk: "unchanged", other.pk: ""}
    assert last_event(other) == ("prioritised", "user:tess", {"old": "low", "new": "high"})


def test_no_priority_is_preselected_and_one_is_needed(lead, office):
    review = office.submit()
    assert "checked" not in text_of(press(lead, "prioritise", review))
    response = confirm(lead, "prioritise", review)
    assert response.status_code == 422
    assert response.context["form"].errors == {"priority": ["Choose a priority."]}


# --- cancel --------------------------------------------------------------------------------------


def test_a_lead_of_the_owner_cancels_with_a_code(owner, office):
    waiting, held = office.submit(), office.review_in("held")
    confirm(owner, "cancel", waiting, held, code="duplicate")
    data = {"outcome": "cancelled", "code": "duplicate"}
    assert [last_event(it) for it in (waiting, held)] == [("cancelled", "user:boss", data)] * 2


def test_why_has_to_be_said(owner, office):
    review = office.submit()
    response = confirm(owner, "cancel", review)
    assert (response.status_code, now(review).status) == (422, "pending")
    assert response.context["form"].errors == {"code": ["Say why."]}


def test_a_member_may_not_cancel(office):
    review = office.submit()
    response = confirm(signed_in("ann"), "cancel", review, code="mistake")
    assert (response.status_code, now(review).status) == (403, "pending")


# --- release -------------------------------------------------------------------------------------


def test_what_one_holds_is_released_at_once(office):
    ann = signed_in("ann")
    mine, free = office.submit(), office.submit()
    leases.claim(mine.pk, actor=person(office.reviewer))
    assert choose(ann, "release", mine, free).url == RESULT
    assert became(ann) == {free.pk: "held_by_other", mine.pk: ""}
    assert now(mine).assignment.reviewer is None


# --- what will happen, said before ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("move", "sentence"),
    [
        ("approve", "Can be undone for 10 seconds."),
        ("reject", "Can be undone for 10 seconds."),
        ("escalate", "Goes to Support leads, who get 15 minutes."),
        ("assign", "Held by ben now."),
        ("prioritise", "The priority is high now."),
        ("cancel", "Closed as cancelled."),
    ],
)
def test_the_page_that_asks_says_what_will_happen(lead, office, move, sentence):
    review = office.submit()
    leases.claim(review.pk, actor=person(office.colleague))
    assert [said for _review, said in press(lead, move, review).context["rows"]] == [sentence]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"approvals": 2}, "One vote; 2 must agree."),
        ({"undo_window": 0}, "Takes effect at once."),
    ],
)
def test_what_a_verdict_does_depends_on_the_gate(lead, settings, sentence):
    review = desk(slug="other", **settings).submit()
    assert press(lead, "approve", review).context["rows"] == [(review, sentence)]


def test_what_cannot_go_up_or_has_no_holder_says_so(lead, office):
    flat = desk(
        slug="flat", steps=office.policy.steps[:1], timeout_action="reject", final_action=""
    )
    review = flat.submit()
    said = press(lead, "escalate", review).context["rows"][0][1]
    assert said == "There is nobody above this level."
    assert press(lead, "assign", review).context["rows"][0][1] == "Nobody holds it now."


def test_a_verdict_that_a_cancellation_drops_is_mentioned(owner, office):
    said = press(owner, "cancel", office.review_in("held")).context["rows"][0][1]
    assert said == "Closed as cancelled; the verdict that is there never takes effect."


def test_an_error_stands_at_its_field_and_is_tied_to_it(lead, office):
    page = text_of(confirm(lead, "assign", office.submit()))
    assert '<ul class="errorlist" id="id_username_error">' in page
    assert 'aria-invalid="true" aria-describedby="id_username_error"' in page
    assert '<a href="#id_username">Reviewer: Choose who gets it.</a>' in page


# --- the page of results -------------------------------------------------------------------------


def refused_batch(client, office):
    """One that worked and one that another person holds."""
    free, taken = office.submit(), office.submit()
    leases.claim(taken.pk, actor=person(office.colleague))
    choose(client, "claim", free, taken)
    return free, taken


def test_the_result_may_be_read_again_and_does_nothing(lead, office):
    free, taken = refused_batch(lead, office)
    first, again = became(lead), became(lead)
    assert first == again == {taken.pk: "held_by_other", free.pk: ""}


def test_each_review_is_linked_with_what_became_of_it(lead, office):
    free, taken = refused_batch(lead, office)
    page = lead.get(RESULT)
    assert page.context["title"] == "Claimed"
    assert (page.context["made"], len(page.context["refused"])) == (1, 1)
    for review in (free, taken):
        assert reverse("admin:reviews_review_change", args=[review.pk]) in text_of(page)
    assert "Another person is working on this. (held_by_other)" in text_of(page)


def test_the_refused_ones_can_be_chosen_again_and_none_is_preselected(lead, office):
    _free, taken = refused_batch(lead, office)
    page = text_of(lead.get(RESULT))
    assert page.count('type="checkbox"') == 1
    assert f'value="{shown(taken)[0]}"' in page
    assert "checked" not in page
    leases.release(taken.pk, actor=person(office.colleague))
    assert told(press(lead, "claim", taken))[0].startswith("Claimed: ")


def test_a_result_shows_nothing_that_the_person_may_not_see(lead, office):
    refused_batch(lead, office)
    user("tess").memberships.all().delete()
    assert became(lead) == {}


def test_without_a_batch_there_is_no_result(lead):
    response = lead.get(RESULT)
    assert (response.status_code, response.url) == (302, QUEUE)


def test_who_may_not_see_reviews_sees_no_result(client, office):
    ben = office.colleague
    ben.is_staff = True
    ben.save()
    client.force_login(ben)
    assert client.get(RESULT).status_code == 403


def test_the_filters_of_the_list_are_kept_by_the_result(lead, office):
    chosen = {"move": "claim", "shown": shown(office.submit(), office.submit())}
    response = lead.post(f"{MOVE}?_changelist_filters=priority%3D2", chosen)
    assert response.url == f"{RESULT}?_changelist_filters=priority%3D2"
    assert f'href="{QUEUE}?priority=2"' in text_of(lead.get(response.url))


@pytest.mark.parametrize("count", [2, 4])
def test_the_result_takes_as_many_queries_for_two_as_for_four(
    lead, office, count, django_assert_num_queries
):
    choose(lead, "claim", *[office.submit() for _number in range(count)])
    lead.get(RESULT)
    with django_assert_num_queries(6):
        assert len(lead.get(RESULT).context["lines"]) == count
