"""The broker that ticks, against django-q2 as it is installed."""

import os
from contextlib import closing
from multiprocessing import Event, Value
from socket import socket
from time import monotonic
from uuid import uuid4

import pytest
import redis
from django.db import OperationalError
from django_q import brokers
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ, Task
from django_q.monitor import monitor
from django_q.pusher import pusher
from django_q.queues import Queue
from django_q.signing import SignedPackage
from django_q.worker import worker

from hitl_project import broker as ticking
from hitl_project.broker import TickORM, TickRedis
from reviews.models import Heartbeat
from tests.factories import T0, at

TASK = {"id": "1", "name": "other", "func": "os.getpid", "args": (), "kwargs": {}, "started": T0}
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")


@pytest.fixture
def stopwatch(monkeypatch):
    """A stopwatch that a test moves."""
    seconds = [100.0]
    monkeypatch.setattr(ticking, "monotonic", lambda: seconds[0])
    monkeypatch.setattr(Conf, "POLL", 0)
    return seconds


@pytest.fixture
def redis_queue(monkeypatch):
    """The name of a queue of our own in a real Redis."""
    try:
        redis.from_url(REDIS, socket_timeout=2).ping()
    except redis.ConnectionError:
        pytest.skip(f"no Redis at {REDIS}")
    monkeypatch.setattr(Conf, "REDIS", REDIS)
    name = f"test-{uuid4().hex}"
    yield name
    TickRedis(list_key=name).delete_queue()


def names(tasks):
    """What was taken from the queue, by the tasks' names."""
    return [SignedPackage.loads(payload)["name"] for _, payload in tasks or ()]


@pytest.mark.django_db
def test_the_settings_name_the_broker_that_ticks():
    assert type(brokers.get_broker()) is TickORM


@pytest.mark.django_db
def test_the_first_thing_in_the_queue_is_a_sweep():
    with at(T0):
        [(receipt, payload)] = TickORM().dequeue() or []
    task = SignedPackage.loads(payload)
    assert receipt is None
    assert len(task.pop("id")) == 32
    assert task == {
        "name": "sweep",
        "func": "reviews.tasks.sweep",
        "args": (),
        "kwargs": {},
        "started": T0,
        "save": False,
        "timeout": 30,
    }


@pytest.mark.django_db
def test_a_sweep_comes_once_a_second_however_often_one_looks(stopwatch):
    broker = TickORM()
    seen = []
    for moment in (100, 100.5, 100.99, 101, 101.5, 102, 130, 130.5):
        stopwatch[0] = moment
        seen.append((moment, names(broker.dequeue())))
    assert [moment for moment, found in seen if found == ["sweep"]] == [100, 101, 102, 130]
    assert [found for _, found in seen if found != ["sweep"]] == [[]] * 4


@pytest.mark.django_db
def test_between_two_sweeps_other_tasks_come_through(stopwatch):
    broker = TickORM()
    broker.enqueue(SignedPackage.dumps(TASK))
    assert [names(broker.dequeue()) for _ in range(3)] == [["sweep"], ["other"], []]


@pytest.mark.django_db
def test_a_cluster_that_does_not_sweep_has_a_pulse(settings, stopwatch):
    settings.SWEEPS = False
    broker = TickORM()
    assert [names(broker.dequeue()) for _ in range(2)] == [["pulse"], []]


@pytest.mark.django_db
def test_no_tick_comes_while_nobody_guards_the_processes(stopwatch):
    broker = TickORM()
    seen = []
    for stopwatch[0] in (100, 104, 105, 106, 107):
        if stopwatch[0] in {100, 107}:
            broker.set_stat("cluster", "how it is", 3)
        seen.append(names(broker.dequeue()))
    assert seen == [["sweep"], ["sweep"], ["sweep"], [], ["sweep"]]


@pytest.mark.django_db
def test_ticks_go_on_while_the_queue_is_out_of_reach(stopwatch, monkeypatch):
    """django-q2 would end the process that asks, after ten seconds."""

    def refuse(broker):
        raise OperationalError("away")

    monkeypatch.setattr(ORM, "dequeue", refuse)
    monkeypatch.setattr(ticking, "PATIENCE", 0)
    broker = TickORM()
    seen = [names(broker.dequeue()) for stopwatch[0] in (100, 100.5, 101)]
    assert seen == [["sweep"], [], ["sweep"]]


def test_redis_that_is_away_does_not_stop_the_ticks(stopwatch, monkeypatch, settings, db):
    monkeypatch.setattr(Conf, "REDIS", "redis://127.0.0.1:1/0")  # nobody listens there
    monkeypatch.setattr(ticking, "PATIENCE", 0)
    broker = TickRedis(list_key="away")
    seen = [names(broker.dequeue()) for stopwatch[0] in (100, 100.5, 101)]
    assert seen == [["sweep"], [], ["sweep"]]


@pytest.mark.django_db
def test_redis_that_is_silent_holds_no_tick_up_for_long(monkeypatch):
    """Its host died, or the network between: nobody refuses, nobody answers."""
    with closing(socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setattr(Conf, "REDIS", f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        broker = TickRedis(list_key="silent")
        assert broker.ping()  # or no cluster would start
        assert names(broker.dequeue()) == ["sweep"]
        begun = monotonic()
        assert broker.dequeue() is None
        assert monotonic() - begun < 2
        assert names(broker.dequeue()) == ["sweep"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sweeps", [True, False])
def test_django_q_runs_the_tick_and_keeps_no_trace_of_it(settings, sweeps):
    settings.CLUSTER_NAME, settings.SWEEPS = "one of a test", sweeps
    tasks, results, stop, timer = Queue(), Queue(), Event(), Value("f", -1)
    stop.set()  # the pusher looks once
    pusher(tasks, stop, TickORM())
    tasks.put("STOP")
    worker(tasks, results, timer, 60)
    results.put("STOP")
    monitor(results, TickORM())
    assert list(Heartbeat.objects.values_list("pk", "sweeps")) == [("one of a test", sweeps)]
    assert (Task.objects.count(), OrmQ.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_redis_ticks_too_and_lets_other_tasks_through(redis_queue, stopwatch):
    broker = TickRedis(list_key=redis_queue)
    broker.enqueue(SignedPackage.dumps(TASK))
    assert [names(broker.dequeue()) for _ in range(3)] == [["sweep"], ["other"], []]


@pytest.mark.django_db
def test_an_empty_redis_queue_does_not_hold_the_next_tick_up(redis_queue):
    broker = TickRedis(list_key=redis_queue)
    broker.dequeue()
    begun = monotonic()
    assert broker.dequeue() is None
    assert 0.1 < monotonic() - begun < 0.9
