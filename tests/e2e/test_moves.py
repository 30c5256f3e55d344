"""The moves that are no verdicts, as people make them in the workspace."""

import pytest
from playwright.sync_api import expect

from reviews.models import Comment, Review
from reviews.transitions import leases
from tests.e2e.rooms import now
from tests.e2e.visitor import DESKTOP, PHONE, WITHOUT_SCRIPT
from tests.factories import person

WAYS = {"desktop": DESKTOP, "phone": PHONE, "no_script": WITHOUT_SCRIPT}
every_way = pytest.mark.parametrize("way", WAYS)


def holder(review):
    return now(review).assignment.reviewer


def press(visitor, name):
    visitor.page.locator(".case-head").get_by_role("button", name=name).click()


@every_way
def test_a_review_is_claimed_extended_and_given_back(room, visit, way):
    here = room()
    review = here.submit()
    ann = visit(here.ann, **WAYS[way])
    ann.open(review)
    press(ann, "Claim")
    ann.is_told("It is yours.")
    first = now(review).assignment.lease_until
    assert holder(review) == here.ann
    press(ann, "Extend")
    ann.is_told("Your time starts anew.")
    assert now(review).assignment.lease_until > first
    press(ann, "Release")
    ann.is_told("Given back to the team.")
    assert now(review).assignment.lease_until is None


def test_keys_claim_extend_and_give_back(room, visit):
    here = room()
    review = here.submit()
    ann = visit(here.ann)
    ann.open(review)
    for key, said in (("t", "yours"), (".", "anew"), ("Shift+T", "Given back")):
        ann.page.keyboard.press(key)
        ann.is_told(said)
    assert now(review).assignment.lease_until is None


@every_way
def test_claim_next_opens_the_most_urgent_review_that_is_free(room, visit, way):
    here = room()
    held, wanted, _later = (here.submit(f"A-{number}") for number in (1, 2, 3))
    leases.claim(held.pk, actor=person(here.ben))
    ann = visit(here.ann, **WAYS[way])
    ann.page.goto(f"/queues/{here.team.slug}/")
    ann.page.get_by_role("button", name="Claim next").click()
    expect(ann.page.get_by_role("heading", name="Refund for A-2")).to_be_visible()
    assert holder(wanted) == here.ann


def test_where_nothing_waits_claim_next_says_so(room, visit):
    here = room()
    ann = visit(here.ann)
    ann.page.goto(f"/queues/{here.team.slug}/")
    ann.page.keyboard.press("n")
    ann.is_told("Nothing is waiting for you here.")


@every_way
def test_a_question_stays_with_the_review(room, visit, way):
    here = room()
    review = here.submit()
    ann = visit(here.ann, **WAYS[way])
    ann.open(review)
    ann.page.locator(".others").get_by_role("link", name="Ask").click()
    ann.panel.get_by_label("What is missing?").fill("Is there a picture?")
    ann.commit()
    ann.is_told("The question is there for everybody to see.")
    expect(ann.page.locator(".rail blockquote")).to_have_text("Is there a picture?")
    assert now(review).assignment.question == "Is there a picture?"


@every_way
def test_who_passes_is_not_asked_again(room, visit, way):
    here = room()
    review = here.submit()
    ann = visit(here.ann, **WAYS[way])
    ann.page.goto(f"/queues/{here.team.slug}/?tab=available&review={review.pk}")
    ann.page.locator(".others").get_by_role("button", name="Pass").click()
    ann.is_told("Passed")
    expect(ann.page.get_by_text("Nothing is left for you to decide.")).to_be_visible()
    assert list(now(review).assignment.passed_by.all()) == [here.ann]


@every_way
def test_a_review_goes_up_when_somebody_escalates_it(room, visit, way):
    here = room()
    review = here.submit()
    ann = visit(here.ann, **WAYS[way])
    ann.open(review)
    ann.page.locator(".others").get_by_role("link", name="Escalate").click()
    ann.commit()
    ann.is_told("Escalated.")
    assert (now(review).level, now(review).team.slug) == (1, f"leads_{here.number}")


@every_way
def test_a_lead_assigns_a_review_to_a_member(room, visit, way):
    here = room()
    review = here.submit()
    lea = visit(here.lea, **WAYS[way])
    lea.open(review)
    lea.page.locator(".menu summary").click()
    lea.page.get_by_role("link", name="Assign to a colleague").click()
    lea.panel.get_by_label("To").select_option(here.ben.username)
    lea.commit()
    lea.is_told("Assigned.")
    assert holder(review) == here.ben


def test_a_lead_cancels_a_review(room, visit):
    here = room()
    review = here.submit()
    lea = visit(here.lea)
    lea.open(review)
    lea.page.locator(".menu summary").click()
    lea.page.get_by_role("link", name="Cancel the review").click()
    lea.panel.get_by_label("Code for the trail").fill("no_longer_needed")
    lea.commit()
    lea.is_told("Cancelled.")
    assert (now(review).status, now(review).outcome) == ("closed", "cancelled")


@every_way
def test_a_comment_is_there_for_the_others(room, visit, way):
    here = room()
    review = here.submit()
    ann, ben = visit(here.ann, **WAYS[way]), visit(here.ben)
    ann.open(review)
    ann.page.locator(".remark textarea").fill("I know this customer.")
    ann.page.get_by_role("button", name="Comment").click()
    ann.is_told("Comment added.")
    ben.open(review)
    expect(ben.page.locator(".remarks")).to_contain_text("I know this customer.")
    assert [row.author for row in Comment.objects.filter(review=review)] == [here.ann]


@every_way
def test_filters_and_tabs_leave_what_was_asked_for(room, visit, way):
    here = room()
    here.submit("A-1", recommendation="approve", confidence=0.6)
    here.submit("A-2", recommendation="reject", confidence=0.7)
    ann = visit(here.ann, **WAYS[way])
    ann.page.goto(f"/queues/{here.team.slug}/")
    titles = ann.page.locator("table.queue th a")
    expect(titles).to_have_text(["Refund for A-1", "Refund for A-2"])
    ann.page.locator(".filters summary").click()
    ann.page.get_by_label("The AI says").select_option("reject")
    ann.page.get_by_role("button", name="Show").click()
    expect(titles).to_have_text(["Refund for A-2"])
    ann.page.get_by_role("link", name="Clear").first.click()
    ann.page.get_by_role("link", name="Mine").click()
    expect(ann.page.get_by_text("You hold nothing here.")).to_be_visible()


def test_a_stranger_finds_nothing_at_a_reviews_address(room, visit):
    here = room()
    review = here.submit()
    sid = visit(here.sid)
    answer = sid.page.goto(f"/reviews/{review.pk}/")
    assert answer.status == 404
    expect(sid.page.get_by_role("heading")).to_have_text("There is nothing here")
    assert Review.objects.get(pk=review.pk).seen_at is None
