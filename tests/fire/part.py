"""How a part is run: `python -m tests.fire.races --scale 0.1`."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.fire.figures import Figure, told


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of the whole is done."""

    share: float

    def __call__(self, times: int) -> int:
        """So many, or their share; at least one."""
        return max(1, round(times * self.share))


def say(text: str) -> None:
    """What is going on, for who waits: to stderr."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def burn(title: str, run: Callable[[Scale], Iterator[Figure]]) -> None:
    """Run a part and print its figures; the process ends with 1 if one is not as it must be."""
    parser = ArgumentParser(description=title)
    parser.add_argument("--scale", type=float, default=1.0, help="0.1 does a tenth")
    scale = Scale(parser.parse_args().scale)
    sys.stdout.write(f"{title}, at {scale.share:.0%}\n")
    sys.stdout.flush()
    begun = time.monotonic()
    code = told(run(scale))
    sys.stdout.write(f"  took {time.monotonic() - begun:,.0f} s\n")
    raise SystemExit(code)
