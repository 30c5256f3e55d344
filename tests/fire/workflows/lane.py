"""One system in which wave follows wave of runs, until everybody who was to die has. Two run side
by side, each in a process of its own, for Django knows one database.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic, sleep, time

from tests.fire import faults, office
from tests.fire.figures import Count
from tests.fire.part import say
from tests.fire.system import System, installed
from tests.fire.workflows import crowd
from tests.fire.workflows.hand import Death, Hand
from tests.fire.workflows.scene import Pair
from tests.processes import eventually

PATIENCE = 180.0  # seconds from the last restart until we take the rest for lost
GLANCE = 0.2
FEW = 0.1  # of a wave: when no more are left, nobody else is to die
LINGER = 20.0  # seconds for those who are: the sweep takes up what was lost after ten
MOST_WAVES = 20
SETTINGS = "tests.fire.workflows.settings"


@dataclass(frozen=True, slots=True)
class Job:
    """What a lane does; with `redis_url` its tasks are in Redis."""

    name: str
    database_url: str
    redis_url: str
    runs: int
    kills: tuple[str, ...]


@dataclass(slots=True)
class Report:
    """Of one lane. `healed` has a kill and the seconds until what it hit went on."""

    redis: bool
    late: list[Count] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)
    healed: list[tuple[str, float]] = field(default_factory=list)
    never: int = 0
    again: tuple[int, int] = (0, 0)
    truths: list[Count] = field(default_factory=list)


def run(job: Job) -> Report:
    """Waves and kills, and then what the database knows."""
    # As it comes: nothing is said of who sweeps.
    more = {"DJANGO_SETTINGS_MODULE": SETTINGS, "SWEEPING_CLUSTER": "", "REDIS_URL": job.redis_url}
    with installed(job.database_url, **more) as system:
        office.use(system)
        scene = _upon(system)
        hand = Hand(scene, deque(job.kills), _at_work)
        report = Report(bool(job.redis_url))
        with crowd.gathered(crowd.opened(system.address)) as callers:
            while hand.left and len(report.late) < MOST_WAVES:
                _wave(job, hand, callers, report)
        system.stop()
        _sum_up(hand, callers, report)
        return report


def _upon(system: System) -> Pair:
    folder = system.folder / "faults"
    folder.mkdir()
    system.more[faults.FOLDER] = str(folder)
    scene = Pair(system, folder)
    scene.again()
    return scene


def _wave(job: Job, hand: Hand, callers: crowd.Crowd, report: Report) -> None:
    """So many runs at once, under fire until few are left; then all must end."""
    total = len(report.late) * job.runs + job.runs
    callers.start(job.runs)
    while _to_end(total) > FEW * job.runs and hand.left:
        hand.look()
        _tick(callers)
    end = monotonic() + LINGER
    while _to_end(total) and hand.armed and monotonic() < end:
        hand.note()
        _tick(callers)
    hand.rest()
    eventually(hand.all_back, "the parts", shown=hand.scene.system.log)
    eventually(hand.scene.whole, "a system that is whole", shown=hand.scene.system.log)
    whole = monotonic()
    while _to_end(total) and monotonic() < whole + PATIENCE:
        _tick(callers)
    took, late = monotonic() - whole, _to_end(total)
    say(f"{job.name}: {job.runs} runs, {took:.1f} s, {late} late, {len(hand.left)} kills to come")
    report.late.append(Count("", late, job.runs))
    report.ended.append(took)


def _tick(callers: crowd.Crowd) -> None:
    callers.look()
    sleep(GLANCE)


def _to_end(total: int) -> int:
    """How many of so many runs have not ended."""
    from reviews.models import Run  # noqa: PLC0415 (after `office.use`)

    return total - Run.objects.filter(status="ended").count()


def _at_work() -> tuple[str, ...]:
    from reviews.models import Step  # noqa: PLC0415 (after `office.use`)

    running = Step.objects.filter(status="running", kind="action")
    return tuple(map(str, running.values_list("pk", flat=True)))


def _sum_up(hand: Hand, callers: crowd.Crowd, report: Report) -> None:
    from tests.fire.workflows import truth  # noqa: PLC0415 (after `office.use`)

    deaths = hand.deaths()
    report.healed = [(death.kill, _seconds(death)) for death in deaths]
    report.never = len(hand.left)
    report.again = truth.tries()
    unexpected = len(callers.unexpected)
    for answer in callers.unexpected[:5]:
        say(f"not expected: {answer}")
    left = len(hand.scene.left_over())
    report.truths = [
        *truth.figures(callers.started),
        Count("answers that nobody expects", unexpected, callers.called),
        Count("processes left over at the end", left, len(hand.scene.known)),
    ]


def _seconds(death: Death) -> float:
    """Until the part worked again, and each step that was hit had ended, with the action that its
    run had come to by then.
    """
    from django.db.models import Q  # noqa: PLC0415 (after `office.use`)

    from reviews.models import Step  # noqa: PLC0415

    at = datetime.fromtimestamp(death.at, UTC)
    along = Q(run__steps__in=death.steps, started_at__lte=at, kind="action")
    hit = Step.objects.filter(Q(pk__in=death.steps) | along).distinct()
    # Of one that has not ended, until now: it is told as late anyway.
    moments = [end.timestamp() if end else time() for end in hit.values_list("ended_at", flat=True)]
    return max([death.back, *moments, death.at]) - death.at
