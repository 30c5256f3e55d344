"""Taking turns among threads of one process; test_langgraph_together has those on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError

import pytest
from gatehouse_client.turns import InProcess

PATIENCE = 60.0  # seconds; where both come, nobody waits


def meet(turns, names, patience=PATIENCE):
    """True if two who have these turns are at work at the same time."""
    start, work = Barrier(2), Barrier(2)

    def run(name):
        start.wait(PATIENCE)
        with turns(name):
            try:
                work.wait(patience)
            except BrokenBarrierError:
                return False
        return True

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(run, names)) == [True, True]


def test_one_thread_of_a_graph_is_for_one_at_a_time():
    assert not meet(InProcess(), ["a", "a"], patience=0.3)


def test_others_do_not_wait():
    assert meet(InProcess(), ["a", "b"])


def test_a_turn_ends_with_an_error_too():
    turns = InProcess()
    with pytest.raises(ZeroDivisionError), turns("a"):
        raise ZeroDivisionError
    with turns("a"):
        pass


def test_a_turn_that_is_over_is_forgotten():
    turns = InProcess()
    with turns("a"):
        assert len(turns._locks) == 1
    assert len(turns._locks) == 0
