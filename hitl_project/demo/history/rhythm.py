"""When things happen in a shop: most on weekdays, by day, little at night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

DAYS = 30
A_DAY = timedelta(days=1)
WEEKDAY, WEEKEND = 12, 4  # cases
SATURDAY = 5
OPENS, CLOSES = 7.5, 20.0  # hours
MIDDAY, SPREAD = 13.0, 3.2
NIGHT = 0.04  # the share that comes at any hour
LONGEST_WORK = 3 * 3600


def moments(now: datetime, random: Random) -> Iterator[datetime]:
    """When cases came in the days before `now`."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in (midnight - A_DAY * back for back in range(DAYS, -1, -1)):
        count = WEEKEND if day.weekday() >= SATURDAY else WEEKDAY
        for _ in range(max(1, round(random.gauss(count, count / 6)))):
            yield day + timedelta(hours=_hour(random), seconds=random.randrange(60))


def patience(timeout: int, random: Random) -> timedelta:
    """How long a person takes who has `timeout` seconds: half answer in a fifth of them."""
    time = min(timeout, LONGEST_WORK)
    return timedelta(seconds=round(time * min(0.85, 0.2 * random.lognormvariate(0, 0.7)), 1))


def _hour(random: Random) -> float:
    if random.random() < NIGHT:
        return random.uniform(0, 23.9)
    return min(CLOSES, max(OPENS, random.gauss(MIDDAY, SPREAD)))
