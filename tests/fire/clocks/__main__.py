"""All of it, one after the other; each in a process of its own, for each has its own database."""

from __future__ import annotations

import subprocess
import sys

PARTS = ("downtime", "step_sqlite", "step_server", "step_hosts", "hosts")


def main() -> int:
    """What is said on the command line goes to each; 1 if one of them failed."""
    failed = False
    for part in PARTS:
        command = [sys.executable, "-m", f"tests.fire.clocks.{part}", *sys.argv[1:]]
        failed |= subprocess.run(command, check=False).returncode != 0
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
