"""django-q2 tasks: each only loads and calls."""

from __future__ import annotations

from functools import partial
from uuid import UUID

import structlog
from django.conf import settings

from reviews import deadlines, engine

log = structlog.get_logger(__name__)


def sweep() -> None:
    """Apply what is due and show a pulse. Errors are logged: the next second tries again."""
    for work in (partial(deadlines.sweep, cluster=settings.CLUSTER_NAME), engine.drive):
        try:
            work()
        except Exception:
            log.exception("sweep_failed")


def advance(step_id: str) -> None:
    """Let a run go on. What it owes is a row: if this fails, the sweep comes back to it."""
    try:
        engine.advance(UUID(step_id))
    except Exception:
        log.exception("advance_failed", step=step_id)


def pulse() -> None:
    """Show that a cluster which keeps no deadlines does its work."""
    deadlines.beat(settings.CLUSTER_NAME, sweeps=False)
