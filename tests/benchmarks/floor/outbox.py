"""A bare outbox: a row for each task, and workers who do nothing but note when they began. Run as a
worker: `python -m tests.benchmarks.floor.outbox DATABASE TRACE [REDIS]`.
"""

from __future__ import annotations

import os
import sys
import time

import psycopg
import redis

POLL = 0.2  # seconds, as django-q2 sleeps between looks into the database
LIST = "floor:outbox"
TABLE = "CREATE TABLE IF NOT EXISTS floor_outbox (id bigserial PRIMARY KEY, name text, more int)"
_PUT = "INSERT INTO floor_outbox (name, more) VALUES (%s, %s) RETURNING id"
_TAKE = "SELECT id, name, more FROM floor_outbox ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
_TAKE_THIS = "SELECT id, name, more FROM floor_outbox WHERE id = %s FOR UPDATE"
_DONE = "DELETE FROM floor_outbox WHERE id = %s"

Store = redis.Redis | None


def note(trace: str, name: str) -> None:
    """Say that something has begun, and when."""
    said = f"{name} {time.time()}\n".encode()
    file = os.open(trace, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, said)
    finally:
        os.close(file)


def put(connection: psycopg.Connection, store: Store, name: str, more: int = 0) -> None:
    """One task, after which there are so many more; it is told once the transaction lasts."""
    with connection.transaction():
        made = _insert(connection, name, more)
    _tell(store, made)


def work(connection: psycopg.Connection, store: Store, trace: str) -> None:
    """Do what there is, for ever."""
    while True:
        if store is None:
            if not _do(connection, store, trace, _TAKE, []):
                time.sleep(POLL)
        elif found := store.blpop([LIST], timeout=1):
            _do(connection, store, trace, _TAKE_THIS, [int(found[1])])


def _do(
    connection: psycopg.Connection, store: Store, trace: str, take: str, given: list[int]
) -> bool:
    made = 0
    with connection.transaction():
        row = connection.execute(take, given).fetchone()
        if row is None:
            return False
        task, name, more = row
        note(trace, name)
        connection.execute(_DONE, [task])
        if more:
            made = _insert(connection, name, more - 1)
    if made:
        _tell(store, made)
    return True


def _insert(connection: psycopg.Connection, name: str, more: int) -> int:
    row = connection.execute(_PUT, [name, more]).fetchone()
    return int(row[0]) if row else 0


def _tell(store: Store, task: int) -> None:
    if store is not None:
        store.rpush(LIST, task)


if __name__ == "__main__":
    url, where, *at = sys.argv[1:]
    with psycopg.connect(url, autocommit=True) as own:
        work(own, redis.from_url(at[0]) if at else None, where)
