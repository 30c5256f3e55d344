"""django-q2 tasks: each only loads and calls."""

from __future__ import annotations

import structlog
from django.conf import settings

from reviews import deadlines

log = structlog.get_logger(__name__)


def sweep() -> None:
    """Apply what is due and show a pulse. Errors are logged: the next second tries again."""
    try:
        deadlines.sweep(cluster=settings.CLUSTER_NAME)
    except Exception:
        log.exception("sweep_failed")


def pulse() -> None:
    """Show that a cluster which keeps no deadlines does its work."""
    deadlines.beat(settings.CLUSTER_NAME, sweeps=False)
