"""Waiting callers and a server of four threads, as in life."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx2
import pytest
from django.conf import settings
from django.db import connection

from gates.models import Gate
from gates.policy import Step
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

THREADS, PATIENCE = 4, 60.0
Start = Callable[[], httpx2.Client]


@pytest.fixture(autouse=True)
def still():
    """The clock runs."""


@pytest.fixture
def start(transactional_db, tmp_path) -> Iterator[Start]:
    """Start a server on the test's rows as they are now; the answer calls it."""
    running: list[subprocess.Popen] = []
    clients: list[httpx2.Client] = []

    def start() -> httpx2.Client:
        port = _free_port()
        running.append(_serve(port, _database_for_others(tmp_path)))
        clients.append(httpx2.Client(base_url=f"http://127.0.0.1:{port}/api/v1/", timeout=PATIENCE))
        _until_it_answers(clients[0], running[0])
        return clients[0]

    yield start
    for client in clients:
        client.close()
    for server in running:
        server.terminate()
        server.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _database_for_others(folder: Path) -> str:
    """An address of the test's rows: its database, or a copy of the one that is in memory."""
    if connection.vendor == "postgresql":
        at = connection.settings_dict
        return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    connection.ensure_connection()
    with sqlite3.connect(folder / "db.sqlite3") as copy:
        connection.connection.backup(copy)
    copy.close()
    return f"sqlite:///{folder / 'db.sqlite3'}"


def _serve(port: int, database: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
    command += ["--blocking-threads", str(THREADS), "--log-level", "error"]
    environment = {"DATABASE_URL": database, "SERVER_THREADS": str(THREADS), "DEBUG": "1"}
    return subprocess.Popen(
        [*command, "hitl_project.wsgi:application"],
        cwd=settings.BASE_DIR,
        env=os.environ | environment,
        stderr=subprocess.DEVNULL,
    )


def _until_it_answers(client: httpx2.Client, server: subprocess.Popen) -> None:
    end = monotonic() + PATIENCE
    while monotonic() < end and server.poll() is None:
        try:
            client.get("reviews/")
        except httpx2.TransportError:
            sleep(0.1)
        else:
            return
    pytest.fail("The server does not answer.")


def timed(call: Callable[[], httpx2.Response]) -> tuple[Any, float]:
    """The JSON of the answer, and the seconds it took."""
    begun = monotonic()
    response = call()
    assert response.status_code == 200, response.text
    return response.json(), monotonic() - begun


def test_half_of_the_threads_may_wait_and_the_others_serve(start):
    desk = factories.desk(timeout_action="reject", **_one_step(600))
    review, secret = desk.submit(), factories.secret_of(desk.key)
    client = start()
    client.headers["Authorization"] = f"Bearer {secret}"
    address = f"reviews/{review.pk}/"

    with ThreadPoolExecutor(THREADS) as threads:
        waiting = [
            threads.submit(timed, lambda: client.get(f"{address}wait/", params={"seconds": 30}))
            for _ in range(THREADS // 2 + 1)
        ]
        turned_away, seated = wait(waiting, timeout=10, return_when=FIRST_COMPLETED)
        (too_many,) = (future.result() for future in turned_away)
        read, took = timed(lambda: client.get(address))
        assert all(not future.done() for future in seated)
        cancelled = monotonic()
        timed(lambda: client.post(f"{address}cancel/"))
        answers = [future.result()[0] for future in seated]
        noticed = monotonic() - cancelled

    assert (too_many[0]["status"], read["status"]) == ("pending", "pending")
    assert took < 2
    assert [answer["outcome"] for answer in answers] == ["cancelled"] * (THREADS // 2)
    assert noticed < 3


def test_a_deadline_reaches_who_waits_though_nobody_sweeps(start):
    desk = factories.desk(timeout_action="reject", **_one_step(600))
    secret = factories.secret_of(desk.key)
    factories.gate(slug="quick", timeout_action="reject", **_one_step(3))
    desk.key.gates.set(Gate.objects.all())
    client = start()
    client.headers["Authorization"] = f"Bearer {secret}"

    body = {"gate": "quick", "proposal": factories.PROPOSAL, "context": factories.CONTEXT}
    submitted = client.post("reviews/", json=body).json()
    answer, took = timed(
        lambda: client.get(f"reviews/{submitted['id']}/wait/", params={"seconds": 30})
    )

    assert (answer["outcome"], answer["decision"]["source"]) == ("rejected", "timeout")
    assert 1 < took < 5
    assert 0 <= _seconds(answer["closed_at"]) - _seconds(answer["due_at"]) < 1


def _one_step(timeout: int) -> dict[str, Any]:
    return {"steps": (Step("support_team", timeout),), "final_action": ""}


def _seconds(stamp: str) -> float:
    return datetime.fromisoformat(stamp).timestamp()
