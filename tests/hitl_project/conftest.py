"""What tests of whole installations share."""

from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection


@pytest.fixture(scope="module")
def database_url(tmp_path_factory):
    """An empty database of the kind that the tests run on."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('up')}/db.sqlite3"
        return
    import psycopg  # noqa: PLC0415 (an extra)

    to = settings.DATABASES["default"]
    login = f"{to['USER']}:{to['PASSWORD']}@{to['HOST']}:{to['PORT'] or 5432}"
    name = f"test_up_{uuid4().hex[:12]}"
    with psycopg.connect(f"postgres://{login}/postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield f"postgres://{login}/{name}"
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
