"""The sweep, the reader who comes first, and the pulse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from structlog.testing import capture_logs

from gates.models import EscalationStep
from reviews import deadlines, tasks
from reviews.models import Heartbeat, IdempotencyKey, Review
from tests.factories import ONE_LEVEL, T0, TIMEOUT, UNDO_WINDOW, after, at, decide, desk, sweep
from tests.traces import asked, now, verbs_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

CLUSTER = "one"


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements of the block, once it is over; savepoints do not count."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    skipped = ("SAVEPOINT", "RELEASE", "ROLLBACK")
    found += [query["sql"] for query in captured if not query["sql"].startswith(skipped)]


# --- the sweep


def test_the_sweep_works_in_chunks_until_nothing_is_left() -> None:
    at_desk = desk(**ONE_LEVEL)
    for _ in range(7):
        at_desk.submit()
    with at(after(TIMEOUT)):
        assert deadlines.sweep(chunk=3) == 7
    assert Review.objects.filter(outcome="rejected").count() == 7


def test_each_chunk_is_one_transaction() -> None:
    at_desk = desk(**ONE_LEVEL)
    for _ in range(6):
        at_desk.submit()
    with at(after(TIMEOUT)), CaptureQueriesContext(connection) as captured:
        deadlines.sweep(chunk=3)
    begun = [query for query in captured if query["sql"].startswith("SAVEPOINT")]
    assert len(begun) == 2


def test_what_is_due_first_is_applied_first() -> None:
    at_desk = desk(**ONE_LEVEL)
    second, first = at_desk.submit(), None
    with at(after(-60)):
        first = at_desk.submit()
    with at(after(TIMEOUT)):
        assert deadlines._sweep_chunk(1, set()) == 1
    assert [now(first).status, now(second).status] == ["closed", "pending"]


def test_everything_is_applied_once() -> None:
    review = desk(**ONE_LEVEL).submit()
    assert sweep(after(TIMEOUT)) == 1
    assert sweep(after(TIMEOUT)) == 0
    assert verbs_of(review) == ["submitted", "expired"]


def test_an_idle_sweep_reads_once_and_writes_nothing() -> None:
    desk().submit()
    with statements() as found:
        assert sweep(after(1)) == 0
    assert [statement.split()[0] for statement in found] == ["SELECT"]
    assert "wake_at" in found[0]
    assert "FOR UPDATE" not in found[0]


def test_the_sweep_finds_what_is_due_in_an_index_of_what_wakes_at_all() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # an empty table is read whole
        plan = Review.objects.due(T0).order_by("wake_at")[:500].explain()
    assert "reviews_wake" in plan


# --- a row that cannot be applied


def stuck_review() -> Review:
    """Due at TIMEOUT, and the step that it should go up to is gone."""
    broken = desk(slug="broken")
    review = broken.submit()
    EscalationStep.objects.filter(version=review.version, level=1).delete()
    return review


def test_a_row_that_cannot_be_applied_does_not_keep_the_others_waiting() -> None:
    bad, good = stuck_review(), desk(**ONE_LEVEL)
    others = [good.submit() for _ in range(3)]
    with at(after(TIMEOUT)), capture_logs() as logs:
        deadlines.sweep(chunk=2)
    assert [now(review).outcome for review in others] == ["rejected"] * 3
    assert (now(bad).status, now(bad).level) == ("pending", 0)
    stuck = [entry for entry in logs if entry["event"] == "review_stuck"]
    assert [(entry["log_level"], entry["review"]) for entry in stuck] == [("error", str(bad.pk))]
    assert stuck[0]["exc_info"]


def test_the_sweep_ends_though_all_that_is_left_cannot_be_applied() -> None:
    stuck_review()
    with at(after(TIMEOUT)), capture_logs() as logs:
        assert deadlines.sweep(chunk=1) == 1
    assert [entry["event"] for entry in logs] == ["sweep_chunk_failed", "review_stuck"]


def test_the_next_sweep_tries_again() -> None:
    bad = stuck_review()
    with at(after(TIMEOUT)), capture_logs():
        deadlines.sweep()
    team = desk().policy.steps[1].assignee
    step = EscalationStep.objects.filter(version__gate__slug="refund", level=1).get()
    EscalationStep.objects.create(version=bad.version, level=1, team=step.team, timeout=60)
    assert sweep(after(TIMEOUT + 1)) == 1
    assert (now(bad).level, asked(bad)) == (1, team)


def test_a_sweep_that_fails_altogether_is_logged_and_shows_no_pulse() -> None:
    """The pulse says that the sweep does its work, not that a process runs."""
    desk(**ONE_LEVEL).submit()
    with at(after(TIMEOUT)), capture_logs() as logs, connection.execute_wrapper(_gone):
        tasks.sweep()
    assert logs[-1]["event"] == "sweep_failed"
    assert Heartbeat.objects.count() == 0


def _gone(execute, sql, params, many, context):
    """A database that has lost a table."""
    if "reviews_review" in sql:
        raise OperationalError("gone")
    return execute(sql, params, many, context)


# --- the reader of one review


def test_a_reader_applies_what_is_due_to_the_review_he_opens() -> None:
    at_desk = desk(**ONE_LEVEL)
    opened, other = at_desk.submit(), at_desk.submit()
    with at(after(TIMEOUT)):
        deadlines.enforce(opened.pk)
    assert [now(opened).outcome, now(other).outcome] == ["rejected", ""]


def test_a_reader_of_a_review_that_is_not_due_reads_once_and_locks_nothing() -> None:
    review = desk().submit()
    with statements() as found:
        deadlines.enforce(review.pk)
    assert [statement.split()[0] for statement in found] == ["SELECT"]


def test_a_reader_may_ask_for_what_is_not_there() -> None:
    deadlines.enforce(uuid4())


def test_a_reader_applies_one_step() -> None:
    review = desk().submit()
    for _ in range(2):
        with at(after(100_000)):
            deadlines.enforce(review.pk)
    assert (now(review).level, now(review).due_at) == (1, after(100_900))


def test_lists_never_write() -> None:
    desk(**ONE_LEVEL).submit()
    with at(after(TIMEOUT)):
        assert [row.status for row in Review.objects.open()] == ["pending"]
    assert Review.objects.get().status == "pending"


# --- when next


def test_the_next_wake_is_the_earliest_of_all() -> None:
    assert deadlines.next_wake() is None
    at_desk = desk()
    at_desk.submit()
    assert deadlines.next_wake() == after(TIMEOUT)
    decide(at_desk.submit(), at_desk.reviewer)
    assert deadlines.next_wake() == after(UNDO_WINDOW)


# --- the pulse


def beat(seconds: float, cluster: str = CLUSTER) -> None:
    with at(after(seconds)):
        deadlines.beat(cluster)


def pulse(cluster: str = CLUSTER) -> float:
    return (Heartbeat.objects.get(pk=cluster).at - T0).total_seconds()


def test_the_first_beat_is_written() -> None:
    beat(0)
    assert pulse() == 0


def test_a_pulse_is_written_every_five_seconds_at_most() -> None:
    for seconds in (0, 1, 4.999999):
        beat(seconds)
    assert pulse() == 0
    beat(5)
    assert pulse() == 5


def test_between_beats_nothing_is_written() -> None:
    beat(0)
    with statements() as found:
        beat(3)
    assert [statement.split()[0] for statement in found] == ["SELECT"]


def test_a_pulse_from_the_future_is_overwritten() -> None:
    """A clock that was put back must not make a live cluster look dead, nor a dead one alive."""
    beat(1000)
    beat(0)
    assert pulse() == 0


def test_each_cluster_has_a_pulse_of_its_own() -> None:
    beat(0, "one")
    beat(3, "two")
    assert (pulse("one"), pulse("two")) == (0, 3)


def test_a_cluster_that_is_gone_for_a_day_is_forgotten() -> None:
    beat(0, "old")
    beat(86_400, "new")
    assert Heartbeat.objects.count() == 2
    beat(86_406, "new")
    assert list(Heartbeat.objects.values_list("pk", flat=True)) == ["new"]


def answer(created_at: timedelta) -> IdempotencyKey:
    return IdempotencyKey.objects.create(
        scope="key:1",
        route="/api/v1/reviews/",
        key=str(created_at),
        body_hash="0" * 64,
        status_code=201,
        body={},
        created_at=T0 - created_at,
    )


def test_stored_answers_are_dropped_after_thirty_days() -> None:
    answer(timedelta(days=30, microseconds=1))
    kept = answer(timedelta(days=30))
    beat(0)
    assert list(IdempotencyKey.objects.all()) == [kept]


def test_a_long_sweep_shows_its_pulse_between_chunks() -> None:
    at_desk = desk(**ONE_LEVEL)
    for _ in range(2):
        at_desk.submit()
    with at(after(TIMEOUT)), statements() as found:
        deadlines.sweep(chunk=1, cluster=CLUSTER)
    writes = [statement for statement in found if not statement.startswith("SELECT")]
    pulses = [number for number, statement in enumerate(writes) if "reviews_heartbeat" in statement]
    assert 0 < pulses[0] < len(writes) - 3


def test_the_task_sweeps_and_shows_a_pulse(settings) -> None:
    review = desk(**ONE_LEVEL).submit()
    with at(after(TIMEOUT)):
        tasks.sweep()
    assert now(review).status == "closed"
    assert pulse(settings.CLUSTER_NAME) == TIMEOUT
