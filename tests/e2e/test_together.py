"""What happens while somebody types: a colleague is quicker, time runs out, the session ends."""

import pytest
from playwright.sync_api import expect

from gates import clock
from reviews.models import Draft, Review
from reviews.transitions import leases
from tests.e2e.rooms import now, settled
from tests.e2e.visitor import DESKTOP, PHONE, WITHOUT_SCRIPT
from tests.factories import PASSWORD, decide, person
from tests.processes import eventually

TEXT = "Seen the picture: the crack runs through the foot.\nRefund the lamp."
LONG = 60  # seconds to undo: nothing settles during a test
WAYS = {"desktop": DESKTOP, "phone": PHONE, "no_script": WITHOUT_SCRIPT}
every_way = pytest.mark.parametrize("way", WAYS)


def type_a_note(visitor, review, verdict="approve"):
    visitor.open(review)
    visitor.choose(verdict)
    visitor.panel.get_by_label("Note").fill(TEXT)


def still_has(visitor, text=TEXT):
    expect(visitor.panel.get_by_label("Note")).to_have_value(text)


def time_is_up(review):
    """Its deadline is now; the cluster sees to it."""
    moment = clock.now()
    Review.objects.filter(pk=review.pk).update(due_at=moment, wake_at=moment)


@every_way
def test_a_verdict_is_taken_back_within_its_window(room, visit, way):
    here = room(undo_window=LONG)
    review = here.submit()
    ann = visit(here.ann, **WAYS[way])
    type_a_note(ann, review)
    ann.commit()
    ann.is_told("approve")
    assert now(review).status == "held"
    ann.page.locator(".case-actions").get_by_role("button", name="Undo").click()
    ann.is_told("Taken back")
    assert (now(review).status, now(review).held_decision) == ("pending", None)


def test_a_letter_takes_the_last_verdict_back(room, visit):
    here = room(undo_window=LONG)
    review = here.submit()
    here.decided(review)
    ann = visit(here.ann)
    ann.page.goto("/")
    ann.page.keyboard.press("z")
    ann.is_told("Taken back")
    assert now(review).status == "pending"


def test_nobody_takes_a_colleagues_verdict_back(room, visit):
    here = room(undo_window=LONG)
    review = here.submit()
    here.decided(review)
    ben = visit(here.ben)
    ben.open(review)
    expect(ben.page.locator(".clocks")).to_contain_text("Approved")
    expect(ben.page.get_by_role("button", name="Undo")).to_have_count(0)


@every_way
def test_the_second_of_two_people_is_told_and_keeps_his_text(room, visit, way):
    here = room(undo_window=LONG)
    review = here.submit()
    ann, ben = visit(here.ann, **WAYS[way]), visit(here.ben)
    type_a_note(ann, review)
    ben.open(review, "reject")
    ben.panel.get_by_label("Looks like fraud").check()
    ben.commit()
    ben.is_told("reject")
    ann.commit()
    ann.is_told("Somebody was quicker.")
    still_has(ann)
    assert now(review).held_decision.reviewer_id == here.ben.pk
    assert Draft.objects.get(review=review, user=here.ann).fields["note"][0].splitlines() == (
        TEXT.splitlines()
    )


def test_who_meets_a_colleagues_lease_is_told_and_keeps_his_text(room, visit):
    here = room()
    review = here.submit()
    ann = visit(here.ann)
    type_a_note(ann, review)
    leases.claim(review.pk, actor=person(here.ben))
    ann.commit()
    ann.is_told("A colleague is working on this.")
    still_has(ann)
    leases.release(review.pk, actor=person(here.ben))
    ann.open(review, "approve")
    still_has(ann)
    ann.commit()
    assert settled(review).outcome == "approved"


@every_way
def test_time_runs_out_while_somebody_types(room, visit, way):
    here = room(levels=1)
    review = here.submit()
    ann = visit(here.ann, **WAYS[way])
    type_a_note(ann, review)
    time_is_up(review)
    assert settled(review).outcome == "rejected"
    ann.commit()
    ann.is_told("Time ran out before your answer.")
    ann.is_told("rejected")
    still_has(ann)


def test_the_review_goes_up_while_somebody_types(room, visit):
    here = room()
    review = here.submit()
    ann = visit(here.ann)
    type_a_note(ann, review)
    time_is_up(review)
    eventually(lambda: now(review).level == 1, "an escalation")
    ann.commit()
    ann.is_told("It went up to the next level.")
    still_has(ann)


@every_way
def test_a_session_that_ends_while_somebody_types_loses_nothing(room, visit, way):
    here = room()
    review = here.submit()
    ann = visit(here.ann, **WAYS[way])
    type_a_note(ann, review)
    ann.lose_session()
    ann.commit()
    ann.page.wait_for_url("**/login/**")
    expect(ann.page.get_by_text("What you typed is kept")).to_be_visible()
    ann.page.get_by_label("Username").fill(here.ann.username)
    ann.page.get_by_label("Password").fill(PASSWORD)
    ann.page.get_by_role("button", name="Sign in").click()
    still_has(ann)
    ann.commit()
    ann.is_told("approve")
    assert settled(review).final_decision.note.splitlines() == TEXT.splitlines()


def test_what_is_typed_is_kept_as_a_draft_when_a_field_is_left(room, visit):
    here = room()
    review = here.submit()
    ann = visit(here.ann)
    type_a_note(ann, review)
    ann.page.keyboard.press("Tab")
    expect(ann.page.locator("#draft")).to_contain_text("Draft kept")
    ann.page.goto("/")
    ann.page.get_by_role("link", name="Refund for Broken lamp").last.click()
    ann.choose("approve")
    still_has(ann)


def test_a_review_that_changed_meanwhile_is_shown_anew_before_it_is_decided(room, visit):
    here = room(approvals=2, options=("approve", "modify", "reject"), undo_window=LONG)
    review = here.submit("A-17")
    ann = visit(here.ann)
    type_a_note(ann, review)
    edit = {**review.proposal, "amount": 90}
    decide(review, here.ben, "modify", proposal=edit, reasons=("too_much",))
    ann.commit()
    ann.is_told("What is proposed has changed since you opened it.")
    still_has(ann)
    expect(ann.page.locator(".ask ins")).to_contain_text("90")
