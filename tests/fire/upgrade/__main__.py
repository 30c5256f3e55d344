"""`python -m tests.fire.upgrade [--release REF]`: the last release runs under load, the new code
migrates beneath it and runs beside it, the last release stops. Then the database is asked.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Generator, Iterator
from functools import partial
from time import monotonic, sleep
from uuid import uuid4

import httpx2

from tests.fire import office
from tests.fire.figures import Count, Figure, Measure
from tests.fire.office import Ledger
from tests.fire.part import Scale, burn, say
from tests.fire.upgrade import release
from tests.fire.upgrade.sides import Sides, sides
from tests.fire.workflows import crowd

SECONDS, PER_SECOND = 60, 2  # side by side; runs that begin in each of them
LIMIT = 60.0  # seconds that runs need without the last release, if nothing holds them up
GLANCE = 0.2
TRIES = 10


def run(scale: Scale, *, ref: str) -> Iterator[Figure]:
    """Before, beside and after."""
    with sides(ref) as both:
        office.use(both.new)
        seconds = max(10, scale(SECONDS))
        yield Count("hosts of the last release that know of workflows", *_ahead(both))
        with crowd.gathered(both.of_runs()) as callers:
            ledger = yield from _side_by_side(both, callers, seconds)
            yield from _complaints(both)
            yield _of_new_gates(both)
            both.old.stop()
            yield from _without_it(callers, seconds)
        both.new.stop()
        yield from _truths(ledger, callers)


def _side_by_side(
    both: Sides, callers: crowd.Crowd, seconds: int
) -> Generator[Figure, None, Ledger]:
    with office.busy(both.callers(both.old), callers=2, pause=0.1) as at_old:
        sleep(seconds / 6)
        begun = monotonic()
        both.new.manage("migrate", "--verbosity=0")
        yield Measure("migrating beneath the last release", monotonic() - begun, "s")
        crowd.publish()
        both.new.up()
        with office.busy(both.callers(both.new), callers=2, pause=0.1) as at_new:
            for _ in range(seconds):
                callers.start(PER_SECOND)
                _look(callers)
    yield Measure("runs that ended beside it", _ended(), f"of {seconds * PER_SECOND}")
    return _joined(at_old, at_new)


def _ahead(both: Sides) -> tuple[int, int]:
    """Or it would be our own code that is tried."""
    secret = both.secrets["flows"]
    url = f"{both.old.address}/api/v1/workflows/"
    answer = httpx2.get(url, headers={"Authorization": f"Bearer {secret}"}, timeout=20)
    return int(answer.status_code != httpx2.codes.NOT_FOUND), 1


def _look(callers: crowd.Crowd) -> None:
    """For a second."""
    end = monotonic() + 1
    while monotonic() < end:
        callers.look()
        sleep(GLANCE)


def _complaints(both: Sides) -> Iterator[Figure]:
    found, unknown, lines = release.errors(both.old)
    for line in found[:5]:
        say(line[:2000])
    yield Count("complaints of the last release", len(found), lines)
    yield Measure("tasks that it did not know", unknown, "")
    yield Count("kinds of tasks that it did not know, never tried", int(unknown == 0), 1)


def _of_new_gates(both: Sides) -> Count:
    """What the new code publishes, people decide at a host that is not renewed yet."""
    from tests import factories  # noqa: PLC0415 (models, after `office.use`)

    desk = factories.desk(slug="fresh", **factories.ONE_LEVEL | {"undo_window": 0})
    there = both.callers(both.old)
    said = {"verdict": "approve"}
    refused = 0
    with httpx2.Client(timeout=20) as client:
        for _ in range(TRIES):
            review = desk.submit(external_id=uuid4().hex)
            answer = there.call(client, f"reviews/{review.pk}/decide/", uuid4().hex, said)
            refused += answer is None or answer.status_code != httpx2.codes.OK
    what = "decisions that it cannot take, at a gate that the new code published"
    return Count(what, refused, TRIES)


def _without_it(callers: crowd.Crowd, seconds: int) -> Iterator[Figure]:
    """All that the last release has left undone is done. A step that has waited long is put before
    the cluster again after as long a time.
    """
    begun, total = monotonic(), seconds * PER_SECOND
    patience = LIMIT + 2 * seconds
    while _ended() < total and monotonic() < begun + patience:
        _look(callers)
    what = f"runs that had not ended {patience:g} s after the last release"
    yield Count(what, total - _ended(), total)
    yield Measure("until the last run ended", monotonic() - begun, "s")
    _tell_where()
    yield Count("answers about runs that nobody expects", len(callers.unexpected), callers.called)
    for answer in callers.unexpected[:5]:
        say(f"not expected: {answer}")


def _tell_where() -> None:
    """For who has to find out why: what runs that go on for ever wait for."""
    from reviews.models import Step  # noqa: PLC0415 (models, after `office.use`)

    rows = Step.objects.filter(run__status__in=("running", "stuck"), ended_at=None)
    for row in rows.select_related("review")[:5]:
        review = getattr(row, "review", None)
        say(f"{row.node} {row.status}, wakes {row.wake_at}, review {review and review.status}")


def _ended() -> int:
    from reviews.models import Run  # noqa: PLC0415 (models, after `office.use`)

    return Run.objects.filter(status="ended").count()


def _joined(one: Ledger, other: Ledger) -> Ledger:
    unexpected = one.unexpected + other.unexpected
    return Ledger(one.submitted | other.submitted, one.decided | other.decided, unexpected)


def _truths(ledger: Ledger, callers: crowd.Crowd) -> Iterator[Figure]:
    from tests.fire import truth  # noqa: PLC0415 (models, after `office.use`)
    from tests.fire.workflows import truth as of_runs  # noqa: PLC0415

    yield from truth.figures(ledger)
    yield from of_runs.figures(callers.started)


def main() -> None:
    """Which release it is, is no matter of the other parts."""
    parser = ArgumentParser(add_help=False)
    parser.add_argument("--release", default=release.LAST, metavar="REF")
    asked, sys.argv[1:] = parser.parse_known_args()
    burn(f"Upgrade from {asked.release}", partial(run, ref=asked.release))


if __name__ == "__main__":
    main()
