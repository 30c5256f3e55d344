"""Several who work on one thread of a graph: people, resumers, processes that die, a server that is
away. On PostgreSQL and LangGraph's checkpointer there.
"""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Barrier, BrokenBarrierError, Timer
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from gatehouse_client import AlreadyDecided, Gatehouse
from gatehouse_client.langgraph import resume_when_closed
from gatehouse_client.turns import OnPostgres
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.types import Command

from hitl_project.management.commands.up import free_port
from reviews.models import Review
from tests import factories
from tests.clients.graphs import asked, flow
from tests.clients.stores import server
from tests.processes import PORTS

A_MOMENT, PATIENCE = 1.5, 60.0  # seconds


class Effects(list):
    """What was done. Whoever does it waits `patience` s for another who does it too."""

    def __init__(self):
        super().__init__()
        self.meeting, self.patience = Barrier(2), 0.0

    def __call__(self, review, result):
        self.append((review, result["amount"]))
        try:
            self.meeting.wait(self.patience)
        except BrokenBarrierError:
            return


@dataclass
class Stage:
    """A thread of the graph, and what was done in it."""

    agent: Gatehouse
    saver: PostgresSaver
    checkpoints: str
    config: dict[str, dict[str, str]]
    effects: Effects = field(default_factory=Effects)

    def open(self):
        """Go to the gate; the review."""
        return asked(flow(self.agent, self.saver).invoke({"amount": 120}, self.config))

    def resume(self, **options):
        """As somebody who has connections of his own, as another process has."""
        with PostgresSaver.from_conn_string(self.checkpoints) as saver:
            graph = flow(self.agent, saver, self.effects)
            turns = OnPostgres(self.checkpoints)
            return resume_when_closed(graph, self.config, self.agent, turns=turns, **options)


@pytest.fixture
def stage(agent, saver, checkpoints, thread):
    return Stage(agent, saver, checkpoints, thread)


def together(*moves):
    """Let them start at the same time; the answer of each, or its refusal."""
    start = Barrier(len(moves))

    def run(move):
        start.wait(PATIENCE)
        try:
            return move()
        except AlreadyDecided as refused:
            return refused

    with ThreadPoolExecutor(len(moves)) as threads:
        return list(threads.map(run, moves))


def test_langgraph_by_itself_lets_both_go_on(stage, ann):
    """Why there are turns. When this fails LangGraph has learnt it, and they can go."""
    review = stage.open()
    stage.effects.patience = PATIENCE
    ann.decide(review, "approve")

    def resume():
        with PostgresSaver.from_conn_string(stage.checkpoints) as saver:
            graph = flow(stage.agent, saver, stage.effects)
            graph.invoke(Command(resume=True), stage.config)

    together(resume, resume)
    assert stage.effects == [(review, 120)] * 2


def test_of_two_who_resume_at_once_one_goes_on(stage, ann):
    review = stage.open()
    stage.effects.patience = A_MOMENT
    ann.decide(review, "approve")
    first, second = together(stage.resume, stage.resume)
    assert stage.effects == [(review, 120)]
    assert first.values == second.values
    assert first.values["done"] == [review]


def test_other_threads_of_the_graph_do_not_wait_for_their_turn(stage, ann):
    other = replace(stage, config={"configurable": {"thread_id": f"other-{uuid4().hex}"}})
    stage.effects.patience = PATIENCE
    for place in (stage, other):
        ann.decide(place.open(), "approve")
    together(stage.resume, other.resume)
    assert (len(stage.effects), stage.effects.meeting.broken) == (2, False)


def test_of_two_people_who_answer_at_once_one_is_heard_and_the_graph_goes_on_once(stage, ann, ben):
    review = stage.open()
    stage.effects.patience = A_MOMENT
    edited = {"amount": 60, "order": "A-17"}
    said = together(
        lambda: ann.decide(review, "approve"),
        lambda: ben.decide(review, "modify", proposal=edited),
        stage.resume,
        stage.resume,
    )
    decided = [answer for answer in said[:2] if not isinstance(answer, AlreadyDecided)]
    assert len(decided) == 1
    assert stage.effects == [(review, decided[0].result["amount"])]
    assert [state.values["done"] for state in said[2:]] == [[review]] * 2


def test_the_process_that_asked_is_gone_and_another_goes_on(stage, desk, ann, live_server):
    review = killed("open", stage, desk, live_server)
    ann.decide(review, "approve")
    stage.resume()
    assert stage.effects == [(review, 120)]
    assert Review.objects.count() == 1


def test_a_process_that_dies_in_its_turn_leaves_the_turn_and_the_node_to_another(
    stage, desk, ann, live_server
):
    review = stage.open()
    ann.decide(review, "approve")
    killed("resume", stage, desk, live_server)
    assert (stage.resume().next, stage.effects) == (("execute",), [])
    assert (stage.resume(stranded=True).next, stage.effects) == ((), [(review, 120)])


def test_a_server_that_is_away_for_a_moment_is_waited_for(stage, desk):
    port = free_port(PORTS + 16_000 + os.getpid() % 4_000)
    secrets = map(factories.secret_of, (desk.key, factories.personal_key(desk.reviewer)))
    running = [serve(port)]
    back = Timer(2, lambda: running.append(serve(port)))
    agent, ann = (Gatehouse(f"http://127.0.0.1:{port}", secret) for secret in secrets)
    with agent, ann, ThreadPoolExecutor(1) as threads:
        try:
            there = replace(stage, agent=agent)
            review = there.open()
            resumed = threads.submit(there.resume)
            stop(running[0])
            back.start()
            ann.decide(review, "approve")
            assert resumed.result(3 * PATIENCE).values["done"] == [review]
        finally:
            back.join()
            for process in running:
                stop(process)
    assert stage.effects == [(review, 120)]


def killed(part, stage, desk, live_server):
    """Let a process work until it is killed; what it printed."""
    key = factories.secret_of(factories.key(desk.gate, name=part))
    place = (live_server.url, key, stage.checkpoints, stage.config["configurable"]["thread_id"])
    done = subprocess.run(
        [sys.executable, "-m", "tests.clients.worker", part, *place],
        cwd=settings.BASE_DIR,
        env=os.environ | {"PYTHONPATH": str(settings.BASE_DIR / "clients" / "python" / "src")},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    return done.stdout.strip()


def serve(port):
    """A server on the rows of the test."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
    command += ["--blocking-threads", "8", "--log-level", "error", "hitl_project.wsgi:application"]
    database = f"{server()}/{connection.settings_dict['NAME']}"
    return subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": database, "SERVER_THREADS": "8"},
        stderr=subprocess.DEVNULL,
    )


def stop(process):
    process.terminate()
    process.wait(PATIENCE)
