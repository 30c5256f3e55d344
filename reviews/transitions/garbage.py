"""The garbage collector, which looks through everything again and again as many rows are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def left_lying() -> Iterator[None]:
    """Collect nothing until the block ends. Over 500 reviews none of it would be garbage, and the
    looking takes a third of the time.
    """
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()
