"""The demo's agent, at the real API: what it does with each answer."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from gates import clock
from hitl_project.demo.agent import Agent
from hitl_project.demo.cases import CUSTOMERS, GOODS, Case, invent
from reviews import deadlines
from reviews.models import Condition, Review
from reviews.transitions import conditions, decisions
from reviews.verdicts import Answer
from tests.factories import person

CASE = Case(
    order="123456",
    customer=CUSTOMERS[0],
    item="Desk chair",
    price=250.0,
    amount=250.0,
    reason="Arrived broken, photo attached",
    confidence=0.95,
    advice="approve",
)
ASKS = "agent  order 123456  asks to refund $250.00 to Jane Smith (stakes)"


class World:
    """What the agent says, and what happens in the world as soon as it has asked for something."""

    def __init__(self, *events):
        self.lines = []
        self.events = list(events)

    def say(self, line):
        self.lines.append(line)
        if " asks " in line or " waits " in line:
            self.events.pop(0)(Review.objects.order_by("id").last())


def after(seconds):
    """The sweep runs, this many seconds from now."""
    with clock.at(clock.now() + timedelta(seconds=seconds)):
        deadlines.sweep()


def decides(verdict, links=None, **fields):
    """The reviewer answers, and the undo window passes; `links` gets the secrets of new links."""

    def happen(review):
        answer = Answer(verdict, **fields)
        reviewer = User.objects.get(username="reviewer")
        decided = decisions.decide(review.pk, actor=person(reviewer), answer=answer)
        (links if links is not None else []).extend(decided.links.values())
        after(10)

    return happen


def nobody_answers(review):
    """Both levels' time runs out."""
    after(300)
    after(300 + 900)


REJECTS = decides("reject", reasons=("too_many",), note="Enough.")


def work(connect, world, case=CASE):
    """The agent works on a case; the lines after the first, without their beginning."""
    agent = Agent(connect(), "refund", world.say, lambda seconds: None, patience=1)
    agent.work_on(case)
    return [line.removeprefix("agent  order 123456  ") for line in world.lines]


def test_an_approved_refund_is_made(connect):
    world = World(decides("approve"))
    assert work(connect, world)[1:] == ["refunded $250.00 (approved by reviewer)"]
    assert world.lines[0] == ASKS


def test_of_a_modified_refund_the_modified_amount_is_made(connect):
    proposal = CASE.submission("refund")["proposal"] | {"amount": 99}
    world = World(decides("modify", proposal=proposal, reasons=("wrong_amount",)))
    assert work(connect, world)[1:] == [
        "refunded $99.00 instead of $250.00 (modified by reviewer: wrong_amount)"
    ]


def test_a_rejected_refund_is_dropped_and_asked_for_again_by_half(connect):
    world = World(REJECTS, decides("approve"))
    assert work(connect, world)[1:] == [
        "dropped it (rejected by reviewer: too_many “Enough.”)",
        "asks again, to refund $125.00 to Jane Smith (stakes)",
        "refunded $125.00 (approved by reviewer)",
    ]
    first, second = Review.objects.order_by("id")
    assert second.revises == first


def test_after_two_revisions_it_gives_up(connect):
    world = World(REJECTS, REJECTS, REJECTS)
    lines = work(connect, world, replace(CASE, amount=450.0))
    assert lines[-1] == "gave up after two revisions"
    assert list(Review.objects.order_by("id").values_list("round", flat=True)) == [1, 2, 3]


def test_what_nobody_answers_is_dropped_and_not_asked_for_again(connect):
    world = World(nobody_answers)
    assert work(connect, world)[1:] == ["nobody answered in time: rejected, dropped it"]


def test_what_passes_is_done_at_once(connect):
    case = replace(CASE, price=20.0, amount=20.0)
    world = World()
    assert work(connect, world, case) == ["refunded $20.00 at once, no person needed"]


def test_a_condition_that_it_can_check_is_checked_and_confirmed(connect):
    world = World(decides("approve_if", conditions=({"code": "item_returned"},)))
    assert work(connect, world)[1:] == [
        "checks a condition: The item has come back to the warehouse",
        "refunded $250.00 (approved by reviewer)",
    ]


def test_it_waits_while_somebody_else_must_confirm(connect):
    links: list[str] = []

    def is_denied(review):
        conditions.answer_by_link(links[0], met=False)

    decided = decides("approve_if", links, conditions=({"code": "confirm_address"},))
    world = World(decided, is_denied)
    assert work(connect, world)[1:] == [
        "waits until somebody confirms: The customer confirms the address",
        "dropped it: a condition was not met",
    ]
    assert Condition.objects.get().status == "denied"


def test_all_it_sends_says_that_it_is_simulated(connect):
    work(connect, World(decides("approve")))
    review = Review.objects.get()
    assert review.metadata == {"simulated": True}
    assert review.requester == {
        "id": "simulated:jane.smith",
        "contact": "jane.smith@example.com",
    }
    for name in ("order_details", "customer_history"):
        assert review.context[name]["simulated"] is True
    assert review.rationale.endswith("(Simulated.)")


def test_the_cases_are_as_varied_as_life_and_fit_the_gate(connect):
    random = Random(7)  # noqa: S311
    cases = [invent(random) for _ in range(60)]
    assert len({case.item for case in cases}) == len(GOODS)
    answers = [connect().post("reviews/", case.submission("refund")) for case in cases]
    passed = [answer for answer in answers if answer["status"] == "closed"]
    assert 10 < len(passed) < 40
    codes = {item["code"] for answer in answers for item in answer["why"]}
    assert {"stakes", "boundary", "confidence_below", "calibration", "over_limit"} >= codes
    assert {"stakes", "boundary", "confidence_below"} <= codes


def test_it_knows_gatehouse_by_address_and_key_only():
    ours = "{'django', 'gates', 'reviews'} & {name.partition('.')[0] for name in sys.modules}"
    program = f"import sys, hitl_project.demo.agent; sys.exit(len({ours}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=settings.BASE_DIR, check=False)
    assert done.returncode == 0


def test_without_a_key_it_says_so(monkeypatch):
    monkeypatch.delenv("GATEHOUSE_KEY", raising=False)
    with pytest.raises(CommandError, match=r"^Give a key: "):
        call_command("agent")
