"""What a run did is undone by a run of its own; an observing gate lets pass and looks back."""

from datetime import timedelta

import pytest

from gates.graph import Action, End
from gates.performers import Refused
from gates.policy import Triggers
from reviews import engine
from reviews.models import Review, Run, Step
from reviews.queries.run_pages import deeds_of
from reviews.transitions.runs import people, walking
from tests import factories
from tests.factories import CONTEXT, T0, at, decide, permit, person, user
from tests.reviews.runs.shop import asking, go_on, graph, now, path, publish, shop, tick

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

OBSERVING = {
    "mode": "observe",
    "triggers": Triggers(stakes="proposal.amount > 100", calibration=1.0),
    "options": ("approve", "reject"),
    "conditions": (),
}
ACTS = (
    Action("one", "analyse_ticket", "two", compensate="reverse_refund"),
    Action("two", "tick", "three", compensate="reverse_refund"),
    Action("three", "tick", "gate"),
    asking("gate", "four", data="{'proposal': {'amount': 7}, 'context': input.context}"),
    Action("four", "issue_refund", "done", compensate="reverse_refund"),
    End("done"),
)
GIVEN = {"context": CONTEXT}


def manager():
    return person(permit(user("max"), "reviews.manage_run"))


def undone(run):
    undoing = Run.objects.get(compensates=run)
    return go_on(undoing)


def reversed_nodes(it):
    return [call.node for call in it.calls if call.action == "reverse_refund"]


def test_cancel_with_undo_goes_back_over_what_was_done_and_can_be_undone():
    with shop(*ACTS) as it:
        run = go_on(it.start(GIVEN))
        people.cancel(run.pk, actor=manager(), undo=True)
        undoing = undone(run)
        assert (undoing.status, undoing.outcome) == ("ended", "compensated")
        assert reversed_nodes(it) == ["two", "one"]
        given = it.calls[-1].data
        assert given == {"input": GIVEN, "output": {"mood": "calm", **GIVEN}}
        assert (now(run).outcome, now(run).compensations.get()) == ("cancelled", undoing)


def test_what_undoes_a_run_is_started_and_told_as_the_run_was():
    said = {
        "external_id": "T-1",
        "callback_url": "https://example.com/hook",
        "requester": {"id": "joe"},
    }
    with shop(*ACTS) as it:
        run = go_on(it.start(GIVEN, **said))
        people.cancel(run.pk, actor=manager(), undo=True)
        undoing = undone(run)
    assert Run.objects.values(*said).get(pk=undoing.pk) == said
    assert (undoing.key, undoing.version, undoing.workflow) == (run.key, run.version, run.workflow)


def test_cancel_alone_undoes_nothing():
    with shop(*ACTS) as it:
        run = go_on(it.start(GIVEN))
        people.cancel(run.pk, actor=manager())
        assert not Run.objects.filter(compensates=run).exists()


def test_what_may_have_been_done_when_it_was_cancelled_is_undone_too():
    with shop(*ACTS) as it:
        run = go_on(it.start(GIVEN))
        decide(it.review(run), it.desk.reviewer)
        it.does["issue_refund"] = lambda call: str(
            people.cancel(run.pk, actor=manager(), undo=True)
        )
        go_on(run)
        undone(run)
        assert reversed_nodes(it) == ["four", "two", "one"]
        first = next(call for call in it.calls if call.action == "reverse_refund")
        assert first.data == {"input": {"amount": 7}, "output": None}


def test_what_was_never_begun_and_what_a_person_skipped_is_not_undone():
    with shop(*ACTS) as it:
        kept, it.does["tick"] = it.does["tick"], lambda call: _refuse()
        run = go_on(it.start(GIVEN))
        assert path(run)[-1] == ("two", "failed")
        it.does["tick"] = kept
        people.skip(run.pk, actor=manager())
        go_on(run)
        decide(it.review(run), it.desk.reviewer)
        walking.advance(run.steps.get(node="gate").pk, claims=False)
        assert path(run)[-1] == ("four", "ready")
        people.cancel(run.pk, actor=manager(), undo=True)
        undone(run)
        assert reversed_nodes(it) == ["one"]


def _refuse():
    raise Refused("no")


def test_a_compensation_that_fails_is_a_dead_end_of_its_own_that_can_be_skipped():
    with shop(*ACTS) as it:
        run = go_on(it.start(GIVEN))
        kept, it.does["reverse_refund"] = it.does["reverse_refund"], _fail
        people.cancel(run.pk, actor=manager(), undo=True)
        undoing = undone(run)
        for seconds in (2, 6, 14, 30, 62):
            tick(seconds, undoing)
        assert (now(undoing).status, now(run).status) == ("stuck", "ended")
        it.does["reverse_refund"] = kept
        people.skip(undoing.pk, actor=manager())
        assert go_on(undoing).outcome == "compensated"
        assert path(undoing)[-2:] == [("two", "skipped"), ("one", "compensated")]


def test_a_compensation_whose_worker_died_is_given_up_and_tried_again():
    with shop(*ACTS) as it:
        run = go_on(it.start(GIVEN))
        people.cancel(run.pk, actor=manager(), undo=True)
        undoing = Run.objects.get(compensates=run)
        assert walking.advance(undoing.steps.get().pk) is not None
        with at(T0 + timedelta(seconds=45)):
            engine.drive()
        lost = undoing.steps.get(node="two")
        assert (lost.status, lost.attempts, lost.error) == (
            "waiting",
            1,
            "No answer within 30 seconds: it took too long or its worker died.",
        )
        assert tick(47, undoing).outcome == "compensated"


def _fail(call):
    raise RuntimeError("no")


def test_an_observing_gate_lets_everything_pass_and_keeps_what_would_have_asked():
    with shop(*ACTS, **OBSERVING) as it:
        run = go_on(it.start(GIVEN))
        assert (run.outcome, it.done[-1]) == ("done", ("issue_refund", {"amount": 7}))
        passed = Review.objects.get(step__run=run)
        assert passed.final_decision is not None
        assert (passed.status, passed.final_decision.source) == ("closed", "policy")
        assert [item["code"] for item in passed.why] == ["calibration"]


def test_what_the_coin_catches_is_shown_to_a_person_after_the_act():
    with shop(*ACTS, **OBSERVING) as it:
        run = go_on(it.start(GIVEN))
        passed = Review.objects.get(step__run=run)
        look = passed.look_back
        assert (look.status, look.step, look.proposal) == ("pending", None, {"amount": 7})
        assert look.external_id == passed.external_id
        decide(look, it.desk.reviewer)
        assert Review.objects.get(pk=look.pk).outcome == "approved"
        assert not Run.objects.filter(compensates=run).exists()
        assert it.done[-1][0] == "issue_refund"


def test_rejecting_what_an_observing_gate_let_pass_undoes_what_came_after_it():
    with shop(*ACTS, **OBSERVING) as it:
        run = go_on(it.start(GIVEN))
        decide(Review.objects.get(step__run=run).look_back, it.desk.reviewer, "reject")
        undoing = undone(run)
        assert undoing.outcome == "compensated"
        assert reversed_nodes(it) == ["four"]  # not what was done before the gate
        assert now(run).outcome == "done"


def test_rejecting_while_the_run_still_goes_on_stops_it():
    nodes = (*ACTS[:-2], Action("four", "issue_refund", "five", compensate="reverse_refund"))
    with shop(*nodes, Action("five", "tick", "done"), End("done"), **OBSERVING) as it:
        it.does["tick"] = lambda call: _fail(call) if call.node == "five" else call.data
        run = go_on(it.start(GIVEN))
        decide(Review.objects.get(step__run=run).look_back, it.desk.reviewer, "reject")
        undone(run)
        assert (now(run).outcome, path(run)[-1]) == ("cancelled", ("five", "cancelled"))
        assert reversed_nodes(it) == ["four"]


def test_what_runs_while_a_look_back_stops_the_run_is_undone_too():
    with shop(*ACTS, **OBSERVING) as it:

        def reject_meanwhile(call):
            run = Run.objects.get(pk=call.run)
            decide(Review.objects.get(step__run=run).look_back, it.desk.reviewer, "reject")
            undone(run)

        it.does["issue_refund"] = reject_meanwhile
        run = go_on(it.start(GIVEN))
        assert (now(run).outcome, path(run)[-1]) == ("cancelled", ("four", "cancelled"))
        assert reversed_nodes(it) == ["four"]


def test_what_a_cancellation_would_undo_is_told_before():
    with shop(*ACTS) as it:
        it.does["issue_refund"] = _fail
        run = go_on(it.start(GIVEN))
        decide(it.review(run), it.desk.reviewer)
        go_on(run)
        told = deeds_of(run, graph(*ACTS))
        assert [step.node for step, _ in told.undone] == ["four", "two", "one"]
        assert [step.node for step in told.kept] == ["three"]
        people.cancel(run.pk, actor=manager(), undo=True)
        undone(run)
        assert reversed_nodes(it) == [step.node for step, _ in told.undone]


def test_a_run_that_is_stopped_by_a_look_back_leaves_no_review_behind():
    first = "{'proposal': {'amount': 7}, 'context': input.context}"
    second = asking("second", "done", data="one.asked")
    nodes = (*ACTS[:3], asking("gate", "second", data=first), second, End("done"))
    with shop(*nodes, **OBSERVING) as it:
        strict = factories.gate(slug="strict", undo_window=0)
        object.__setattr__(second, "gate", strict.slug)
        publish(graph(*nodes))
        it.key.gates.add(strict)
        it.does["analyse_ticket"] = lambda call: {"asked": {"proposal": {"amount": 8}, **call.data}}
        run = go_on(it.start(GIVEN))
        assert path(run)[-1] == ("second", "waiting")
        decide(
            Review.objects.get(step__run=run, step__node="gate").look_back,
            it.desk.reviewer,
            "reject",
        )
        undone(run)
        left = Review.objects.get(step__run=run, step__node="second")
        assert (left.outcome, now(run).outcome) == ("cancelled", "cancelled")


def test_what_is_undone_twice_over_is_undone_once():
    """Two gates of one run observe, and both are rejected afterwards, the later one first."""
    nodes = (
        asking("first", "one", data="{'proposal': {'amount': 7}, 'context': input.context}"),
        Action("one", "tick", "second", compensate="reverse_refund"),
        asking("second", "two", data="{'proposal': {'amount': 8}, 'context': input.context}"),
        Action("two", "tick", "done", compensate="reverse_refund"),
        End("done"),
    )
    with shop(*nodes, **OBSERVING) as it:
        run = go_on(it.start(GIVEN))
        looks = Review.objects.filter(observes__step__run=run).order_by("-id")
        for look in looks:
            decide(look, it.desk.reviewer, "reject")
            for undoing in Run.objects.filter(compensates=run):
                go_on(undoing)
        assert reversed_nodes(it) == ["two", "one"]
        assert [undoing.outcome for undoing in run.compensations.all()] == ["compensated"] * 2


def test_time_that_rejects_a_look_back_undoes_nothing():
    with shop(*ACTS, **OBSERVING) as it:
        run = go_on(it.start(GIVEN))
        look = Review.objects.get(step__run=run).look_back
        tick(300, run)
        tick(300 + 900, run)
        assert Review.objects.get(pk=look.pk).outcome == "rejected"
        assert not Run.objects.filter(compensates=run).exists()


def test_without_the_coin_nobody_looks_back():
    quiet = OBSERVING | {"triggers": Triggers(stakes="proposal.amount > 1", calibration=0.0)}
    with shop(*ACTS, **quiet) as it:
        run = go_on(it.start(GIVEN))
        passed = Review.objects.get()
        assert (run.outcome, [item["code"] for item in passed.why]) == ("done", ["stakes"])
        assert Step.objects.filter(run=run, node="gate").get().outcome == "approved"
