"""Pages of a queue: a place in it, and what is after it."""

from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest

from reviews.models import Review
from reviews.queries.lists import Place, done, waiting
from tests.factories import T0, after, at, desk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

ID = UUID("019caa00-0000-7000-8000-000000000000")


@pytest.mark.parametrize(
    "place",
    [
        Place(0, T0, ID),
        Place(3, T0 + timedelta(microseconds=1), ID),
        Place(-1, T0.astimezone(timezone(timedelta(hours=5, minutes=30))), ID),
    ],
)
def test_a_place_is_read_as_it_was_written(place):
    assert Place.read(str(place)) == place


@pytest.mark.parametrize(
    "text",
    [
        "",
        "~",
        "~~~",
        "1",
        f"~{T0.isoformat()}~{ID}",
        f"x~{T0.isoformat()}~{ID}",
        f"1.5~{T0.isoformat()}~{ID}",
        f"{'9' * 5000}~{T0.isoformat()}~{ID}",
        f"1~~{ID}",
        f"1~2026-03-02~{ID}",
        f"1~2026-03-02T09:00:00~{ID}",
        f"1~2026-02-30T09:00:00Z~{ID}",
        f"1~0001-01-01T00:00:00+01:00~{ID}",
        f"1~9999-12-31T23:59:59-01:00~{ID}",
        f"1~{T0.isoformat()}~",
        f"1~{T0.isoformat()}~{ID}~",
        f"1~{T0.isoformat()}~{'0' * 31}",
        "\0~\0~\0",
    ],
)
def test_rubbish_is_no_place(text):
    assert Place.read(text) is None


def rows_of(priorities):
    """One review for each priority, all with one deadline."""
    at_desk = desk()
    for priority in priorities:
        Review.objects.filter(pk=at_desk.submit().pk).update(priority=priority)
    return Review.objects.all()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
def test_no_row_is_left_out_or_told_twice_at_any_size(size):
    rows = rows_of([1, 3, 1, 0, 3])
    found, place = [], None
    while True:
        page = waiting(rows.pending(), place, size=size)
        found += [row.pk for row in page.rows]
        assert len(page.rows) <= size
        if page.after is None:
            break
        place = Place.read(str(page.after))
    assert found == list(rows.in_queue_order().values_list("pk", flat=True))


def test_the_last_page_has_no_place_after_it():
    rows = rows_of([1, 1]).pending()
    assert waiting(rows, size=2).after is None
    first, second = waiting(rows, size=2).rows
    assert first.due_at is not None
    page = waiting(rows, size=1)
    assert page.after == Place(1, first.due_at, first.pk)
    assert [row.pk for row in waiting(rows, page.after, size=1).rows] == [second.pk]


def test_what_comes_while_one_reads_moves_nothing():
    rows = rows_of([1, 1])
    page = waiting(rows.pending(), size=1)
    rows_of([3])
    assert len(waiting(Review.objects.pending(), page.after, size=5).rows) == 1


def test_what_is_done_comes_newest_first():
    at_desk = desk(undo_window=0)
    closed = []
    for second in (0, 0, 5):
        with at(after(second)):
            closed.append(at_desk.review_in("closed_by_cancel").pk)
    order = [closed[2], *sorted(closed[:2], reverse=True)]
    found = [row.pk for row in done(Review.objects.all()).rows]
    assert found == order
    page = done(Review.objects.all(), size=1)
    assert [row.pk for row in done(Review.objects.all(), page.after, size=5).rows] == order[1:]


def test_only_closed_reviews_are_done():
    rows = rows_of([1])
    assert list(done(rows).rows) == []


def test_a_row_does_not_carry_what_only_a_page_shows():
    [row] = waiting(rows_of([1]).pending()).rows
    assert row.get_deferred_fields() >= {"context", "rationale", "proposal", "metadata"}


def test_a_place_keeps_an_instant_and_not_how_it_was_written():
    read = Place.read(f"1~2026-03-02T10:00:00+01:00~{ID}")
    assert read == Place(1, datetime.fromisoformat("2026-03-02T09:00:00+00:00"), ID)
