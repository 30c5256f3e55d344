"""10,000 sequences of 50 steps on reviews and on their model, on all cores, each process with a
database in memory. FIRE_SEED begins elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from math import ceil
from multiprocessing import get_context
from traceback import format_exception_only

from tests.fire.figures import Count, Figure, Measure
from tests.fire.part import Scale, burn, say
from tests.reviews.machine.tally import Tally

SEQUENCES = 10_000
OF_ONE_SEED = 9  # see tests.reviews.machine.seeds
SEEDS_AT_ONCE = 10


def run(scale: Scale) -> Iterator[Figure]:
    """Compare model and reviews, and say how often each step was made."""
    total, divergences = Tally(), 0
    for tally, texts in portions(ceil(scale(SEQUENCES) / OF_ONE_SEED)):
        total.add(tally)
        divergences += len(texts)
        say("\n".join([*texts, f"  {total.sequences:,} sequences"]))
    for line in total.lines():
        say(f"  {line}")
    yield Measure("sequences", total.sequences, "")
    yield Measure("steps", total.steps, "")
    yield Count("sequences in which model and reviews diverge", divergences, total.sequences)
    yield Count("kinds of steps that were never made", len(total.never_made()), len(total.kinds()))


def portions(count: int) -> Iterator[tuple[Tally, list[str]]]:
    """What the sequences of so many seeds did, and where they diverged, as they are done."""
    first = int(os.environ.get("FIRE_SEED", "1"))
    seeds = range(first, first + count)
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=prepare) as processes:
        running = [
            processes.submit(portion, seeds[at : at + SEEDS_AT_ONCE])
            for at in range(0, count, SEEDS_AT_ONCE)
        ]
        for done in as_completed(running):
            yield done.result()


def portion(seeds: Sequence[int]) -> tuple[Tally, list[str]]:
    """The sequences of these seeds; the first of a seed that diverges is told and ends it."""
    from tests.reviews.machine.machine import Machine  # noqa: PLC0415 (after `prepare`)
    from tests.reviews.machine.seeds import follow  # noqa: PLC0415

    Machine.tally, texts = Tally(), []
    for seed in seeds:
        try:
            follow(seed)
        except Exception as error:  # noqa: BLE001 (whatever it is: the model did not expect it)
            texts.append("".join([f"seed {seed}: ", *format_exception_only(error)]))
    return Machine.tally, texts


def prepare() -> None:
    """Give this process a database with the people and gates of the model's world."""
    os.environ |= {
        "DATABASE_URL": "sqlite://:memory:",
        "DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "tests.fire.settings",
    }
    import django  # noqa: PLC0415 (after the environment)

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    settings.DEBUG = False  # which keeps every statement
    call_command("migrate", verbosity=0)
    from tests.reviews.machine.house import opened  # noqa: PLC0415
    from tests.reviews.machine.machine import Machine  # noqa: PLC0415

    Machine.house = opened()


if __name__ == "__main__":
    burn("State machine", run)
