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
from hitl_project.demo.agent import Agent, Pace
from hitl_project.demo.cases import INVENTORS, invent
from hitl_project.demo.cases.case import CUSTOMERS, Case
from reviews import deadlines
from reviews.models import Condition, Review
from reviews.transitions import conditions, decisions
from reviews.verdicts import Answer
from tests.factories import person

pytestmark = pytest.mark.portable

PROPOSAL = {"order_id": "123456", "customer_id": "C-881", "amount": 250.0, "message": "Sent."}
CASE = Case(
    gate="refund",
    number="123456",
    called="order 123456",
    wish="to refund $250.00 to Jane Smith",
    proposal=PROPOSAL,
    context={
        "order_details": {"total": 254.99},
        "customer_history": {"name": "Jane Smith", "refunds_12_months": 1},
        "refund_reason": "Arrived broken, photo attached",
    },
    advice="approve",
    confidence=0.95,
    rationale="It fits what we refund.",
    customer=CUSTOMERS[0],
    second={"amount": 125.0},
    second_wish="to refund $125.00 to Jane Smith",
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
    agent = Agent(connect(), world.say, lambda seconds: None, patience=1)
    agent.work_on(case)
    return [line.removeprefix("agent  order 123456  ") for line in world.lines]


def test_an_approved_refund_is_made(connect):
    world = World(decides("approve"))
    assert work(connect, world)[1:] == ["refunded $250.00 (approved by reviewer)"]
    assert world.lines[0] == ASKS


def test_of_a_modified_refund_the_modified_amount_is_made(connect):
    proposal = PROPOSAL | {"amount": 99}
    world = World(decides("modify", proposal=proposal, reasons=("wrong_amount",)))
    assert work(connect, world)[1:] == [
        "refunded $99.00 instead of $250.00 (modified by reviewer: wrong_amount)"
    ]


def test_a_rejected_refund_is_dropped_and_asked_for_again_by_half(connect):
    world = World(REJECTS, decides("approve"))
    assert work(connect, world)[1:] == [
        "dropped it (rejected by reviewer: too_many “Enough.”)",
        "asks again, to refund $125.00 to Jane Smith (stakes, revision)",
        "refunded $125.00 (approved by reviewer)",
    ]
    first, second = Review.objects.order_by("id")
    assert second.revises == first


def test_after_a_revision_it_gives_up(connect):
    lines = work(connect, World(REJECTS, REJECTS))
    assert lines[-1] == "gave up after a revision"
    assert list(Review.objects.order_by("id").values_list("round", flat=True)) == [1, 2]


def test_what_it_would_not_change_is_not_asked_for_again(connect):
    lines = work(connect, World(REJECTS), replace(CASE, second={}))
    assert lines[1:] == ["dropped it (rejected by reviewer: too_many “Enough.”)"]


def test_what_nobody_answers_is_dropped_and_not_asked_for_again(connect):
    world = World(nobody_answers)
    assert work(connect, world)[1:] == ["nobody answered in time: rejected, dropped it"]


def test_what_passes_is_done_at_once(connect):
    case = replace(CASE, proposal=PROPOSAL | {"amount": 20.0})
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
    assert review.requester == {"id": "simulated:jane.smith", "contact": "jane.smith@example.com"}
    assert review.rationale == "It fits what we refund. (Simulated.)"


@pytest.mark.parametrize("gate", INVENTORS)
def test_the_cases_fit_their_gates_and_so_do_their_revisions(connect, gate):
    random = Random(7)  # noqa: S311
    for case in (invent(random, gate) for _ in range(12)):
        for sent in (case, case.again()):
            answer = connect().post("reviews/", sent.submission())
            assert "rule_error" not in {item["code"] for item in answer["why"]}


def test_the_cases_are_as_varied_as_life(connect):
    random = Random(7)  # noqa: S311
    answers = [connect().post("reviews/", invent(random).submission()) for _ in range(80)]
    assert {answer["gate"] for answer in answers} == set(INVENTORS)
    passed = [answer for answer in answers if answer["status"] == "closed"]
    assert 20 < len(passed) < 60
    codes = {item["code"] for answer in answers for item in answer["why"]}
    assert codes >= {"stakes", "boundary", "confidence_below", "calibration", "irreversible"}


def test_the_first_case_comes_at_once_and_all_gates_have_their_turn():
    pace = Pace(0, Random(7), tuple(INVENTORS), invent)  # noqa: S311
    gates = [pace.next_case().gate for _ in range(8)]
    assert gates[::2] == ["refund"] * 4
    assert gates[1::2] == ["listing", "reply", "bulk_credit", "close_account"]


def test_it_can_be_kept_to_one_gate():
    pace = Pace(0, Random(7), ["reply"], invent)  # noqa: S311
    assert [pace.next_case().gate for _ in range(3)] == ["reply"] * 3


@pytest.mark.parametrize("module", ["agent", "errands"])
def test_it_knows_gatehouse_by_address_and_key_only(module):
    ours = "{'django', 'gates', 'reviews'} & {name.partition('.')[0] for name in sys.modules}"
    program = f"import sys, hitl_project.demo.{module}; sys.exit(len({ours}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=settings.BASE_DIR, check=False)
    assert done.returncode == 0


def test_without_a_key_it_says_so(monkeypatch):
    monkeypatch.delenv("GATEHOUSE_KEY", raising=False)
    with pytest.raises(CommandError, match=r"^Give a key: "):
        call_command("agent")
