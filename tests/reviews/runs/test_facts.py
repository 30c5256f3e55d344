"""What a step knows of those before it: last outputs, last reviews, what was approved last."""

from datetime import timedelta

import pytest

from gates.graph import Action, Branch, Case, End
from gates.policy import Step as Turn
from reviews import deadlines
from reviews.models import Review, Step
from reviews.transitions.runs import people, walking
from tests.factories import CONTEXT, T0, at, decide, permit, person, user
from tests.reviews.runs.shop import asking, go_on, now, shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

ASKED = {"proposal": {"amount": 1}, "context": CONTEXT}
SKIPS = {"steps": (Turn("support_team", 300),), "timeout_action": "skip", "final_action": ""}


def boss():
    return person(permit(user("max"), "reviews.manage_run"))


def counts(it):
    """Each action returns how many were done before it."""
    it.does["tick"] = lambda call: {"n": len(it.done)}


def test_on_a_loop_the_last_output_of_a_node_counts():
    turn = Branch("turn", (Case("one.n < 4", "one"),), "done", rounds=9, exhausted="late")
    acts = (Action("one", "tick", "two"), Action("two", "tick", "turn"))
    with shop(*acts, turn, End("done"), End("late")) as it:
        counts(it)
        run = go_on(it.start())
    assert (run.outcome, [data for _, data in it.done][-1]) == ("done", {"n": 4})


def test_a_step_knows_its_last_round_though_a_person_skipped_it():
    turn = Branch("turn", (Case("true", "again"),), "done", rounds=1, exhausted="done")
    again = Action("again", "tick", "turn", data="again.n")
    with shop(again, turn, End("done")) as it:
        run = it.start({"n": 7})
        go_on(run)
        assert now(run).status == "stuck"
        people.skip(run.pk, actor=boss())
        assert go_on(run).outcome == "done"
    assert it.done == [("tick", 7)]


def test_a_gate_revises_what_it_rejected_itself():
    nodes = (
        asking("first", "second", data="input"),
        asking("second", "done", rejected="first", data="input"),
    )
    with shop(*nodes, End("done")) as it:
        run = it.start(ASKED)
        it.decide(run)
        it.decide(run, "reject")
        it.decide(run)
    first, second, third, fourth = Review.objects.order_by("id")
    assert [review.revises for review in (first, third, fourth)] == [None, None, second]


@pytest.mark.parametrize(("skipped", "last"), [(False, "second"), (True, "first")])
def test_what_runs_is_what_the_last_gate_with_a_result_let_pass(skipped, last):
    nodes = (
        asking("first", "second", data="input"),
        asking("second", "do", data="input"),
        Action("do", "tick", "done", data="1"),
        End("done"),
    )
    with shop(*nodes, **SKIPS) as it, at(T0 + timedelta(seconds=300 if skipped else 0)):
        with at(T0):
            run = it.start(ASKED)
            it.decide(run)
        if skipped:
            deadlines.sweep()
        else:
            decide(it.review(run), it.desk.reviewer)
        walking.advance(Step.objects.get(node="second").pk, claims=False)
        review = Review.objects.get(step__node=last)
        Review.objects.filter(pk=review.pk).update(result={"amount": 9999})
        go_on(run)
    assert Step.objects.get(node="do").error == (
        f"What was approved in review {review.pk} is not what would run."
    )
