"""How fast a log of decisions is played: `python -m tests.benchmarks.replay FILE`, or BENCH_LOG in
the environment. Without a file there is nothing to say.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from time import perf_counter

from tests.benchmarks.frame import Bench, Line, measure
from tests.benchmarks.sweep import sqlite
from tests.fire.part import say
from tests.fire.system import System

APPLICATIONS = 1_000


def run(bench: Bench) -> Iterator[Line]:
    """The first rows of the file, on either database."""
    if "BENCH_LOG" not in os.environ:
        say("replay: no file was named (BENCH_LOG).")
        return
    count = bench.times(APPLICATIONS)
    system = System(bench.server.create(f"replay_{os.getpid()}"))
    system.manage("migrate", "--verbosity=0")
    yield _played(system, count, "")
    with sqlite() as url:
        yield _played(System(url), count, "SQLite: ")


def _played(system: System, count: int, where: str) -> Line:
    """The whole command: set-up, play, and what it says at the end."""
    part = system.folder / "part.csv"
    with Path(os.environ["BENCH_LOG"]).open(encoding="utf-8") as lines:
        part.write_text("".join(islice(lines, count + 1)), encoding="utf-8")
    begun = perf_counter()
    system.manage("replay", str(part))
    rate = count / (perf_counter() - begun)
    return Line(f"{where}replay, applications", [rate], unit="/s", n=count)


if __name__ == "__main__":
    if sys.argv[1:] and not sys.argv[1].startswith("-"):
        os.environ["BENCH_LOG"] = sys.argv.pop(1)
    measure(run)
