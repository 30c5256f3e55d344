"""Connections and the threads that opened them."""

from threading import Thread

import pytest
from django.db import connection
from django.db.backends.signals import connection_created

from hitl_project import connections


@pytest.fixture
def opened(db):
    """What a thread that has ended left behind."""

    def run():
        found = []

        def use():
            connection.ensure_connection()
            found.append(connection.connection)

        thread = Thread(target=use)
        thread.start()
        thread.join()
        return found[0]

    yield run
    connection_created.disconnect(dispatch_uid="farewell")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL")
def test_a_connection_ends_with_its_thread(opened):
    connections.end_with_threads()
    assert opened().closed
