"""A server that answers, an agent and two people who call it, and where graphs keep their state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from gatehouse_client import Gatehouse
from langgraph.checkpoint.postgres import PostgresSaver

from gates.models import ApiKey
from tests import factories
from tests.clients.stores import own_database

Call = Callable[[ApiKey], Gatehouse]


@pytest.fixture
def desk(transactional_db) -> factories.Desk:
    """The refund gate, whose verdicts are released at once."""
    return factories.desk(undo_window=0)


@pytest.fixture
def call(live_server) -> Iterator[Call]:
    """Make a client that calls with a key."""
    clients: list[Gatehouse] = []

    def make(key: ApiKey) -> Gatehouse:
        clients.append(Gatehouse(live_server.url, factories.secret_of(key)))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def agent(desk, call: Call) -> Gatehouse:
    """Who submits."""
    return call(desk.key)


@pytest.fixture
def ann(desk, call: Call) -> Gatehouse:
    """One who is asked."""
    return call(factories.personal_key(desk.reviewer))


@pytest.fixture
def ben(desk, call: Call) -> Gatehouse:
    """Another who is asked."""
    return call(factories.personal_key(desk.colleague))


@pytest.fixture(scope="session")
def checkpoints() -> Iterator[str]:
    """The address of a database for checkpoints, on PostgreSQL."""
    with own_database() as url:
        with PostgresSaver.from_conn_string(url) as saver:
            saver.setup()
        yield url


@pytest.fixture
def saver(checkpoints: str) -> Iterator[PostgresSaver]:
    """LangGraph's checkpointer."""
    with PostgresSaver.from_conn_string(checkpoints) as kept:
        yield kept


@pytest.fixture
def thread() -> dict[str, dict[str, str]]:
    """The config of a thread of its own."""
    return {"configurable": {"thread_id": f"ticket-{uuid4().hex[:8]}"}}
