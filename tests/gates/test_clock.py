"""The only reader of time."""

import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from django.db import connection, transaction

from gates import clock
from gates.models import Team
from tests.factories import T0, after, at, team


def test_the_clock_stands_still_at_the_given_instant() -> None:
    with at(T0):
        assert clock.now() == T0
        assert clock.now() == T0


def test_the_clock_answers_in_utc_wherever_the_instant_was_read() -> None:
    with at(T0.astimezone(timezone(timedelta(hours=-7)))):
        assert clock.now() == T0
        assert clock.now().tzinfo is UTC


def test_a_shift_inside_a_shift_ends_by_itself() -> None:
    with at(T0):
        with at(after(60)):
            assert clock.now() == after(60)
        assert clock.now() == T0


def test_a_shift_ends_when_its_block_fails() -> None:
    with at(T0):
        with pytest.raises(KeyError), at(after(60)):
            raise KeyError
        assert clock.now() == T0


def test_a_shift_is_not_seen_by_another_thread() -> None:
    seen: list[datetime | None] = []
    with at(T0):
        thread = threading.Thread(target=lambda: seen.append(clock._frozen.get()))
        thread.start()
        thread.join()
    assert seen == [None]


@pytest.mark.django_db
def test_the_clock_runs_within_a_transaction() -> None:
    """PostgreSQL's now() stands still in a transaction; a deadline must not."""
    with transaction.atomic():
        first = clock.now()
        time.sleep(0.002)
        second = clock.now()
    assert first < second
    assert first.tzinfo is UTC


@pytest.mark.django_db
def test_on_postgresql_the_clock_is_the_databases(django_assert_num_queries) -> None:
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 0):
        clock.now()


def test_an_id_is_a_uuid_of_version_7_that_carries_its_millisecond() -> None:
    moment = datetime(2011, 10, 1, 12, 30, 15, 123456, tzinfo=UTC)
    made = clock.new_id(moment)
    assert isinstance(made, UUID)
    assert made.version == 7
    assert made.int >> 80 == 1_317_472_215_123


def test_ids_sort_as_the_clock_ran() -> None:
    ids = [clock.new_id(T0 + timedelta(microseconds=step)) for step in range(2500)]
    assert ids == sorted(ids)


def test_ids_of_one_instant_differ_and_sort_as_they_were_made() -> None:
    ids = [clock.new_id(T0) for _ in range(2500)]
    assert ids == sorted(set(ids))


@pytest.mark.django_db
def test_the_clock_is_read_as_rows_are(django_assert_num_queries) -> None:
    team("one"), team("two")
    before = clock.now()
    with django_assert_num_queries(1):
        found, instant = clock.now_with(Team.objects.order_by("slug"))
    assert [row.slug for row in found] == ["one", "two"]
    assert before <= instant <= clock.now()
    assert instant.tzinfo is UTC


@pytest.mark.django_db
def test_rows_are_read_while_the_clock_stands_still() -> None:
    team("one")
    with at(T0):
        assert clock.now_with(Team.objects.all()) == ([Team.objects.get()], T0)


@pytest.mark.django_db
def test_the_clock_is_read_where_there_are_no_rows() -> None:
    before = clock.now()
    found, instant = clock.now_with(Team.objects.all())
    assert found == []
    assert before <= instant <= clock.now()
