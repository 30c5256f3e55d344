"""Working time against a slow reference that looks at the clock on the wall each minute: around
every change of clocks, a day that was skipped whole, and leap days.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gates.worktime import DAYS, add_working_seconds

MINUTE = timedelta(minutes=1)
LEAD = timedelta(days=5)
WEEKS = 3  # that the reference looks at

# A zone, and a day on which something is unusual there.
TURNS = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour back
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # half an hour on
    ("America/Havana", date(2026, 3, 8)),  # there is no midnight
    ("America/Havana", date(2026, 11, 1)),  # there are two
    ("America/Asuncion", date(2024, 3, 23)),  # the evening comes twice
    ("America/St_Johns", date(2010, 11, 6)),  # one minute of the next day, then the evening again
    ("Pacific/Apia", date(2011, 12, 30)),  # was skipped
    ("UTC", date(2028, 2, 29)),
    ("Europe/Berlin", date(2028, 2, 29)),
    ("America/New_York", date(2024, 2, 29)),
    ("Asia/Kathmandu", date(2027, 2, 28)),  # no leap day
]


@cache
def wall(zone: str, day: date) -> list[tuple[str, str]]:
    """Day and time for each minute of some weeks. A span lasts from when the clock first shows its
    start, or more, until it first shows its end, or more; so it is the latest that it has shown.
    """
    begin, place, latest = _midnight(day) - LEAD, ZoneInfo(zone), datetime.min  # noqa: DTZ901
    seen = []
    for number in range(WEEKS * 7 * 24 * 60):
        shown = (begin + number * MINUTE).astimezone(place).replace(tzinfo=None, fold=0)
        latest = max(latest, shown)
        seen.append((DAYS[latest.weekday()], f"{latest:%H:%M}"))
    return seen


def reference(start: datetime, seconds: int, hours: dict, zone: str, day: date) -> datetime | None:
    """Minute by minute, from `start` near that day; None if it takes longer than some weeks."""
    if not seconds:
        return start
    begin, left = _midnight(day) - LEAD, timedelta(seconds=seconds)
    first = (start - begin) // MINUTE
    for number, (weekday, time) in enumerate(wall(zone, day)[first:], first):
        if any(opens <= time < closes for opens, closes in hours.get(weekday, ())):
            since = max(begin + number * MINUTE, start)
            counted = begin + (number + 1) * MINUTE - since
            if counted >= left:
                return since + left
            left -= counted
    return None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@st.composite
def spans(draw):
    """Up to three spans of a day; "24:00" sorts after all others."""
    marks = sorted(draw(st.sets(st.integers(0, 24 * 12), min_size=2, max_size=6)))
    times = [f"{mark // 12:02}:{mark % 12 * 5:02}" for mark in marks[: len(marks) // 2 * 2]]
    return [times[at : at + 2] for at in range(0, len(times), 2)]


WEEK = st.dictionaries(st.sampled_from(DAYS), spans(), min_size=2)
NIGHT = {day: [["00:00", "03:00"], ["22:00", "24:00"]] for day in DAYS}


@given(
    turn=st.sampled_from(TURNS),
    before=st.integers(-86_400, 3 * 86_400),
    seconds=st.one_of(st.integers(1, 7200), st.integers(1, 4 * 86_400)),
    hours=WEEK,
)
@example(turn=TURNS[8], before=30 * 3600, seconds=8 * 3600, hours=NIGHT)
@example(turn=TURNS[9], before=30 * 3600, seconds=8 * 3600, hours=NIGHT)
@example(turn=TURNS[10], before=30 * 3600, seconds=8 * 3600, hours=NIGHT)
def test_it_is_what_a_look_at_the_wall_each_minute_gives(turn, before, seconds, hours):
    zone, day = turn
    start = _midnight(day) + timedelta(days=1, seconds=-before)
    expected = reference(start, seconds, hours, zone, day)
    if expected is not None:
        assert add_working_seconds(start, seconds, hours, zone) == expected


@pytest.mark.parametrize(("zone", "day"), TURNS)
def test_every_quarter_of_an_hour_around_a_change(zone, day):
    """Spans of two hours each; from every start the same instant as by the wall."""
    hours = {name: [[f"{at:02}:30", f"{at + 2:02}:00"] for at in range(0, 22, 2)] for name in DAYS}
    first = _midnight(day) - timedelta(hours=30)
    for quarter in range(0, 4 * 48, 3):
        start = first + timedelta(minutes=15 * quarter)
        for seconds in (1, 1800, 5399, 9000):
            got = add_working_seconds(start, seconds, hours, zone)
            assert got == reference(start, seconds, hours, zone, day), (start, seconds)


@pytest.mark.parametrize(
    ("year", "end"),
    [(2028, "2028-02-29T10:00"), (2027, "2027-03-01T10:00"), (2100, "2100-03-01T10:00")],
)
def test_the_day_after_28_february(year, end):
    hours = {day: [["09:00", "17:00"]] for day in DAYS}
    start = datetime(year, 2, 28, 16, tzinfo=UTC)
    wanted = datetime.fromisoformat(end).replace(tzinfo=UTC)
    assert add_working_seconds(start, 7200, hours, "UTC") == wanted
