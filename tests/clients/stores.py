"""Databases of a test's own, beside the one that Django tests in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django.db import connection


def server() -> str:
    """The address of the PostgreSQL server that the tests run on."""
    at = connection.settings_dict
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT'] or 5432}"


@contextmanager
def own_database() -> Iterator[str]:
    """The address of an empty database, which is gone afterwards."""
    import psycopg  # noqa: PLC0415 (an extra)

    name = f"test_graphs_{uuid4().hex[:12]}"
    with psycopg.connect(f"{server()}/postgres", autocommit=True) as maker:
        maker.execute(f"CREATE DATABASE {name}")
        yield f"{server()}/{name}"
        maker.execute(f"DROP DATABASE {name} WITH (FORCE)")
