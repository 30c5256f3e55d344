"""Each of the six verdicts by each way in, settled by the cluster."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import expect

from reviews.models import Condition
from tests.e2e.rooms import LAMP, settled
from tests.e2e.visitor import DESKTOP, PHONE, WITHOUT_SCRIPT

WAYS = {"desktop": DESKTOP, "phone": PHONE, "no_script": WITHOUT_SCRIPT}
FIRST = LAMP["lines"][:1]


@dataclass(frozen=True)
class End:
    """How a review ended; of its decision what a person said."""

    outcome: str
    result: Any
    reasons: list[str] = field(default_factory=list)
    note: str = ""
    message: str = ""


def approve(panel):
    panel.get_by_label("Note").fill("All in order.")
    return End("approved", LAMP, note="All in order.")


def modify(panel):
    panel.get_by_label("Amount", exact=True).fill("90.5")
    panel.get_by_label("Too much").check()
    panel.get_by_label("Note").fill("Within the tariff.")
    result = {**LAMP, "amount": 90.5}
    return End("modified", result, reasons=["too_much"], note="Within the tariff.")


def partial(panel):
    panel.get_by_role("radiogroup", name="a").get_by_label("Approve").check()
    panel.get_by_role("radiogroup", name="b").get_by_label("Reject").check()
    panel.get_by_label("Looks like fraud").check()
    return End("partially_approved", {**LAMP, "lines": FIRST}, reasons=["fraud"])


def reject(panel):
    panel.get_by_label("Looks like fraud").check()
    return End("rejected", None, reasons=["fraud"])


def respond(panel):
    message = "We send a new lamp instead."
    panel.get_by_label("Your answer").fill(message)
    return End("answered", {"message": message}, message=message)


PLAIN = {
    "approve": approve,
    "modify": modify,
    "partial": partial,
    "reject": reject,
    "respond": respond,
}


def ended(review):
    """How the cluster has left it."""
    decision = settled(review).final_decision
    assert decision.source == "human"
    said = (decision.reasons, decision.note, decision.message)
    return End(decision.outcome, decision.result, *said)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("verdict", PLAIN)
def test_a_verdict_given_on_the_page_is_what_the_workflow_gets(room, visit, verdict, way):
    here = room()
    review = here.submit("A-17")
    ann = visit(here.ann, **WAYS[way])
    ann.open(review)
    ann.choose(verdict)
    wanted = PLAIN[verdict](ann.panel)
    ann.commit()
    ann.is_told("Refund for A-17")
    assert ended(review) == wanted


@pytest.mark.parametrize("way", WAYS)
def test_an_approval_on_a_condition_waits_for_it(room, visit, way):
    here = room()
    review = here.submit("A-17")
    ann = visit(here.ann, **WAYS[way])
    ann.open(review)
    ann.choose("approve_if")
    ann.panel.get_by_label("The goods are back").check()
    ann.commit()
    expect(ann.page.locator(".clocks")).to_contain_text("Approved")
    waits = settled(review, "conditional")
    [condition] = Condition.objects.filter(review=review)
    assert (condition.code, condition.status, waits.outcome) == ("returned", "open", "")


def test_a_verdict_needs_nothing_but_keys(room, visit):
    here = room()
    review = here.submit("A-17")
    ann = visit(here.ann)
    ann.page.goto(f"/queues/{here.team.slug}/")
    keys = ann.page.keyboard
    keys.press("j")
    keys.press("Enter")
    expect(ann.page.get_by_role("heading", name="Refund for A-17")).to_be_focused()
    ann.page.wait_for_timeout(500)  # a letter right after a page was swapped is not meant for it
    keys.press("r")
    expect(ann.panel.get_by_label("Looks like fraud")).to_be_focused()
    keys.press("2")
    keys.press("Tab")
    keys.press("Tab")
    expect(ann.panel.get_by_label("Note")).to_be_focused()
    keys.type(" Twice.")
    keys.press("Control+Enter")
    ann.is_told("reject")
    note = "It is too much. Twice."
    assert ended(review) == End("rejected", None, reasons=["too_much"], note=note)


@pytest.mark.parametrize("verdict", ["approve", "modify", "partial", "approve_if", "respond"])
def test_a_letter_opens_a_form_and_control_enter_commits_it(room, visit, verdict):
    here = room()
    review = here.submit("A-17")
    ann = visit(here.ann)
    ann.open(review)
    letter = ann.page.locator(f"a.v-{verdict}").get_attribute("aria-keyshortcuts")
    ann.page.keyboard.press(letter)
    expect(ann.panel).to_be_visible()
    if verdict == "approve_if":
        ann.panel.get_by_label("The goods are back").check()
    else:
        PLAIN[verdict](ann.panel)
    ann.page.keyboard.press("Control+Enter")
    ann.is_told("Refund for A-17") if verdict != "approve_if" else None
    status = "conditional" if verdict == "approve_if" else "closed"
    assert settled(review, status).status == status


def test_a_form_without_an_answer_says_what_is_missing_where_it_is(room, visit):
    here = room()
    review = here.submit("A-17")
    ann = visit(here.ann)
    ann.open(review, "reject")
    ann.panel.get_by_label("Note").fill("I am not sure why")
    ann.commit()
    ann.is_told("Choose at least one reason.")
    expect(ann.page.locator(".errors")).to_be_focused()
    expect(ann.panel.get_by_label("Looks like fraud")).to_have_attribute("aria-invalid", "true")
    expect(ann.panel.get_by_label("Note")).to_have_value("I am not sure why")


def test_a_preview_says_what_an_edit_changes_with_and_without_script(room, visit):
    here = room()
    review = here.submit("A-17")
    for device in (DESKTOP, WITHOUT_SCRIPT):
        ann = visit(here.ann, **device)
        ann.open(review, "modify")
        ann.panel.get_by_label("Amount", exact=True).fill("100")
        if device is WITHOUT_SCRIPT:
            ann.panel.get_by_role("button", name="Show what this comes to").click()
        expect(ann.panel.locator("#verdict-preview ins")).to_have_text("100")
