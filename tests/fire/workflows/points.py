"""Twelve points on the way of a run, laid around what is there. Who comes to one that is armed
dies, and tells before it with which steps.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from threading import local
from typing import Any

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.fire.faults import FOLDER

ANYBODY = "anybody"  # the role of those who die here: whoever comes first
DEATHS = "deaths"  # the file that tells of them
POINTS = (
    *("claim_before_lock", "claim_after_lock", "claim_after_commit"),
    *("action_in_the_middle", "action_before_answer"),
    *("answer_before_writes", "answer_after_writes", "answer_after_commit"),
    *("close_before_commit", "close_after_commit"),
    *("drive_before_enqueue", "drive_after_enqueue"),
)


class Here(local):
    """Where a thread is: in which move, with which steps; which steps its transaction wakes, and
    which ones the sweep puts forward.
    """

    move = ""
    steps: tuple[str, ...] = ()
    woken: tuple[str, ...] = ()
    driven: tuple[str, ...] = ()


here = Here()


class Points(AppConfig):
    """Lays the points in processes of a system that names a folder."""

    name = "tests.fire.workflows"
    label = "fire_workflows"

    def ready(self) -> None:
        """Once all apps are there."""
        if FOLDER in os.environ:
            _around_claims()
            _around_answers()
            _around_waking()
            _around_ends()


def reached(point: str, *steps: str) -> None:
    """Die here if the point is armed. Of several that get here one does: who removes the file."""
    folder = os.environ.get(FOLDER)
    if folder is None:
        return
    with suppress(FileNotFoundError):
        (Path(folder) / f"{ANYBODY}.{point}").unlink()
        told = {"point": point, "steps": steps, "at": time.time()}
        with (Path(folder) / DEATHS).open("a") as deaths:
            deaths.write(f"{json.dumps(told)}\n")
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def _moving(move: str, step: object) -> Iterator[None]:
    here.move, here.steps = move, (str(step),)
    try:
        yield
    finally:
        here.move, here.steps = "", ()


def _around_claims() -> None:
    from reviews.queries import runs  # noqa: PLC0415 (models)
    from reviews.transitions.runs import walking  # noqa: PLC0415

    def advance(inner: Callable[..., Any], step_id: Any, *, claims: bool = True) -> Any:
        with _moving("claim" if claims else "", step_id):
            call = inner(step_id, claims=claims)
        if call is not None:
            reached("claim_after_commit", str(step_id))
        return call

    def lock(inner: Callable[..., Any], step_id: Any) -> Any:
        _in_move("claim", "claim_before_lock")
        found = inner(step_id)
        _in_move("claim", "claim_after_lock")
        return found

    _lay(walking, "advance", advance)
    _lay(runs, "locked_run", lock)


def _around_answers() -> None:
    from reviews.transitions.change import Change  # noqa: PLC0415 (models)
    from reviews.transitions.runs import answering  # noqa: PLC0415

    def answer(inner: Callable[..., Any], call: Any, work: Any) -> None:
        reached("action_before_answer", call.key)
        with _moving("answer", call.key):
            inner(call, work)

    def write(inner: Callable[..., Any], change: Any) -> None:
        _in_move("answer", "answer_before_writes")
        inner(change)

    _lay(answering, "_answer", answer)
    _lay(Change, "write", write)


def _around_waking() -> None:
    from reviews.transitions import waking  # noqa: PLC0415 (models)

    def ready(inner: Callable[..., Any], step_ids: Any, now: Any) -> None:
        inner(step_ids, now)
        if not here.move:  # in a move of its own a run does not wait for what it closes
            here.woken += tuple(map(str, step_ids))

    def again(inner: Callable[..., Any], steps: Any, now: Any) -> None:
        here.driven = tuple(str(step.pk) for step in steps)
        inner(steps, now)

    def enqueue(inner: Callable[..., Any], step_id: Any) -> None:
        driven = str(step_id) in here.driven
        if driven:
            reached("drive_before_enqueue", *here.driven)
        inner(step_id)
        if driven:
            reached("drive_after_enqueue", *here.driven)

    for name, outer in (("ready", ready), ("again", again), ("enqueue", enqueue)):
        _lay(waking, name, outer)


def _around_ends() -> None:
    """Of transactions."""

    def commit(inner: Callable[..., Any], connection: Any) -> None:
        _in_move("answer", "answer_after_writes")
        if here.woken:
            reached("close_before_commit", *here.woken)
        inner(connection)
        woken, here.woken = here.woken, ()
        _in_move("answer", "answer_after_commit")
        if woken:
            reached("close_after_commit", *woken)

    def rollback(inner: Callable[..., Any], connection: Any) -> None:
        here.woken = ()
        inner(connection)

    _lay(BaseDatabaseWrapper, "commit", commit)
    _lay(BaseDatabaseWrapper, "rollback", rollback)


def _in_move(move: str, point: str) -> None:
    if here.move == move:
        reached(point, *here.steps)


def _lay(owner: Any, name: str, outer: Callable[..., Any]) -> None:
    inner = getattr(owner, name)

    @wraps(inner)
    def laid(*args: Any, **kwargs: Any) -> Any:
        return outer(inner, *args, **kwargs)

    setattr(owner, name, laid)
