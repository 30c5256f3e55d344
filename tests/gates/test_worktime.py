"""Seconds in working hours: across nights, weekends, midnight and changes of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.worktime import DAYS, add_working_seconds, check_hours

OFFICE = {day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in DAYS[:5]}
ALWAYS = {day: [["00:00", "24:00"]] for day in DAYS}
HOUR = 3600


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02T09:00", 1, "2026-03-02T10:00"),  # a Monday
        ("2026-03-02T06:00", 1, "2026-03-02T10:00"),
        ("2026-03-02T11:30", 1, "2026-03-02T13:30"),
        ("2026-03-02T12:20", 1, "2026-03-02T14:00"),
        ("2026-03-02T16:00", 1, "2026-03-02T17:00"),
        ("2026-03-02T16:00", 2, "2026-03-03T10:00"),
        ("2026-03-02T17:00", 1, "2026-03-03T10:00"),
        ("2026-03-06T16:30", 1, "2026-03-09T09:30"),
        ("2026-03-07T12:00", 1, "2026-03-09T10:00"),
        ("2026-03-02T09:00", 35, "2026-03-06T17:00"),
        ("2026-03-02T09:00", 36, "2026-03-09T10:00"),
        ("2026-03-02T09:00", 0, "2026-03-02T09:00"),
        ("2026-03-07T12:00", 0, "2026-03-07T12:00"),
    ],
)
def test_only_working_time_counts(start, hours, end):
    assert add_working_seconds(utc(start), hours * HOUR, OFFICE, "UTC") == utc(end)


def test_the_hours_are_those_of_the_zone():
    end = add_working_seconds(utc("2026-03-02T00:00"), HOUR, OFFICE, "America/New_York")
    assert end == utc("2026-03-02T15:00")


def test_the_answer_is_in_utc_whatever_the_start_is_in():
    start = datetime.fromisoformat("2026-03-02T10:00+05:00")
    end = add_working_seconds(start, HOUR, ALWAYS, "UTC")
    assert (end, end.tzinfo) == (utc("2026-03-02T06:00"), UTC)


def test_a_shift_may_go_on_past_midnight():
    night = {"mon": [["22:00", "24:00"]], "tue": [["00:00", "06:00"]]}
    assert add_working_seconds(utc("2026-03-02T20:00"), 3 * HOUR, night, "UTC") == utc(
        "2026-03-03T01:00"
    )
    assert add_working_seconds(utc("2026-03-02T20:00"), 2 * HOUR, night, "UTC") == utc(
        "2026-03-03T00:00"
    )


# In Berlin the clock goes from 02:00 to 03:00 on 29 March 2026 (a Sunday), and from 03:00 back to
# 02:00 on 25 October 2026.


@pytest.mark.parametrize(
    ("spans", "hours", "end"),
    [
        ([["01:00", "05:00"]], 3, "2026-03-29T03:00"),  # 00:00 to 03:00 UTC: three hours, not four
        ([["01:00", "02:30"], ["04:00", "05:00"]], 2, "2026-03-29T03:00"),
        ([["01:00", "02:59"], ["03:00", "05:00"]], 3, "2026-03-29T03:00"),
        ([["02:10", "02:50"], ["04:00", "05:00"]], 1, "2026-03-29T03:00"),
        ([["02:30", "04:00"]], 1, "2026-03-29T02:00"),
    ],
)
def test_an_hour_that_is_skipped_never_counts(spans, hours, end):
    start = utc("2026-03-28T23:00")
    assert add_working_seconds(start, hours * HOUR, {"sun": spans}, "Europe/Berlin") == utc(end)


@pytest.mark.parametrize(
    ("spans", "hours", "end"),
    [
        ([["01:00", "05:00"]], 5, "2026-10-25T04:00"),
        ([["01:00", "02:30"], ["02:30", "05:00"]], 5, "2026-10-25T04:00"),
        ([["02:00", "02:30"], ["04:00", "05:00"]], 1, "2026-10-25T03:30"),
    ],
)
def test_an_hour_that_comes_twice_counts_in_a_span_that_goes_on(spans, hours, end):
    start = utc("2026-10-24T22:00")
    assert add_working_seconds(start, hours * HOUR, {"sun": spans}, "Europe/Berlin") == utc(end)


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        (None, "write days with spans: mon: [[09:00, 17:00]]"),
        ([], "write days with spans: mon: [[09:00, 17:00]]"),
        ({}, "working hours need at least one span"),
        ({"mon": []}, "working hours need at least one span"),
        (
            {"monday": [["09:00", "17:00"]]},
            "no day is called monday; the days are mon, tue, wed, thu, fri, sat, sun",
        ),
        ({"mon": "09:00-17:00"}, "mon: a list of spans is needed"),
        ({"mon": ["09:00", "17:00"]}, "mon: a span is a start and an end"),
        ({"mon": [["09:00"]]}, "mon: a span is a start and an end"),
        ({"mon": [["9:00", "17:00"]]}, "mon: '9:00' is no time between 00:00 and 24:00"),
        ({"mon": [["09:00", "24:01"]]}, "mon: '24:01' is no time between 00:00 and 24:00"),
        ({"mon": [["09:00", 17]]}, "mon: 17 is no time between 00:00 and 24:00"),
        (
            {"mon": [["17:00", "09:00"]]},
            "mon: spans must run forward, in order, and must not overlap",
        ),
        (
            {"mon": [["09:00", "09:00"]]},
            "mon: spans must run forward, in order, and must not overlap",
        ),
        (
            {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]},
            "mon: spans must run forward, in order, and must not overlap",
        ),
    ],
)
def test_hours_that_are_none_are_refused(hours, message):
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the message is compared
        check_hours(hours)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("seconds", "hours", "zone", "message"),
    [
        (-1, OFFICE, "UTC", "seconds must not be negative"),
        (1, {}, "UTC", "working hours need at least one span"),
        (1, OFFICE, "Nowhere/Land", "'Nowhere/Land' is no time zone"),
        (1, OFFICE, "../etc/passwd", "'../etc/passwd' is no time zone"),
        (
            10**9,
            {"mon": [["00:00", "00:01"]]},
            "UTC",
            "the working hours are too few for so long a time",
        ),
    ],
)
def test_what_cannot_be_counted_is_refused(seconds, hours, zone, message):
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the message is compared
        add_working_seconds(utc("2026-03-02T09:00"), seconds, hours, zone)
    assert str(raised.value) == message


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata"]
)
STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@st.composite
def weeks(draw):
    """Working hours with a span or two on some days."""
    hours = {}
    for day in draw(st.sets(st.sampled_from(DAYS), min_size=1)):
        marks = sorted(draw(st.sets(st.integers(0, 24 * 4), min_size=2, max_size=4)))
        times = [f"{mark // 4:02}:{mark % 4 * 15:02}" for mark in marks[: len(marks) // 2 * 2]]
        hours[day] = [times[at : at + 2] for at in range(0, len(times), 2)]
    return hours


@given(start=STARTS, seconds=st.integers(0, 10**6), zone=ZONES)
def test_around_the_clock_all_time_is_working_time(start, seconds, zone):
    assert add_working_seconds(start, seconds, ALWAYS, zone) == start + timedelta(seconds=seconds)


@given(
    start=STARTS, first=st.integers(0, 10**5), more=st.integers(1, 10**5), hours=weeks(), zone=ZONES
)
def test_working_on_from_where_one_stopped_makes_no_difference(start, first, more, hours, zone):
    stop = add_working_seconds(start, first, hours, zone)
    assert add_working_seconds(stop, more, hours, zone) == add_working_seconds(
        start, first + more, hours, zone
    )
    assert stop >= start + timedelta(seconds=first)


@given(start=STARTS, seconds=st.integers(1, 10**5), hours=weeks(), zone=ZONES)
def test_a_later_start_never_ends_earlier(start, seconds, hours, zone):
    later = start + timedelta(minutes=7)
    end = add_working_seconds(start, seconds, hours, zone)
    assert add_working_seconds(later, seconds, hours, zone) >= end
