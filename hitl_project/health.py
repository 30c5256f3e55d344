"""Whether time is kept and the database is there, for machines that ask every few seconds."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from time import monotonic

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from gates import clock
from hitl_project.apps import STARTED
from reviews.models import Heartbeat

FRESH = timedelta(seconds=10)


def sweeping() -> str:
    """Why deadlines may not be kept, as a code; empty when a sweep ran since the start and less
    than 10 s ago.
    """
    try:
        now = clock.now()
        # A beat of the future is from before the clock was set back: it says nothing.
        beats = Heartbeat.objects.filter(sweeps=True, at__lte=now).order_by("-at")
        last = beats.values_list("at", flat=True).first()
    except DatabaseError:
        return "database_unreachable"
    if last is None or last < _started(now):
        return "no_sweep_yet"
    return "" if now - last < FRESH else "sweep_stale"


def ready() -> str:
    """Why requests cannot be served, as a code; empty when they can."""
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except DatabaseError:
        return "database_unreachable"
    return "" if _leaves() <= set(applied) else "migrations_missing"


def heartbeat(cluster: str) -> datetime | None:
    """The cluster's last beat."""
    return Heartbeat.objects.filter(pk=cluster).values_list("at", flat=True).first()


def _started(now: datetime) -> datetime:
    """When all this began, by the clock that heartbeats are written by."""
    return now - timedelta(seconds=monotonic() - STARTED)


@cache
def _leaves() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
