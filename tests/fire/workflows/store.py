"""A Redis of our own, to put tasks in."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import redis

from tests.fire import postgres
from tests.processes import eventually


@contextmanager
def redis_server() -> Iterator[str]:
    """The address of a Redis that nobody else uses and that keeps nothing."""
    port = postgres.free_port()
    with TemporaryDirectory(prefix="gatehouse-fire-") as folder:
        command = ["redis-server", "--port", str(port), "--save", "", "--dir", folder]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        url = f"redis://{postgres.NOBODY_ELSE}:{port}/0"
        try:
            eventually(lambda: _answers(url), "a Redis")
            yield url
        finally:
            process.terminate()
            process.wait()


def _answers(url: str) -> bool:
    try:
        with redis.from_url(url, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
