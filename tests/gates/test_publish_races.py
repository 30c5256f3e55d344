"""A gate and a workflow that passes it, published at once: the second is judged with the first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction

from gates import performers
from gates.actors import command
from gates.models import GateVersion, Workflow
from gates.transitions import publish as gates
from gates.transitions import workflows
from gates.transitions.publish import Unfit
from tests import factories
from tests.gates.policies import a_gate
from tests.gates.workflows import a_workflow

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="needs PostgreSQL: SQLite lets one writer in at a time, so nothing can race",
    ),
]

ACTOR = command("policy")
PATIENCE = 20.0
ANSWERED = a_gate(options=("approve", "reject", "respond"))


@pytest.fixture(autouse=True)
def refund(monkeypatch):
    """The gate, published, and somebody who performs the action."""
    monkeypatch.setattr(performers, "_sources", [lambda: ["issue_refund"]])
    factories.team("support_team")
    factories.team("support_leads")
    gates.publish(a_gate(), actor=ACTOR)


@contextmanager
def meanwhile(move) -> Iterator[Future[object]]:
    """Somebody else's move, begun at the end of the block, within a transaction that commits only
    once that move waits for a lock.
    """
    with ThreadPoolExecutor(1) as other:
        try:
            with transaction.atomic():
                done: Future[object] = Future()
                yield done
                running = other.submit(move)
                _wait_for_a_lock(running)
            done.set_exception(running.exception(PATIENCE) or AssertionError("it was published"))
        finally:
            other.submit(connections.close_all).result(PATIENCE)


def _wait_for_a_lock(running):
    until = time.monotonic() + PATIENCE
    while not _waiting():
        assert not running.done(), f"did not stop at the lock: {running.exception()}"
        assert time.monotonic() < until
        time.sleep(0.01)


def _waiting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # kept for the whole transaction
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def test_a_workflow_waits_for_its_gate_and_is_judged_with_the_new_policy():
    with meanwhile(lambda: workflows.publish(a_workflow(), actor=ACTOR)) as late:
        gates.publish(ANSWERED, actor=ACTOR)
    assert str(late.exception()) == (
        "workflow refund: nodes.gate.on.answered: is missing: gate “refund” can end so"
    )
    assert isinstance(late.exception(), Unfit)
    assert not Workflow.objects.exists()


def test_a_gate_waits_for_a_workflow_that_passes_it():
    with meanwhile(lambda: gates.publish(ANSWERED, actor=ACTOR)) as late:
        workflows.publish(a_workflow(), actor=ACTOR)
    assert str(late.exception()) == (
        "refund: workflow “refund”: nodes.gate.on.answered: is missing: gate “refund” can end so"
    )
    assert GateVersion.objects.count() == 1
