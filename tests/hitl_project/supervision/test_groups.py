"""Ending process groups, with real processes."""

import subprocess
import sys
from time import monotonic

import pytest

from hitl_project.supervision.children import ChildGroup
from hitl_project.supervision.groups import Group, stop
from hitl_project.supervision.lifeline import watch

SLEEPS = "import time; print(flush=True); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPS
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]); "


def up(process):
    """Wait for the first line."""
    process.stdout.readline()


@pytest.fixture
def run():
    """Run a program as the leader of a group; it is up when this returns."""
    started = []

    def start(program):
        command = [sys.executable, "-c", program]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
        started.append(process)
        up(process)
        return process

    yield start
    for process in started:
        ChildGroup(process, patience=0).end()
        process.communicate()


def test_a_willing_process_ends_before_its_time_is_over(run):
    begun = monotonic()
    group = ChildGroup(run(SLEEPS), patience=30)
    stop([group])
    assert (group.alive(), group.process.returncode) == (False, -15)
    assert monotonic() - begun < 20


def test_an_unwilling_one_is_killed_when_its_time_is_over(run):
    group = ChildGroup(run(STUBBORN), patience=0.5)
    stop([group])
    assert (group.alive(), group.process.returncode) == (False, -9)


def test_what_a_child_started_ends_with_it(run):
    group = ChildGroup(run(PARENT + SLEEPS), patience=0.5)
    stop([group])
    assert group.alive() is False


def test_only_the_leader_is_asked(run):
    group = ChildGroup(run(PARENT + SLEEPS), patience=30)
    group.terminate()
    group.process.wait()
    assert group.alive() is True


def test_a_group_that_is_gone_is_no_trouble(run):
    process = run(SLEEPS)
    ChildGroup(process, patience=0).end()
    gone = Group(process.pid, patience=30)
    stop([gone, gone])
    assert gone.alive() is False


def test_the_lifeline_ends_what_is_still_held(run):
    kept, dropped = (ChildGroup(run(SLEEPS), patience=0) for _ in range(2))
    lines = [f"+{kept.leader}\n", f"+{dropped.leader}\n", f"-{dropped.leader}\n"]
    watch(lines)
    assert (kept.alive(), dropped.alive()) == (False, True)
