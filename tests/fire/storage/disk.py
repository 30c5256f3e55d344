"""A disk that is small enough to be filled."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

BLOCKS = (1 << 20, 1 << 12)  # bytes: first coarse, then to the last page


@dataclass(frozen=True, slots=True)
class Disk:
    """Where it is mounted."""

    folder: Path

    @property
    def ballast(self) -> Path:
        """What takes all the room."""
        return self.folder / "ballast"

    def fill(self) -> None:
        """Take whatever room there is."""
        for size in BLOCKS:
            with self.ballast.open("ab", buffering=0) as file:
                while self._fits(file.fileno(), size):
                    pass

    def relieve(self) -> None:
        """Give it back."""
        self.ballast.unlink()

    def _fits(self, file: int, size: int) -> bool:
        try:
            return os.write(file, bytes(size)) == size
        except OSError:
            return False


@contextmanager
def small_disk(megabytes: int) -> Iterator[Disk]:
    """An empty one, in memory; afterwards it is gone."""
    if os.geteuid() != 0:
        raise SystemExit("A disk can be filled by root only, who may mount a small one: sudo.")
    folder = Path(mkdtemp(prefix="gatehouse-fire-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "gatehouse-fire", str(folder)]
    subprocess.run(mount, check=True)
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()
