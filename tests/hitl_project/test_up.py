"""`manage.py up`, the real thing: what stops or hangs is started again, and nothing is left."""

import os
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass

import httpx2
import pytest
from django.conf import settings

from hitl_project.management.commands.up import free_port
from tests.processes import PORTS, children_of, eventually, left_of

PATIENCE = 60  # seconds; other tests may have the processors
NOBODY = "nobody answers"
# Asks nothing of the database; what a cluster leaves there when it stops or hangs, the others ask.
supervision = pytest.mark.portable
MANAGE = settings.BASE_DIR / "manage.py"


@dataclass
class Up:
    """A running `up`."""

    process: subprocess.Popen[str]
    address: str

    def health(self):
        try:
            answer = httpx2.get(f"{self.address}/healthz", timeout=5)
        except httpx2.TransportError:
            return NOBODY
        return answer.json().get("code", answer.json()["status"])

    def until(self, *wanted):
        """Wait until the health is one of these."""
        return eventually(lambda: self.health() in wanted, f"health in {wanted}", shown=self.health)

    def groups(self):
        """What it started, by process group."""
        return {row.pid: row.command for row in children_of(self.process.pid)}

    def leader(self, of):
        """The leader of the group that runs this; None while there is none."""
        return next((pid for pid, command in self.groups().items() if of in command), None)

    def restarted(self, of, before):
        return eventually(lambda: before not in self.groups() and self.leader(of), "a new one")


def said(process):
    """The next line on stdout."""
    return process.stdout.readline().strip()


@pytest.fixture(scope="module")
def start(database_url):
    """Start `up` with a port, in a database that is migrated once."""
    started = []

    def run(port, *options):
        environment = os.environ | {"DEBUG": "1", "DATABASE_URL": database_url}
        command = [sys.executable, str(MANAGE), "up", "--port", str(port), *options]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
        )
        started.append(process)
        up = Up(process, said(process))
        up.until("ok")
        return up

    yield run
    for process in started:
        process.terminate()
        process.communicate()


@pytest.fixture(scope="module")
def up(start):
    """One that is shared by the tests that leave it running."""
    return start(free_port(PORTS + os.getpid() % 4_000))


def test_the_web_server_answers_and_is_ready(up):
    answer = httpx2.get(f"{up.address}/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert httpx2.get(f"{up.address}/login/").status_code == 200


TIMERS, TASKS = "qcluster --name timers", "qcluster --name gatehouse"


def test_it_leads_four_groups(up):
    """Deadlines have a cluster of their own, so that no action can keep them waiting."""
    up.until("ok")
    assert set(up.groups()) == {up.leader(of) for of in ("granian", TIMERS, TASKS, "lifeline")}


@supervision
def test_a_killed_cluster_of_tasks_is_started_again(up):
    up.until("ok")
    before = up.leader(TASKS)
    os.kill(before, signal.SIGKILL)
    up.restarted(TASKS, before)
    assert left_of({before}) == []


@pytest.mark.parametrize("generation", [0, 1])
def test_a_killed_cluster_is_said_and_started_again_without_orphans(up, generation):
    """Generation 0 is the cluster's parent process, 1 its sentinel."""
    up.until("ok")
    before = victim = up.leader(TIMERS)
    for _ in range(generation):
        [victim] = [row.pid for row in children_of(victim)]
    os.kill(victim, signal.SIGKILL)
    up.until("no_sweep_yet", "sweep_stale")
    up.restarted(TIMERS, before)
    assert left_of({before}) == []
    up.until("ok")


def test_a_cluster_that_stands_still_is_said_and_started_again(up):
    up.until("ok")
    before = up.leader(TIMERS)
    os.killpg(before, signal.SIGSTOP)
    up.until("sweep_stale")
    up.restarted(TIMERS, before)
    assert left_of({before}) == []
    up.until("ok")


@supervision
@pytest.mark.parametrize("generation", [0, 1])
def test_a_killed_web_server_answers_again(up, generation):
    """Generation 0 is the server's parent process, 1 the one that answers."""
    up.until("ok")
    before = victim = up.leader("granian")
    for _ in range(generation):
        [victim] = [row.pid for row in children_of(victim)]
    os.kill(victim, signal.SIGKILL)
    up.restarted("granian", before)
    assert left_of({before}) == []
    up.until("ok")


@supervision
def test_a_killed_lifeline_is_spun_again(up):
    up.until("ok")
    before = up.leader("lifeline")
    os.kill(before, signal.SIGKILL)
    up.restarted("lifeline", before)


def test_after_an_interrupt_nothing_is_left(start):
    running = start(free_port(PORTS + 4_000 + os.getpid() % 4_000))
    groups = running.groups()
    assert len(groups) == 4
    running.process.send_signal(signal.SIGINT)
    more, _ = running.process.communicate(timeout=PATIENCE)
    assert (running.process.returncode, more) == (0, "")
    assert left_of(groups) == []


@supervision
def test_when_it_is_killed_outright_nothing_is_left_either(start):
    running = start(free_port(PORTS + 8_000 + os.getpid() % 4_000))
    groups = running.groups()
    running.process.kill()
    eventually(lambda: left_of(groups) == [], "the end of all", shown=lambda: left_of(groups))


def test_a_worker_host_runs_the_cluster_alone(start, database_url):
    """`timers` keeps time and nothing else; SIGTERM to the leader ends it all, and quietly."""
    environment = os.environ | {
        "DEBUG": "1",
        "DATABASE_URL": database_url,
        "Q_CLUSTER_NAME": "timers",
        "GATEHOUSE_CLUSTER": "",
    }
    command = [sys.executable, str(MANAGE), "up", "--no-web", "--workers", "3"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    running = Up(process, "")
    eventually(lambda: len(running.groups()) == 2, "its groups")
    groups = running.groups()
    assert {running.leader(of) for of in ("qcluster", "lifeline")} == set(groups)
    cluster = running.leader("qcluster")
    eventually(lambda: len(children_of(cluster)) == 1, "a sentinel")
    [sentinel] = children_of(cluster)
    eventually(lambda: len(children_of(sentinel.pid)) == 5, "three workers, monitor and pusher")
    process.terminate()
    said_so_far, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said_so_far) == (0, "")
    assert left_of(groups) == []


@supervision
def test_the_demo_prints_a_line_that_decides_what_its_agent_proposed(start):
    running = start(free_port(PORTS + 12_000 + os.getpid() % 4_000), "--demo")
    groups = running.groups()
    assert len(groups) == 5
    lines = iter(running.process.stdout.readline, "")
    words = shlex.split(next(line for line in lines if line.startswith("curl ")))
    headers = dict(words[at + 1].split(": ") for at, word in enumerate(words) if word == "-H")
    answer = httpx2.post(words[3], headers=headers, content=words[-1])
    assert (answer.status_code, answer.json()["status"]) == (200, "held")
    order = answer.json()["proposal"]["order_id"]
    assert any(f"order {order}  refunded" in line for line in lines)
    running.process.terminate()
    running.process.communicate(timeout=PATIENCE)
    assert left_of(groups) == []


@supervision
def test_a_taken_port_gives_way_to_the_next(up):
    taken = int(up.address.rpartition(":")[2])
    assert free_port(taken) > taken
