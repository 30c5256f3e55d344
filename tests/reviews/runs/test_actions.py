"""Actions: at least once, by one key, retried with growing pauses, given up in the open."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from gates import clock
from gates.graph import Action, End, Retry
from gates.models import Event
from gates.performers import Call, Later, Refused
from reviews import engine
from reviews.models import Review, Run, Step
from reviews.transitions.runs import answering, walking
from tests.factories import T0, at
from tests.reviews.runs.shop import go_on, now, path, shop, tick

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

DO = Action("do", "tick", "done", timeout=20, retry=Retry(attempts=3, pause=2, longest=3))
CLOSED = RuntimeError("the bank is closed")
ALONE = (DO, End("done"))


def fails(times, error=CLOSED):
    left = [error] * times

    def do(call):
        if left:
            raise left.pop()
        return "done"

    return do


def claimed(step: Step) -> Call:
    """Take the action, and let nobody hear of it again."""
    call = walking.advance(step.pk)
    assert call is not None
    return call


def step_of(run) -> Step:
    return Step.objects.filter(run=run).latest("id")


def test_an_action_that_fails_is_tried_again_after_a_pause_that_grows():
    with shop(*ALONE) as it:
        it.does["tick"] = fails(2)
        run = it.start()
        engine.advance(step_of(run).pk)
        failed = step_of(run)
        assert (failed.status, failed.attempts, failed.error) == (
            "waiting",
            1,
            "RuntimeError: the bank is closed",
        )
        assert failed.wake_at == T0 + timedelta(seconds=2)
        with at(T0 + timedelta(seconds=2)):
            engine.advance(failed.pk)
        assert step_of(run).wake_at == T0 + timedelta(seconds=5)  # not 2 + 4: `longest` is 3
        with at(T0 + timedelta(seconds=5)):
            engine.advance(failed.pk)
    assert (now(run).outcome, now(run).output) == ("done", "done")
    assert [call.attempt for call in it.calls] == [1, 2, 3]
    assert {call.key for call in it.calls} == {str(failed.pk)}


def test_after_the_last_attempt_the_run_is_stuck_and_nothing_goes_on():
    with shop(*ALONE) as it:
        it.does["tick"] = fails(9)
        run = it.start()
        for seconds in (0, 2, 5, 60, 600):
            with at(T0 + timedelta(seconds=seconds)):
                engine.drive()
                engine.advance(step_of(run).pk)
    assert now(run).status == "stuck"
    assert (step_of(run).status, step_of(run).attempts, step_of(run).wake_at) == ("failed", 3, None)
    assert len(it.calls) == 3


def test_an_action_may_say_that_trying_again_would_not_help():
    with shop(*ALONE) as it:
        it.does["tick"] = fails(1, Refused("no such account"))
        run = go_on(it.start())
    assert (run.status, step_of(run).error, len(it.calls)) == ("stuck", "no such account", 1)


def test_an_action_may_ask_for_a_longer_pause_up_to_the_longest():
    with shop(Action("do", "tick", "done", retry=Retry(longest=60)), End("done")) as it:
        it.does["tick"] = fails(2, Later("too many calls", 45))
        run = it.start()
        engine.advance(step_of(run).pk)
        assert step_of(run).wake_at == T0 + timedelta(seconds=45)
        it.does["tick"] = fails(1, Later("too many calls", 4500))
        with at(T0 + timedelta(seconds=45)):
            engine.advance(step_of(run).pk)
        assert step_of(run).wake_at == T0 + timedelta(seconds=45 + 60)


def test_a_pause_that_an_action_asks_for_makes_its_own_no_shorter():
    with shop(*ALONE) as it:
        it.does["tick"] = fails(1, Later("too many calls", 1))
        run = go_on(it.start())
    assert step_of(run).wake_at == T0 + timedelta(seconds=2)


def test_of_a_long_error_the_beginning_is_kept():
    with shop(*ALONE) as it:
        it.does["tick"] = fails(3, Later("x" * 2001, 0))
        run = go_on(it.start())
        assert (step_of(run).status, step_of(run).error) == ("waiting", "x" * 2000)
        for seconds in (2, 5):
            tick(seconds, run)
    assert (step_of(run).status, step_of(run).error) == ("failed", "x" * 2000)


def test_what_failed_before_is_no_error_of_an_action_that_is_done():
    with shop(*ALONE) as it:
        it.does["tick"] = fails(1)
        run = tick(2, go_on(it.start()))
    assert [(step.status, step.error) for step in run.steps.order_by("id")] == [
        ("done", ""),
        ("done", ""),
    ]


def test_an_attempt_whose_worker_died_is_found_by_the_sweep_and_tried_again():
    with shop(*ALONE) as it:
        run = it.start()
        call = claimed(step_of(run))
        assert (call.timeout, step_of(run).wake_at) == (20, T0 + timedelta(seconds=20 + 15))
        with at(T0 + timedelta(seconds=34.9)):
            assert engine.drive() == 0
            assert walking.advance(step_of(run).pk) is None
        with at(T0 + timedelta(seconds=35)):
            assert engine.drive() == 1
            assert (step_of(run).status, step_of(run).attempts) == ("waiting", 1)
            assert "within 20 seconds" in step_of(run).error
        assert tick(37, run).outcome == "done"
    assert [call.attempt for call in it.calls] == [2]


def test_an_answer_that_comes_after_the_next_attempt_began_is_dropped():
    with shop(*ALONE) as it:
        run = it.start()
        first = claimed(step_of(run))
        with at(T0 + timedelta(seconds=35)):
            engine.drive()
        with at(T0 + timedelta(seconds=40)):
            second = claimed(step_of(run))
            answering.finished(first, "first")
            answering.failed(first, "late")
            assert (step_of(run).status, step_of(run).attempts) == ("running", 2)
            answering.finished(second, "second")
            answering.finished(second, "again")
    assert now(run).output == "second"


def test_an_answer_that_comes_after_the_attempt_was_given_up_is_dropped():
    with shop(*ALONE) as it:
        run = it.start()
        call = claimed(step_of(run))
        with at(T0 + timedelta(seconds=35)):
            engine.drive()
            answering.finished(call, "late")
            answering.refused(call, "late")
    assert (path(run), now(run).status) == ([("do", "waiting")], "running")


def test_an_answer_to_a_step_that_is_not_there_is_dropped():
    with shop(*ALONE) as it:
        run = it.start()
        call = claimed(step_of(run))
        answering.finished(replace(call, key=str(UUID(int=7))), "output")
        assert path(run) == [("do", "running")]


def test_an_action_is_claimed_once():
    with shop(*ALONE) as it:
        run = it.start()
        assert walking.advance(step_of(run).pk) is not None
        assert walking.advance(step_of(run).pk) is None


def deep(levels):
    """Lists within lists."""
    found: list[object] = []
    for _ in range(levels):
        found = [found]
    return found


@pytest.mark.parametrize(
    ("output", "error"),
    [
        (float("nan"), "is no JSON"),
        ({1, 2}, "is no JSON"),
        (2**60, "is no JSON"),
        ("\ud800", "is no JSON"),
        ("x" * 262_144, "is too large."),
        ("a\0b", "NUL and lone surrogates cannot be kept."),
        (json.loads("[" * 33 + "]" * 33), "It is nested deeper than 32."),
        (deep(100_000), "is no JSON"),
    ],
)
def test_what_cannot_be_kept_is_a_dead_end_and_not_done_twice(output, error):
    with shop(*ALONE) as it:
        it.does["tick"] = lambda call: output
        run = go_on(it.start())
    assert (run.status, len(it.calls)) == ("stuck", 1)
    assert error in step_of(run).error


def test_an_action_may_return_256_kb():
    with shop(*ALONE) as it:
        it.does["tick"] = lambda call: "x" * (262_144 - 2)
        assert go_on(it.start()).outcome == "done"


def test_an_error_without_words_is_told_by_its_kind():
    with shop(*ALONE) as it:
        it.does["tick"] = fails(1, RuntimeError())
        run = go_on(it.start())
    assert step_of(run).error == "RuntimeError"


def test_text_that_only_looks_like_nul_is_kept():
    with shop(*ALONE) as it:
        it.does["tick"] = lambda call: r"\u0000"
        assert go_on(it.start()).output == r"\u0000"


def test_an_action_that_nobody_performs_is_a_dead_end():
    with shop(Action("do", "unheard_of", "done"), End("done")) as it:
        run = go_on(it.start())
    assert (run.status, step_of(run).error) == ("stuck", "Nobody performs “unheard_of” here.")


def test_an_action_that_takes_too_long_is_cut_off():
    import time  # noqa: PLC0415

    with shop(Action("do", "tick", "done", timeout=1), End("done")) as it:
        it.does["tick"] = lambda call: time.sleep(5)
        run = it.start()
        engine.advance(step_of(run).pk)
    assert step_of(run).error == "It took longer than 1 seconds."


def tamper_with_the_result(review: Review) -> None:
    Review.objects.filter(pk=review.pk).update(result={"amount": 9999, "order": "A-17"})


def tamper_with_the_proposal(review: Review) -> None:
    Review.objects.filter(pk=review.pk).update(proposal={"amount": 9999, "order": "A-17"})


def tamper_with_what_is_handed_on(review: Review) -> None:
    step = Step.objects.get(review=review)
    Step.objects.filter(pk=step.pk).update(
        output=(step.output or {}) | {"result": {"amount": 9999}}
    )


def tamper_with_the_decision(review: Review) -> None:
    review.decisions.update(result={"amount": 9999})


def tamper_with_the_context(review: Review) -> None:
    Review.objects.filter(pk=review.pk).update(context={"order_details": "none"})


def tamper_with_all_but_what_was_shown(review: Review) -> None:
    Review.objects.filter(pk=review.pk).update(result={"amount": 9999})
    tamper_with_what_is_handed_on(review)
    tamper_with_the_decision(review)


@pytest.mark.parametrize(
    "tamper",
    [
        tamper_with_the_result,
        tamper_with_the_proposal,
        tamper_with_what_is_handed_on,
        tamper_with_the_decision,
        tamper_with_the_context,
        tamper_with_all_but_what_was_shown,
    ],
)
def test_what_was_approved_is_what_runs(tamper):
    """The digest is checked when the action is dispatched, not only when it was decided."""
    with shop() as it:
        run = go_on(it.start())
        review = it.review(run)
        it.does["issue_refund"] = fails(1)
        it.decide(run)
        tamper(review)
        tick(10, run)
    assert now(run).status == "stuck"
    assert step_of(run).error == f"What was approved in review {review.pk} is not what would run."
    assert it.done[-1][0] == "propose_refund"


def test_what_an_action_is_given_is_worked_out_from_what_ran_before():
    nodes = (
        Action("first", "tick", "second", data={"x": "input.a + 1", "y": "input.b"}),
        Action("second", "tick", "third"),
        Action("third", "tick", "done", data="second.x"),
        End("done"),
    )
    with shop(*nodes) as it:
        run = go_on(it.start({"a": 1, "b": ["c"]}))
    assert [data for _, data in it.done] == [{"x": 2, "y": ["c"]}, {"x": 2, "y": ["c"]}, 2]
    kept = Step.objects.filter(run=run).order_by("id").values_list("data", flat=True)
    assert list(kept) == [{"x": 2, "y": ["c"]}, {"x": 2, "y": ["c"]}, 2, 2]
    assert run.output == 2


def test_what_cannot_be_worked_out_is_a_dead_end():
    with shop(Action("do", "tick", "done", data="input.missing"), End("done")) as it:
        run = go_on(it.start({}))
    assert run.status == "stuck"
    assert step_of(run).error.startswith("An expression cannot be worked out: ")
    assert it.calls == []


def test_every_move_of_a_run_is_in_its_trail():
    with shop(*ALONE) as it:
        it.does["tick"] = fails(1)
        run = tick(2, go_on(it.start()))
    found = Event.objects.filter(subject_type="run", subject_id=str(run.pk)).order_by("seq")
    assert list(found.values_list("verb", flat=True)) == [
        *("started", "acting", "attempt_failed", "acting", "done", "done", "ended")
    ]
    assert run.event_count == 7
    assert run.event_head == found.values_list("hash", flat=True)[6]


def test_a_run_goes_on_under_the_version_it_began_with():
    from tests.reviews.runs.shop import graph, publish  # noqa: PLC0415

    with shop(*ALONE) as it:
        run = it.start()
        publish(graph(Action("other", "tick", "done"), End("done")))
        assert go_on(run).outcome == "done"
        assert path(run)[0][0] == "do"
        assert path(go_on(it.start()))[0][0] == "other"
    assert Run.objects.count() == 2
    assert clock.now() == T0
