"""The outside person's page: shown on a phone, answered once."""

import pytest
from playwright.sync_api import expect

from reviews.models import Condition
from tests.e2e.rooms import now, settled
from tests.e2e.visitor import PHONE, WITHOUT_SCRIPT
from tests.factories import decide

WAYS = {"phone": PHONE, "phone_without_script": PHONE | WITHOUT_SCRIPT}
every_way = pytest.mark.parametrize("way", WAYS)


def link_of(ann, review):
    """Ann approves if the customer confirms, and is shown the link this once."""
    ann.open(review, "approve_if")
    ann.panel.get_by_label("The customer confirms the address").check()
    ann.commit()
    ann.is_told("It is shown this once.")
    return ann.page.locator("section.once input").input_value()


@every_way
def test_a_yes_on_a_phone_releases_what_waited_for_it(room, visit, way):
    here = room()
    review = here.submit()
    link = link_of(visit(here.ann), review)
    settled(review, "conditional")
    outside = visit(**WAYS[way])
    outside.page.goto(link)
    expect(outside.page.get_by_text("The customer confirms the address")).to_be_visible()
    assert now(review).status == "conditional"
    outside.page.get_by_role("button", name="Yes, I confirm").tap()
    expect(outside.page.get_by_text("You said yes, and it goes ahead.")).to_be_visible()
    assert settled(review).outcome == "approved"
    outside.page.goto(link)
    expect(outside.page.get_by_role("heading")).to_have_text("This link is not valid")


def test_a_no_on_a_phone_fails_what_waited_for_it(room, visit):
    here = room()
    review = here.submit()
    link = link_of(visit(here.ann), review)
    settled(review, "conditional")
    outside = visit(**PHONE)
    outside.page.goto(link)
    outside.page.get_by_role("button", name="No").tap()
    expect(outside.page.get_by_text("You said no, so it does not go ahead.")).to_be_visible()
    assert settled(review).outcome == "condition_failed"


def test_who_comes_before_the_verdict_is_released_is_asked_to_wait(room, visit):
    here = room(undo_window=60)
    link = link_of(visit(here.ann), here.submit())
    outside = visit(**PHONE)
    outside.page.goto(link)
    expect(outside.page.get_by_role("heading")).to_have_text("Not open yet")


def test_a_member_of_the_team_says_that_a_condition_holds(room, visit):
    here = room()
    review = here.submit()
    terms = {"text": "The invoice was checked", "confirms": "reviewer"}
    decide(review, here.ann, "approve_if", conditions=(terms,))
    settled(review, "conditional")
    ben = visit(here.ben)
    ben.open(review)
    ben.page.get_by_role("button", name="It is met", exact=True).click()
    ben.is_told("Your answer is recorded.")
    assert settled(review).outcome == "approved"
    assert Condition.objects.get(review=review).status == "met"
