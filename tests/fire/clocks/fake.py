"""A wall clock of its own for some processes, by libfaketime; they keep the true monotonic one."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

LIBRARIES = (
    Path(f"/usr/lib/{platform.machine()}-linux-gnu/faketime/libfaketimeMT.so.1"),
    Path("/usr/lib/faketime/libfaketimeMT.so.1"),
    Path("/usr/local/lib/faketime/libfaketimeMT.so.1"),
)
SHARED = Path("/dev/shm")  # noqa: S108 (it makes files there whose names end in a process id)
PRELOAD = Path(__file__).parent / "preload"


def library() -> Path:
    """Where libfaketime is."""
    for path in LIBRARIES:
        if path.exists():
            return path
    raise SystemExit("libfaketime is needed (Debian: apt install libfaketime).")


def _folder() -> Path:
    folder = Path(mkdtemp(prefix="gatehouse-fire-clock-"))
    folder.chmod(0o755)  # a server that is another user reads it, too
    return folder


@dataclass
class Wall:
    """A clock that can be set while processes look at it."""

    ahead: timedelta = timedelta(0)
    folder: Path = field(default_factory=_folder)

    def __post_init__(self) -> None:
        """It shows from the start what it is to show."""
        self.set(self.ahead)

    def set(self, ahead: timedelta) -> None:
        """So much ahead of the true clock from now on, for all that look at it."""
        fresh = self.folder / "fresh"
        fresh.write_text(f"{ahead.total_seconds():+.0f}\n")
        fresh.chmod(0o644)
        fresh.replace(self.folder / "wall")
        self.ahead = ahead

    def now(self) -> datetime:
        """What it shows."""
        return datetime.now(UTC) + self.ahead

    def environment(self, path: str = "") -> dict[str, str]:
        """Of the processes that go by it; `path` is where else Python looks for modules."""
        return {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self.folder / "wall"),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
            "PYTHONPATH": os.pathsep.join(part for part in (str(PRELOAD), path) if part),
        }

    def gone(self) -> None:
        """Nobody looks any more; what killed processes left of libfaketime's memory goes, too."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for left in SHARED.glob("*faketime_s*_*"):
            if not Path(f"/proc/{left.name.rpartition('_')[2]}").exists():
                left.unlink(missing_ok=True)
