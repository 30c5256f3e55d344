"""The same moves in the admin: one by one through its pages, and in batches through its list."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from gates.policy import Batch
from reviews.transitions import leases
from tests.e2e.rooms import now, settled
from tests.e2e.test_verdicts import PLAIN, ended
from tests.e2e.visitor import DESKTOP, PHONE, WITHOUT_SCRIPT
from tests.factories import person

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
    ann.page.get_by_role("link", name="Open in the workspace").click()
    ann.choose(verdict)
    wanted = PLAIN[verdict](ann.panel)
    ann.commit()
    ann.is_told("Refund for A-17")
    assert ended(review) == wanted


def test_the_admin_leads_to_the_form_of_an_approval_on_a_condition(room, visit):
    here = room()
    review = here.submit()
    ann = visit(here.ann)
    open_in_admin(ann, review)
    ann.page.get_by_role("link", name="Open in the workspace").click()
    ann.choose("approve_if")
    ann.panel.get_by_label("The goods are back").check()
    ann.commit()
    assert settled(review, "conditional").status == "conditional"
    ann.page.get_by_role("link", name="In the admin").click()
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
    """A move on several reviews: what is filled in, what is said, and what becomes of each."""

    action: str
    said: str
    fill: str = ""
    becomes: str = "closed"


MANY = (
    Many("approve", "Approved"),
    Many("reject", "Rejected", fill="Looks like fraud"),
    Many("escalate", "Escalated", becomes="pending"),
)


def choose_all(visitor, here, action):
    visitor.page.goto(f"/admin/reviews/review/?team={here.team.pk}")
    for box in visitor.page.locator("input.action-select").all():
        box.check()
    visitor.page.locator("select[name=action]").select_option(action)
    visitor.page.get_by_role("button", name="Run").or_(
        visitor.page.get_by_role("button", name="Go")
    ).click()


@pytest.mark.parametrize("many", MANY, ids=lambda many: many.action)
def test_a_batch_says_what_became_of_each_review(room, visit, many):
    here = room(batch=SOME)
    reviews = [here.submit(f"A-{number}") for number in (1, 2, 3)]
    leases.claim(reviews[2].pk, actor=person(here.ben))
    ann = visit(here.ann)
    choose_all(ann, here, many.action)
    assert {now(review).status for review in reviews} == {"pending"}
    if many.fill:
        ann.page.get_by_label(many.fill).check()
    ann.page.locator("button[name=confirmed]").click()
    expect(told(ann)).to_contain_text(many.said)
    expect(told(ann)).to_contain_text("Refund for A-3: Another person is working on this.")
    for review in reviews[:2]:
        assert settled(review, many.becomes).status == many.becomes
    assert now(reviews[2]).status == "pending"
