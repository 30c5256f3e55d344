"""Plays the past and sets out what waits now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random

from gates import clock
from hitl_project.demo.history.cast import Cast, assemble, played
from hitl_project.demo.history.flows import Flows
from hitl_project.demo.history.later import Later
from hitl_project.demo.history.past import Life
from hitl_project.demo.history.present import Present
from hitl_project.demo.history.rhythm import DAYS
from hitl_project.demo.history.stage import Stage

PAST, CERTAIN, PRESENT, FLOWS = 20_260_302, 11, 7, 5  # seeds: every start is the same
planted = played


@contextmanager
def beginning() -> Iterator[None]:
    """Stand at the day on which the shop opened its gates."""
    with clock.at(clock.now() - timedelta(days=DAYS + 1)):
        yield


def play() -> Stage:
    """Everything up to now; the gates and the people must be there. In one transaction of the
    caller, so that nobody's sweep meets the past.
    """
    stage = Stage(end=clock.now())
    with clock.at(stage.end - timedelta(days=DAYS + 1)):
        cast = assemble()
    _life(stage, cast, PAST).month()
    _life(stage, cast, CERTAIN).certainties()
    Present(_life(stage, cast, PRESENT)).set_out()
    Flows(stage, cast, Random(FLOWS)).set_out()  # noqa: S311
    stage.run()
    return stage


def _life(stage: Stage, cast: Cast, seed: int) -> Life:
    random = Random(seed)  # noqa: S311
    return Life(stage, cast, random, Later(stage, cast, random))
