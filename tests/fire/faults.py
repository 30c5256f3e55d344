"""Death at a named point: a process that gets there while the point is armed kills itself."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

FOLDER = "FIRE_FAULTS"  # names the folder in which a point is armed by a file of its name
POINTS = (
    "before_lock",
    "after_lock",
    "before_write",
    "after_write",
    "before_commit",
    "after_commit",
)
_WRITES = ("INSERT", "UPDATE", "DELETE")


class Faults(AppConfig):
    """Puts the points into the processes of a system that names a folder."""

    name = "tests.fire"
    label = "fire"

    def ready(self) -> None:
        """Wrap statements and commits."""
        if FOLDER in os.environ:
            connection_created.connect(_watch, dispatch_uid="faults")
            _around(BaseDatabaseWrapper, "commit", "before_commit", "after_commit")


def reached(point: str) -> None:
    """Die here if somebody armed the point. Of several that get there one does: who removes the
    file.
    """
    with suppress(FileNotFoundError):
        (Path(os.environ[FOLDER]) / point).unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def _around(owner: Any, name: str, before: str, after: str) -> None:
    inner: Callable[..., Any] = getattr(owner, name)

    def outer(self: Any, *args: Any, **kwargs: Any) -> Any:
        reached(before)
        answer = inner(self, *args, **kwargs)
        reached(after)
        return answer

    setattr(owner, name, outer)


def _watch(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    if _statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_statement)


def _statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    kind = "lock" if "FOR UPDATE" in sql else "write" if sql.startswith(_WRITES) else ""
    if not kind:
        return execute(sql, params, many, context)
    reached(f"before_{kind}")
    answer = execute(sql, params, many, context)
    reached(f"after_{kind}")
    return answer
