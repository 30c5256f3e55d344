"""Python starts with this under libfaketime, whose version 0.9.10 gets sleeping until a moment of
the monotonic clock wrong: `time.sleep` would fail with EINVAL.
"""

import select
import time
from typing import SupportsIndex


def _sleep(seconds: float | SupportsIndex) -> None:
    """As `time.sleep`, by a call that knows no moments."""
    select.select([], [], [], float(seconds))


time.sleep = _sleep
