"""Seconds counted in working hours: `{"mon": [["09:00", "17:00"]], …}`, weekly, in one time zone.

A day without spans is free; a span may end at "24:00". When clocks change, what really passes is
counted: an hour that is skipped never counts, one that comes twice counts once, when it first comes
or, inside a span that goes on, twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FAR = 100 * 366  # days looked ahead before giving up

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")

Hours = Mapping[str, Sequence[Sequence[str]]]


def add_working_seconds(start: datetime, seconds: int, hours: Hours, zone: str) -> datetime:
    """The instant (UTC) at which `seconds` of working time have passed since `start` (aware).

    It is the end of a span rather than the start of the next. Raises ValueError for hours that
    `check_hours` refuses.
    """
    check_hours(hours)
    if seconds < 0:
        raise ValueError("seconds must not be negative")
    start, left = start.astimezone(UTC), timedelta(seconds=seconds)
    if not left:
        return start
    for opens, closes in _spans(start, hours, _zone(zone)):
        worked = closes - max(opens, start)
        if worked >= left:
            return max(opens, start) + left
        left -= max(worked, timedelta(0))
    raise ValueError("the working hours are too few for so long a time")


def check_hours(hours: object) -> None:
    """Raise ValueError, in clear words, unless these are working hours with at least one span."""
    if not isinstance(hours, Mapping):
        raise ValueError("write days with spans: mon: [[09:00, 17:00]]")  # noqa: TRY004 - bad input
    unknown = [str(day) for day in hours if day not in DAYS]
    if unknown:
        raise ValueError(f"no day is called {unknown[0]}; the days are {', '.join(DAYS)}")
    for day, spans in hours.items():
        _check_day(day, spans)
    if not any(hours.values()):
        raise ValueError("working hours need at least one span")


def _check_day(day: str, spans: object) -> None:
    if not isinstance(spans, list | tuple):
        raise ValueError(f"{day}: a list of spans is needed")  # noqa: TRY004 - bad input
    free_from = 0
    for span in spans:
        if not isinstance(span, list | tuple) or len(span) != 2:  # noqa: PLR2004 - a start and an end
            raise ValueError(f"{day}: a span is a start and an end")
        opens, closes = (_minutes(day, text) for text in span)
        if not free_from <= opens < closes:
            raise ValueError(f"{day}: spans must run forward, in order, and must not overlap")
        free_from = closes


def _minutes(day: str, text: object) -> int:
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise ValueError(f"{day}: {text!r} is no time between 00:00 and 24:00")
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone") from error


def _spans(start: datetime, hours: Hours, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Spans as instants (UTC), in order, from the day of `start` on."""
    today = start.astimezone(zone).date()
    for offset in range(FAR):
        try:
            day = today + timedelta(days=offset)
        except OverflowError:
            return
        for opens, closes in hours.get(DAYS[day.weekday()], ()):
            yield _instant(day, opens, zone), _instant(day, closes, zone)


def _instant(day: date, text: str, zone: ZoneInfo) -> datetime:
    """When the clock on the wall first shows this time, or first shows more if it skips it."""
    wall = datetime.combine(day, time(0), zone) + timedelta(minutes=_minutes("", text))
    first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return first if first <= second else _jump(second, first, zone)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between the two at which the clock is put forward."""
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset():
            before = middle
        else:
            after = middle
    return after
