"""Actions that do nothing: what is measured is the way from one to the next."""

from __future__ import annotations

import os
from typing import Any

from reviews.actions import Call, action
from tests.benchmarks.floor.outbox import note


@action("bench_hand_on")
def hand_on(call: Call) -> Any:
    """What it was given."""
    return call.data


@action("bench_note")
def note_begin(call: Call) -> None:
    """Nothing, but it notes when it began."""
    note(os.environ["BENCH_TRACE"], call.run)
