"""A task is only a wake-up: it follows the commit, holds an id, and whatever becomes of it the
sweep comes back to the row.
"""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from gates.graph import Action, End
from reviews import deadlines, engine, tasks
from reviews.models import Review, Step
from reviews.states import StepStatus
from reviews.transitions import batches, waking
from reviews.transitions.runs import people, walking
from tests.factories import CONTEXT, T0, at, decide, permit, person
from tests.reviews.runs.shop import asking, go_on, now, path, shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

ALONE = (Action("do", "tick", "done"), End("done"))
GATED = (asking("gate", "do"), *ALONE)
ASKED = {"proposal": {"amount": 1}, "context": CONTEXT}


@pytest.fixture(autouse=True)
def orm_broker(settings):
    """Tasks are rows of the test's database, whatever broker the machine has."""
    from django_q.conf import Conf  # noqa: PLC0415

    assert settings.TASK_CLUSTER == "gatehouse"
    if Conf.REDIS:
        pytest.skip("about the broker in the database")


def queued() -> list[tuple[str, tuple[str, ...], str]]:
    return [(task.func(), task.task["args"], task.key) for task in OrmQ.objects.order_by("id")]


def step_of(run) -> Step:
    return Step.objects.filter(run=run).latest("id")


def test_a_step_that_must_act_is_put_before_the_cluster_by_its_id(
    django_capture_on_commit_callbacks,
):
    with shop(*ALONE) as it, django_capture_on_commit_callbacks(execute=True):
        run = it.start()
    step = step_of(run)
    assert queued() == [("reviews.tasks.advance", (str(step.pk),), "gatehouse")]
    assert (step.status, step.wake_at) == ("ready", T0 + waking.ON_ITS_WAY)


def test_a_task_is_for_the_cluster_of_tasks_and_is_forgotten_once_it_was_tried(
    settings, django_capture_on_commit_callbacks
):
    settings.TASK_CLUSTER = "elsewhere"
    with shop(*ALONE) as it, django_capture_on_commit_callbacks(execute=True):
        it.start()
    (task,) = OrmQ.objects.all()
    assert (task.key, task.task["save"], task.task["ack_failure"]) == ("elsewhere", False, True)


def broken(*args, **keys):
    raise OSError("the broker is down")


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_keeps_nobody_from_starting_a_run(monkeypatch):
    monkeypatch.setattr(waking, "async_task", broken)
    with shop(*ALONE) as it:
        run = it.start()
        with at(T0 + timedelta(seconds=10)):
            assert engine.drive() == 1
    assert (step_of(run).status, queued()) == ("ready", [])


def test_what_is_rolled_back_wakes_nobody():
    with shop(*ALONE) as it, transaction.atomic():
        it.start()
        transaction.set_rollback(True)
    assert (queued(), Step.objects.count()) == ([], 0)


def test_closing_a_review_readies_its_step_in_the_same_transaction(
    django_capture_on_commit_callbacks,
):
    with shop(*GATED) as it:
        run = it.start(ASKED)
        assert (step_of(run).status, step_of(run).wake_at) == ("waiting", T0 + timedelta(minutes=1))
        with django_capture_on_commit_callbacks() as after_commit:
            decide(it.review(run), it.desk.reviewer)
            assert (step_of(run).status, len(after_commit)) == ("ready", 0)
        assert len(after_commit) == 1


def test_a_verdict_that_is_held_readies_nothing_yet():
    with shop(*GATED, undo_window=10) as it:
        run = it.start(ASKED)
        decide(it.review(run), it.desk.reviewer)
        assert step_of(run).status == "waiting"
        with at(T0 + timedelta(seconds=10)):
            deadlines.sweep()
            assert step_of(run).status == "ready"
            assert go_on(run).outcome == "done"


def test_the_task_does_what_its_step_needs():
    with shop(*ALONE) as it:
        run = it.start()
        tasks.advance(str(step_of(run).pk))
        assert now(run).outcome == "done"


def test_a_task_for_nothing_any_more_does_nothing():
    with shop(*ALONE) as it:
        run = it.start()
        first = step_of(run)
        tasks.advance(str(first.pk))
        tasks.advance(str(first.pk))
        assert walking.advance(UUID(int=7)) is None
        assert len(it.calls) == 1


def test_a_task_for_a_step_that_is_over_does_nothing_while_its_run_waits_elsewhere():
    with shop(Action("do", "tick", "gate"), asking("gate", "done"), End("done")) as it:
        it.does["tick"] = lambda call: ASKED
        run = it.start()
        first = step_of(run)
        go_on(run)
        assert walking.advance(first.pk) is None
        assert path(run) == [("do", "done"), ("gate", "waiting")]


def test_the_sweep_makes_the_task_once_its_work_lasts(django_capture_on_commit_callbacks):
    with shop(*ALONE) as it:
        step = step_of(it.start())
        with at(T0 + timedelta(seconds=10)), django_capture_on_commit_callbacks(execute=True):
            engine.drive()
    assert queued() == [("reviews.tasks.advance", (str(step.pk),), "gatehouse")]


def test_what_is_to_be_undone_is_put_before_the_cluster_at_once(django_capture_on_commit_callbacks):
    acts = (
        Action(name, "tick", to, compensate="tick")
        for name, to in (("one", "two"), ("two", "gate"))
    )
    with shop(*acts, asking("gate", "done"), End("done")) as it:
        it.does["tick"] = lambda call: ASKED
        run = go_on(it.start())
        with django_capture_on_commit_callbacks(execute=True):
            people.cancel(run.pk, actor=it.key.actor(), undo=True)
        first = Step.objects.get(node="-")
        assert (queued()[0][1], first.wake_at) == ((str(first.pk),), T0 + waking.ON_ITS_WAY)
        OrmQ.objects.all().delete()
        with django_capture_on_commit_callbacks(execute=True):
            engine.advance(first.pk)
        following = Step.objects.get(node="one", kind="undo")
    assert queued() == [("reviews.tasks.advance", (str(following.pk),), "gatehouse")]


def test_a_task_that_was_lost_is_made_again_by_the_sweep():
    with shop(*ALONE) as it:
        run = it.start()
        OrmQ.objects.all().delete()
        with at(T0 + timedelta(seconds=9.9)):
            assert engine.drive() == 0
        with at(T0 + timedelta(seconds=10)):
            assert engine.drive() == 1
            assert step_of(run).wake_at == T0 + timedelta(seconds=20)
            assert engine.drive() == 0


@pytest.mark.parametrize("seconds", [10, 10.5, 35, 600])
def test_the_task_that_the_sweep_makes_is_taken_up_at_once(seconds):
    with shop(*ALONE) as it:
        run = it.start()
        with at(T0 + timedelta(seconds=seconds)):
            engine.drive()
            tasks.advance(str(step_of(run).pk))
        assert now(run).outcome == "done"


def closed_unnoticed(it, run):
    """As a host does whose code does not know of steps."""
    waits = Step.objects.filter(run=run).values("status", "wake_at").get()
    decide(it.review(run), it.desk.reviewer)
    Step.objects.filter(run=run).update(**waits)


def test_a_reader_finds_what_another_release_closed_without_waking_the_run():
    with shop(*GATED) as it:
        run = it.start(ASKED)
        closed_unnoticed(it, run)
        engine.up_to_date(run.pk)
        assert go_on(run).outcome == "done"


def test_the_sweep_finds_it_after_as_long_as_the_run_has_waited():
    with shop(*GATED) as it:
        run, other = it.start(ASKED), it.start(ASKED)
        with at(T0 + timedelta(minutes=1)):
            assert engine.drive() == 2
        with at(T0 + timedelta(minutes=1, seconds=59)):
            closed_unnoticed(it, run)
            assert engine.drive() == 0
        with at(T0 + timedelta(minutes=2)):
            assert engine.drive() == 2
            assert [step_of(each).status for each in (run, other)] == ["ready", "waiting"]
            assert go_on(run).outcome == "done"


def test_the_longer_a_run_waits_for_people_the_more_rarely_it_is_looked_at():
    with shop(*GATED) as it:
        it.start(ASKED)
        looks = []
        for minute in range(400):
            with at(T0 + timedelta(minutes=minute)):
                looks += [minute] * engine.drive()
        assert looks == [1, 2, 4, 8, 16, 32, 64, 124, 184, 244, 304, 364]


@pytest.mark.parametrize("count", [1, 3])
def test_looking_at_those_who_wait_takes_one_transaction(count, django_assert_num_queries):
    with shop(*GATED) as it:
        for _ in range(count):
            it.start(ASKED)
        with at(T0 + timedelta(minutes=1)), django_assert_num_queries(10):
            assert engine.drive() == count


def test_where_the_cluster_is_behind_the_same_step_is_put_forward_ever_more_rarely():
    with shop(*ALONE) as it:
        run, times = it.start(), []
        for second in range(400):
            with at(T0 + timedelta(seconds=second)):
                times += [second] * engine.drive()
        assert times == [10, 20, 40, 80, 140, 200, 260, 320, 380]
        assert step_of(run).status == "ready"


def test_the_sweep_itself_performs_nothing():
    with shop(*ALONE) as it:
        it.start()
        with at(T0 + timedelta(seconds=10)):
            engine.drive()
        assert it.calls == []


def test_an_idle_second_asks_one_question(django_assert_num_queries):
    with shop(*ALONE) as it:
        it.start()
        with django_assert_num_queries(1):
            assert engine.drive() == 0


@pytest.mark.parametrize("status", [StepStatus.READY, StepStatus.RUNNING])
def test_one_sweep_takes_up_so_many_and_no_more(monkeypatch, status):
    monkeypatch.setattr(engine, "CHUNK", 2)
    with shop(*ALONE) as it:
        for _ in range(3):
            it.start()
        Step.objects.update(status=status)
        with at(T0 + timedelta(seconds=10)):
            assert [engine.drive() for _ in range(3)] == [2, 1, 0]


def test_one_step_that_cannot_go_on_does_not_keep_the_others(caplog):
    with shop(*ALONE) as it:
        bad, good = it.start(), it.start()
        for run in (bad, good):
            Step.objects.filter(run=run).update(status=StepStatus.RUNNING, wake_at=T0)
        Step.objects.filter(run=bad).update(kind="unheard_of")
        assert engine.drive() == 2
        assert [step_of(run).status for run in (bad, good)] == ["running", "waiting"]


@pytest.mark.parametrize("count", [1, 30])
def test_a_batch_that_closes_many_gates_wakes_their_steps_in_one_statement(
    count, django_capture_on_commit_callbacks
):
    with shop(*GATED) as it:
        ids = [it.review(it.start(ASKED)).pk for _ in range(count)]
        ann = permit(it.desk.reviewer, "reviews.cancel_review")
        with (
            django_capture_on_commit_callbacks() as after_commit,
            CaptureQueriesContext(
                connection,
            ) as captured,
        ):
            batches.cancel_all(ids, actor=person(ann), principal=ann)
            assert Review.objects.filter(pk__in=ids, outcome="cancelled").count() == count
        woken = [row["sql"] for row in captured if row["sql"].startswith('UPDATE "reviews_step"')]
        assert len(woken) == 1
        assert len(after_commit) == min(count, waking.AT_ONCE)


def test_reading_a_run_to_which_nothing_is_due_wakes_nobody(django_capture_on_commit_callbacks):
    with shop(*GATED) as it:
        run = it.start(ASKED)
        with django_capture_on_commit_callbacks() as after_commit:
            engine.up_to_date(run.pk)
        assert (step_of(run).status, after_commit) == ("waiting", [])
        decide(it.review(run), it.desk.reviewer)
        with django_capture_on_commit_callbacks() as after_commit:
            engine.up_to_date(run.pk)
        assert (step_of(run).status, after_commit) == ("ready", [])


def test_reading_a_run_leaves_its_action_to_a_task(django_capture_on_commit_callbacks):
    with shop(*ALONE) as it:
        run = it.start()
        with at(T0 + timedelta(seconds=10)), django_capture_on_commit_callbacks() as after_commit:
            engine.up_to_date(run.pk)
        assert (step_of(run).wake_at, after_commit) == (T0 + waking.ON_ITS_WAY, [])
        Step.objects.update(status=StepStatus.WAITING)
        with at(T0 + timedelta(seconds=10)):
            engine.up_to_date(run.pk)
        assert (step_of(run).status, it.calls) == ("ready", [])


def test_reading_a_run_applies_what_is_due_to_it():
    with shop(*GATED) as it:
        run = it.start(ASKED)
        with at(T0 + timedelta(seconds=300 + 900)):
            engine.up_to_date(run.pk)
            engine.up_to_date(run.pk)
            assert it.review(run).level == 1
        with at(T0 + timedelta(seconds=300 + 900 + 900)):
            engine.up_to_date(run.pk)
            assert step_of(run).status == "ready"
