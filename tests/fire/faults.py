"""Death at a named point: a process of the role that gets there while the point is armed kills
itself.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from time import sleep
from typing import Any

from django.apps import AppConfig
from django.core.handlers.base import BaseHandler
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

FOLDER = "FIRE_FAULTS"  # names the folder in which a point is armed by a file of its name
_DATABASE = (
    "before_lock",
    "after_lock",
    "before_write",
    "after_write",
    "before_commit",
    "after_commit",
)
_ENQUEUE = "before_enqueue", "after_enqueue"
POINTS: dict[str, tuple[str, ...]] = {
    "web": (*_DATABASE, "before_answer"),
    "worker": (*_DATABASE, *_ENQUEUE),  # its result, for the monitor
    "pusher": _ENQUEUE,  # a task, for the workers
    "monitor": ("before_ack", "after_ack"),
}
_WRITES = ("INSERT", "UPDATE", "DELETE")
_LOCKS = ("FOR UPDATE", "pg_try_advisory")
_WRITTEN = 0.01  # seconds in which the thread behind a queue writes what was put, or half of it

_role = ""  # of this process; one without a role reaches nothing


class Faults(AppConfig):
    """Puts the points into the processes of a system that names a folder."""

    name = "tests.fire"
    label = "fire"

    def ready(self) -> None:
        """Wrap statements, commits, answers and queues."""
        if FOLDER not in os.environ:
            return
        if "granian" in sys.modules:
            _play("web")
        connection_created.connect(_watch, dispatch_uid="faults")
        _around(BaseDatabaseWrapper, "commit", "before_commit", "after_commit")
        _before_answers()
        _cast_the_cluster()


def arm(folder: Path, role: str, point: str, words: str = "") -> Path:
    """Whoever of the role gets there next dies, at a statement that holds these words; the file
    that is gone by then.
    """
    armed, unfinished = folder / f"{role}.{point}", folder / "unfinished"
    unfinished.write_text(words)
    return unfinished.rename(armed)


def reached(point: str, statement: str = "") -> None:
    """Die here if somebody armed the point for our role. Of several that get there one does: who
    removes the file.
    """
    if not (_role and point):
        return
    armed = Path(os.environ[FOLDER]) / f"{_role}.{point}"
    with suppress(FileNotFoundError):
        if armed.read_text() in statement:
            armed.unlink()
            if point == "after_enqueue":
                sleep(random.random() * _WRITTEN)  # noqa: S311
            os.kill(os.getpid(), signal.SIGKILL)


def role_of(folder: Path, pid: int) -> str:
    """What the process said that it is; empty if it said nothing."""
    said = folder / str(pid)
    return said.read_text() if said.exists() else ""


def _play(role: str) -> None:
    global _role  # noqa: PLW0603 (a process has one)
    _role = role
    (Path(os.environ[FOLDER]) / str(os.getpid())).write_text(role)


def _cast_the_cluster() -> None:
    """django-q2 starts each process with a function, which now says first what it is."""
    from django_q import cluster, monitor  # noqa: PLC0415 (they need all apps)
    from django_q.queues import Queue  # noqa: PLC0415

    for role in ("worker", "pusher", "monitor"):
        inner = getattr(cluster, role)
        setattr(cluster, role, _cast(role, inner))
    _around(Queue, "put", "before_enqueue", "after_enqueue")
    _around(monitor, "save_task", "before_ack", "")  # what the monitor does first with a result,
    _around(monitor.post_execute, "send", "", "after_ack")  # and last


def _cast(role: str, inner: Callable[..., None]) -> Callable[..., None]:
    @wraps(inner)
    def outer(*args: Any, **kwargs: Any) -> None:
        _play(role)
        inner(*args, **kwargs)

    return outer


def _around(owner: Any, name: str, before: str, after: str) -> None:
    inner: Callable[..., Any] = getattr(owner, name)

    @wraps(inner)
    def outer(*args: Any, **kwargs: Any) -> Any:
        reached(before)
        answer = inner(*args, **kwargs)
        reached(after)
        return answer

    setattr(owner, name, outer)


def _before_answers() -> None:
    inner = BaseHandler.get_response

    def outer(self: BaseHandler, request: Any) -> Any:
        answer = inner(self, request)
        reached("before_answer", request.method)
        return answer

    BaseHandler.get_response = outer  # type: ignore[method-assign]


def _watch(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    if _statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_statement)


def _statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    kind = _kind(sql)
    if not kind:
        return execute(sql, params, many, context)
    reached(f"before_{kind}", sql)
    answer = execute(sql, params, many, context)
    reached(f"after_{kind}", sql)
    return answer


def _kind(sql: str) -> str:
    if any(words in sql for words in _LOCKS):
        return "lock"
    return "write" if sql.startswith(_WRITES) else ""
