"""Brokers that keep time: once a second the queue's head is a sweep. No leader, no schedule row."""

from __future__ import annotations

import uuid
from time import monotonic
from typing import Any

from django.conf import settings
from django_q.brokers.orm import ORM
from django_q.signing import SignedPackage

from gates import clock
from hitl_project import connections

Tasks = list[tuple[Any, Any]]

SECOND = 1.0
SWEEP = {"name": "sweep", "func": "reviews.tasks.sweep", "args": (), "kwargs": {}}
# Not stored when it went well; cut off after 30 s, because another one comes each second.
TERMS = {"save": False, "timeout": 30}


class Tick:
    """What makes a broker tick. django-q2's own scheduler looks around every 30 seconds only."""

    _next = 0.0

    def tick(self) -> Tasks | None:
        """A sweep, if this cluster sweeps and the last one is a second ago. It exists nowhere else,
        so there is nothing to acknowledge or lose.
        """
        if not settings.SWEEPS or monotonic() < self._next:
            return None
        self._next = monotonic() + SECOND
        connections.renew()  # the clock asks the database
        task = {"id": uuid.uuid4().hex, "started": clock.now(), **SWEEP, **TERMS}
        return [(None, SignedPackage.dumps(task))]


class TickORM(Tick, ORM):  # type: ignore[misc]  # django-q2 has no types
    """Tasks are rows of our database; between looks it sleeps for `poll`, so a tick is punctual."""

    def dequeue(self) -> Tasks | None:
        """The next tasks, or a sweep."""
        tasks: Tasks | None = self.tick() or super().dequeue()
        return tasks


try:
    from django_q.brokers.redis_broker import Redis
except ImportError:  # without the extra there is no TickRedis either
    pass
else:

    class TickRedis(Tick, Redis):  # type: ignore[misc]
        """Tasks are in Redis."""

        PATIENCE = 0.2  # seconds; django-q2 waits a whole one, and every second tick would be late

        def dequeue(self) -> Tasks | None:
            """The next task, or a sweep."""
            return self.tick() or self._pop()

        def _pop(self) -> Tasks | None:
            found = self.connection.blpop(self.list_key, self.PATIENCE)
            return [(None, found[1])] if found else None
