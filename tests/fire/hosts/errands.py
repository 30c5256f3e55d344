"""A harmless task that leaves a trace, and how it is put into the queue: by a process of its own,
because a process has one broker.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path


def errand(name: str, trace: str, seconds: float) -> None:
    """Note the start, take some time, note the end."""
    note(trace, f"start {name} {os.getpid()}")
    time.sleep(seconds)
    note(trace, f"done {name} {os.getpid()}")


def note(trace: str, line: str) -> None:
    """One line at the end of the file; so short that nobody's is torn."""
    with Path(trace).open("a") as file:
        file.write(f"{line}\n")


def enqueue(how: str, names: list[str], trace: str, seconds: float) -> None:
    """Put one for each name into the queue, in a transaction that is taken back if so asked."""
    from django.db import transaction  # noqa: PLC0415 (after `setup`)
    from django_q.tasks import async_task  # noqa: PLC0415

    with transaction.atomic():
        for name in names:
            async_task("tests.fire.hosts.errands.errand", name, trace, seconds)
        if how == "taken_back":
            transaction.set_rollback(True)


if __name__ == "__main__":
    import django

    django.setup()
    enqueue(sys.argv[1], sys.argv[4:], sys.argv[2], float(sys.argv[3]))
