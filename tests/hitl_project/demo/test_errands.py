"""The errands of the demo's agent, at the real API, and the actions of the shop."""

from datetime import timedelta
from random import Random

import pytest
from django.contrib.auth.models import User

from gates import clock, performers
from gates.performers import Call
from hitl_project.demo.agent import Pace
from hitl_project.demo.errands import Messenger
from hitl_project.demo.shop import actions
from hitl_project.demo.shop.actions import ACTIONS
from hitl_project.demo.shop.errands import ERRANDS, invent, parcel, pickup, refund, restock
from reviews.models import Condition, Review, Run
from reviews.transitions import conditions
from reviews.transitions.runs.confirming import secret_of
from tests.factories import at, decide
from tests.reviews.runs.shop import go_on, tick

pytestmark = pytest.mark.portable

UNDO, RETRY = 10, 5  # seconds


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The actions take no time."""
    monkeypatch.setattr(actions, "sleep", lambda seconds: None)


class World:
    """What the agent says, and what happens in the world while it waits."""

    def __init__(self, *events):
        self.lines = []
        self.events = list(events)

    def say(self, line):
        self.lines.append(line.split("  ", 2)[2].partition(" http")[0])
        run = go_on(Run.objects.latest("id"))
        if "waits" in line:
            self.events.pop(0)(run)

    def pause(self, seconds):
        """Whatever is tried again is tried now."""
        tick(RETRY, Run.objects.latest("id"))


def says(verdict, **fields):
    def happen(run):
        review = Review.objects.filter(step__run=run).latest("id")
        decide(review, User.objects.get(username="reviewer"), verdict, **fields)
        tick(UNDO, run)

    return happen


def nobody_answers(run):
    tick(60, run)


def confirms(run):
    conditions.answer_by_link(secret_of(Condition.objects.get()), met=True)
    go_on(run)


def seeded(seed=1):
    return Random(seed)  # noqa: S311


def work(connect, world, errand):
    """What the agent says of an errand after its beginning."""
    messenger = Messenger(connect(), world.say, world.pause, patience=1)
    messenger.work_on(errand)
    return world.lines[1:]


def output_of(node):
    return Run.objects.latest("id").steps.get(node=node).output


def test_a_small_refund_is_made_at_once(connect):
    assert work(connect, World(), refund(seeded(), "broken", 20.0)) == ["ended: done"]
    assert output_of("execute")["amount"] == 20.0


def test_an_approved_refund_is_made(connect):
    world = World(says("approve"))
    assert work(connect, world, refund(seeded(), "broken", 200.0)) == [
        "waits for people at “gate”",
        "ended: done",
    ]
    assert world.lines[0].startswith("starts to give ")
    assert output_of("execute")["amount"] == 200.0


def test_a_rejected_refund_comes_back_by_half(connect):
    world = World(says("reject", reasons=("too_many",)), says("approve"))
    assert work(connect, world, refund(seeded(), "broken", 200.0)) == [
        "waits for people at “gate”",
        "waits for people at “gate”",
        "ended: done",
    ]
    assert output_of("execute")["amount"] == 100.0


def test_what_is_fetched_waits_for_the_customer_whose_link_is_told(connect):
    world = World(says("approve"), confirms)
    assert work(connect, world, pickup(seeded(), "returned", 200.0)) == [
        "waits for people at “gate”",
        "waits for the customer, who would get this link:",
        "ended: done",
    ]


def test_a_parcel_goes_without_a_gift_if_nobody_answers_in_a_minute(connect):
    lines = work(connect, World(nobody_answers), parcel(seeded()))
    assert lines == ["waits for people at “gate”", "ended: done"]
    nodes = list(Run.objects.latest("id").steps.order_by("id").values_list("node", "outcome"))
    assert nodes[2:] == [("gate", "skipped"), ("ship", ""), ("done", "")]


def test_an_order_of_stock_is_placed_and_can_be_taken_back(connect):
    assert work(connect, World(), restock(seeded())) == ["ended: done"]
    run = Run.objects.get()
    placed = output_of("order")["order"]
    look = Review.objects.get(observes__step__run=run)
    decide(look, User.objects.get(username="reviewer"), "reject", reasons=("too_many",))
    tick(UNDO, run)
    with at(clock.now() + timedelta(seconds=2 * UNDO)):
        undoing = go_on(Run.objects.get(compensates=run))
    assert undoing.outcome == "compensated"
    assert undoing.steps.get(node="order").output == {"cancelled": placed}


def test_at_a_dead_end_it_says_where_and_leaves_it_to_people(connect):
    errand = refund(seeded(), "broken", 20.0)
    lines = work(connect, World(), type(errand)(*_without(errand, "said")))
    assert lines == ["is stuck at “analyse” (KeyError: 'said'): see"]


def _without(errand, name):
    given = {key: value for key, value in errand.input.items() if key != name}
    return errand.workflow, errand.number, errand.called, errand.wish, given, errand.who


def test_all_workflows_have_their_turn():
    pace = Pace(0, seeded(7), tuple(ERRANDS), invent)
    workflows = [pace.next_case().workflow for _ in range(6)]
    assert workflows == ["refund", "parcel", "refund", "pickup", "refund", "restock"]


# --- actions --------------------------------------------------------------------------------------


def call(name, data, key="k", attempt=1):
    return Call(name, data, key, run="r", node="n", attempt=attempt, timeout=30)


def test_the_actions_are_offered_by_names_of_their_own(db):
    assert {name for name in performers.known() if name.startswith("demo_")} == set(ACTIONS)


def test_the_bank_fails_now_and_then_and_only_once():
    data = {"order_id": "1", "amount": 5}
    failed = []
    for key in map(str, range(100)):
        try:
            ACTIONS["demo_issue_refund"](call("demo_issue_refund", data, key))
        except ConnectionError:
            failed.append(key)
            ACTIONS["demo_issue_refund"](call("demo_issue_refund", data, key, attempt=2))
    assert 10 < len(failed) < 40


def test_doing_it_again_gives_the_same_id():
    data = {"goods": "Teapot"}
    twice = [ACTIONS["demo_pack_parcel"](call("demo_pack_parcel", data)) for _ in range(2)]
    assert twice[0] == twice[1]


def test_an_action_takes_its_time(monkeypatch):
    slept: list[float] = []
    monkeypatch.setattr(actions, "sleep", slept.append)
    performer = performers.find("demo_pack_parcel")
    assert performer is not None
    for key in map(str, range(30)):
        performer(call("demo_pack_parcel", {"goods": "Teapot"}, key))
    assert 0.5 <= min(slept) < 0.7
    assert 1.8 < max(slept) <= 2.0
