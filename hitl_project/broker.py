"""Brokers that keep time: once a second the queue's head is a sweep. No leader, no schedule row."""

from __future__ import annotations

import uuid
from math import inf
from multiprocessing.sharedctypes import RawValue
from time import monotonic, sleep
from typing import Any

import structlog
from django import db
from django.conf import settings
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.signing import SignedPackage

from gates import clock
from hitl_project import connections

log = structlog.get_logger(__name__)

Tasks = list[tuple[Any, Any]]

SECOND = 1.0
PATIENCE = 0.2  # seconds; django-q2 waits a whole one for Redis: every second tick would be late
LIMIT = 1.0  # seconds for an answer of Redis
GUARD = 5.0  # seconds without a word from the guard, who has one for us every half second
# Not stored when it went well; cut off after 30 s, because another one comes each second.
TERMS = {"args": (), "kwargs": {}, "save": False, "timeout": 30}


class Tick:
    """What makes a broker tick. django-q2's own scheduler looks around every 30 seconds only."""

    LOST: tuple[type[Exception], ...] = (db.OperationalError, db.InterfaceError)
    _next = 0.0

    def __init__(self, list_key: str | None = None) -> None:
        super().__init__(list_key)  # type: ignore[call-arg]  # of the broker beside us
        self._guarded = RawValue("d", inf)  # shared by the processes that the guard forks

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """What the guard, who replaces dead processes, calls on each of its rounds."""
        self._guarded.value = monotonic()
        super().set_stat(key, value, timeout)  # type: ignore[misc]

    def dequeue(self) -> Tasks | None:
        """A tick, or the next tasks. Where the queue is out of reach the ticks go on: django-q2
        would end the process that asks, 10 s later.
        """
        try:
            return self.tick() or self.take()
        except self.LOST as error:
            log.warning("queue_unreachable", error=str(error))
            sleep(PATIENCE)
            return None

    def tick(self) -> Tasks | None:
        """A sweep, if the last one is a second ago; from a cluster that does not sweep, a pulse. It
        exists nowhere else, so there is nothing to acknowledge or lose.

        None without a guard: one worker that dies while it hands its result over leaves him waiting
        for ever, and the others would hide it. Silence has the whole cluster started anew.
        """
        if not self._next <= monotonic() <= self._guarded.value + GUARD:
            return None
        self._next = monotonic() + SECOND
        connections.renew()  # the clock asks the database
        name = "sweep" if settings.SWEEPS else "pulse"
        task = {"id": uuid.uuid4().hex, "name": name, "func": f"reviews.tasks.{name}", **TERMS}
        return [(None, SignedPackage.dumps(task | {"started": clock.now()}))]

    def take(self) -> Tasks | None:
        """The next tasks of the queue."""
        raise NotImplementedError


class TickORM(Tick, ORM):  # type: ignore[misc]  # django-q2 has no types
    """Tasks are rows of our database; between looks it sleeps for `poll`, so a tick is punctual."""

    def take(self) -> Tasks | None:
        """The oldest rows that nobody works on."""
        tasks: Tasks | None = ORM.dequeue(self)
        return tasks


try:
    import redis
    from django_q.brokers.redis_broker import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry
except ImportError:  # without the extra there is no TickRedis either
    pass
else:

    class TickRedis(Tick, Redis):  # type: ignore[misc]
        """Tasks are in Redis. Time is kept without it, too: who waits for Redis keeps no time."""

        LOST = (*Tick.LOST, redis.RedisError)

        @staticmethod
        def get_connection(list_key: str | None = None) -> redis.Redis:
            """One that says at once when Redis is out of reach: the library tries for a minute."""
            limits = {"socket_connect_timeout": LIMIT, "socket_timeout": LIMIT}
            return redis.from_url(Conf.REDIS, retry=Retry(NoBackoff(), 0), **limits)

        def ping(self) -> bool:
            """django-q2 starts no cluster if this fails."""
            return True

        def take(self) -> Tasks | None:
            """The first of the list."""
            found = self.connection.blpop(self.list_key, PATIENCE)
            return [(None, found[1])] if found else None
