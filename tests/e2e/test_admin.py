"""The same moves in the admin: one by one through its pages, and in batches through its list."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gates.policy import Batch
from reviews.models import Review
from reviews.transitions import leases
from tests.e2e.rooms import Room, now, settled
from tests.e2e.test_verdicts import PLAIN, ended
from tests.e2e.visitor import DESKTOP, PHONE, WITHOUT_SCRIPT
from tests.factories import decide, person
from tests.processes import eventually

WAYS = {"desktop": DESKTOP, "phone": PHONE, "no_script": WITHOUT_SCRIPT}
every_way = pytest.mark.parametrize("way", WAYS)
SOME = Batch("true", 10)


def open_in_admin(visitor, review):
    visitor.page.goto(f"/admin/reviews/review/{review.pk}/change/")


def press(visitor, name):
    visitor.page.locator("#content").get_by_role("button", name=name, exact=True).click()


def told(visitor):
    return visitor.page.locator(".messagelist")


@every_way
def test_a_review_is_approved_in_the_admin(room, visit, way):
    here = room()
    review = here.submit()
    ann = visit(here.ann, **WAYS[way])
    open_in_admin(ann, review)
    press(ann, "Approve")
    assert now(review).status == "pending"
    ann.page.get_by_label("Note").fill("All in order.")
    press(ann, "Approve")
    expect(told(ann)).to_contain_text("Approved")
    done = settled(review)
    assert (done.outcome, done.final_decision.note) == ("approved", "All in order.")


@every_way
def test_a_review_is_rejected_in_the_admin_with_a_reason(room, visit, way):
    here = room()
    review = here.submit()
    ann = visit(here.ann, **WAYS[way])
    open_in_admin(ann, review)
    press(ann, "Reject")
    press(ann, "Reject")
    expect(ann.page.get_by_role("alert")).to_contain_text("Give at least one reason.")
    ann.page.get_by_label("Looks like fraud").check()
    press(ann, "Reject")
    expect(told(ann)).to_contain_text("Rejected")
    done = settled(review)
    assert (done.outcome, done.final_decision.reasons) == ("rejected", ["fraud"])


@pytest.mark.parametrize("verdict", ["modify", "partial", "respond"])
def test_the_admin_leads_to_the_forms_of_the_richer_verdicts(room, visit, verdict):
    here = room()
    review = here.submit("A-17")
    ann = visit(here.ann)
    open_in_admin(ann, review)
    ann.page.locator(f"a[href$='?verdict={verdict}']").click()
    wanted = PLAIN[verdict](ann.panel)
    ann.commit()
    ann.is_told("Refund for A-17")
    assert ended(review) == wanted


def test_the_admin_leads_to_the_form_of_an_approval_on_a_condition_and_back(room, visit):
    here = room()
    review = here.submit()
    ann = visit(here.ann)
    open_in_admin(ann, review)
    ann.page.locator("a[href$='?verdict=approve_if']").click()
    ann.panel.get_by_label("The goods are back").check()
    ann.commit()
    assert settled(review, "conditional").status == "conditional"
    ann.page.locator(".menu summary").click()
    ann.page.get_by_role("link", name="Open in the admin").click()
    expect(ann.page.locator("#content")).to_contain_text("The goods are back")


def test_two_people_meet_in_the_admin_and_the_second_keeps_his_text(room, visit):
    here = room()
    review = here.submit()
    ann = visit(here.ann)
    open_in_admin(ann, review)
    press(ann, "Approve")
    ann.page.get_by_label("Note").fill("All in order.")
    leases.claim(review.pk, actor=person(here.ben))
    press(ann, "Approve")
    expect(ann.page.get_by_role("alert")).to_contain_text("Another person is working on this.")
    expect(ann.page.get_by_label("Note")).to_have_value("All in order.")


# --- many at once --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Many:
    """A move on several reviews: who makes it, what he fills in, and what becomes of each."""

    action: str
    said: str
    fill: Callable[[Page, Room], object] = lambda _page, _here: None
    by: str = "ann"
    becomes: Callable[[Any], bool] = lambda review: review.status == "closed"


def choose_ben(page, here):
    page.get_by_label("Reviewer").select_option(here.ben.username)


MANY = (
    Many("approve", "Approved"),
    Many("reject", "Rejected", lambda page, _: page.get_by_label("Looks like fraud").check()),
    Many("escalate", "Escalated", becomes=lambda review: review.level == 1),
    Many(
        "assign",
        "Reassigned",
        choose_ben,
        by="lea",
        becomes=lambda review: review.assignment.reviewer.first_name == "Ben",
    ),
    Many(
        "prioritise",
        "Priority changed",
        lambda page, _: page.get_by_label("critical").check(),
        by="lea",
        becomes=lambda review: review.get_priority_display() == "critical",
    ),
    Many(
        "cancel",
        "Cancelled",
        lambda page, _: page.get_by_label("Asked twice").check(),
        by="lea",
        becomes=lambda review: review.outcome == "cancelled",
    ),
)


def run_on_all(visitor, here, action):
    """Choose what the list shows, and what to do with it."""
    visitor.page.goto(f"/admin/reviews/review/?team={here.team.pk}")
    for box in visitor.page.locator("input.action-select").all():
        box.check()
    visitor.page.locator("select[name=action]").select_option(action)
    visitor.page.locator(".actions button[type=submit]").click()


@pytest.mark.parametrize("many", MANY, ids=lambda many: many.action)
def test_a_batch_says_what_became_of_each_review(room, visit, many):
    here = room(batch=SOME)
    first, second, third = (here.submit(f"A-{at}", confidence=0.95) for at in (1, 2, 3))
    someone = visit(getattr(here, many.by))
    run_on_all(someone, here, many.action)
    assert {now(review).status for review in (first, second, third)} == {"pending"}
    many.fill(someone.page, here)
    settled(decide(third, here.ben, "reject"))  # while the page asks
    someone.page.locator("button[name=confirmed]").click()
    expect(someone.page.locator("#content h1")).to_contain_text(many.said)
    shown = someone.page.locator("#content")
    for title in ("A-1", "A-2", "A-3"):
        expect(shown).to_contain_text(f"Refund for {title}")
    expect(shown).to_contain_text("already_decided")
    for review in (first, second):
        eventually(partial(_became, many, review), many.said)
    assert (now(third).outcome, now(third).level) == ("rejected", 0)


def test_a_batch_is_not_approved_where_the_gate_has_no_rule_for_it(room, visit):
    here = room()
    reviews = [here.submit(f"A-{number}") for number in (1, 2)]
    ann = visit(here.ann)
    run_on_all(ann, here, "approve")
    ann.page.locator("button[name=confirmed]").click()
    expect(ann.page.get_by_role("alert")).to_be_visible()
    assert {now(review).status for review in reviews} == {"pending"}


def _became(many: Many, review: Review) -> bool:
    return many.becomes(now(review))
