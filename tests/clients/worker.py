"""A process that works on a graph and is killed: `python -m tests.clients.worker PART ADDRESS KEY
CHECKPOINTS THREAD`. `open` dies at the gate, `resume` in the midst of what was approved.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from gatehouse_client import Gatehouse
from gatehouse_client.langgraph import resume_when_closed
from gatehouse_client.turns import OnPostgres
from langgraph.checkpoint.postgres import PostgresSaver

from tests.clients.graphs import asked, flow


def die(*effect: Any) -> None:
    """At once, with nothing tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


def work(part: str, address: str, key: str, checkpoints: str, thread_id: str) -> None:
    """Go to where this process dies."""
    config = {"configurable": {"thread_id": thread_id}}
    with Gatehouse(address, key) as client, PostgresSaver.from_conn_string(checkpoints) as saver:
        graph = flow(client, saver, die)
        if part == "open":
            print(asked(graph.invoke({"amount": 120}, config)), flush=True)  # noqa: T201
            die()
        resume_when_closed(graph, config, client, turns=OnPostgres(checkpoints))


if __name__ == "__main__":
    work(*sys.argv[1:])
