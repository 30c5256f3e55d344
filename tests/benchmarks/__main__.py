"""`python -m tests.benchmarks [PART ...] [--small]`: every part, or those that are named, each in a
process of its own, as one table.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

from tests.benchmarks import server
from tests.benchmarks.frame import HEAD, say

HERE = Path(__file__).parent


def parts() -> list[str]:
    """The names of the modules that measure."""
    return sorted(
        path.stem for path in HERE.glob("*.py") if "measure(run)\n" in path.read_text()[-40:]
    )


def main() -> int:
    """Print the table; 1 if a limit was not met."""
    parser = ArgumentParser(prog="tests.benchmarks")
    parser.add_argument("parts", nargs="*", choices=[*parts(), []], metavar="PART")
    parser.add_argument("--small", action="store_true")
    asked = parser.parse_args()
    more = ["--small"] * asked.small
    with server.running():
        say(f"Python {platform.python_version()}, {os.cpu_count()} CPUs; PostgreSQL with")
        say("; ".join(f"{name}={value}" for name, value in server.SETTINGS.items()))
        say(HEAD)
        codes = [_measured(name, *more) for name in asked.parts or parts()]
    return int(any(codes))


def _measured(name: str, *more: str) -> int:
    command = [sys.executable, "-m", f"tests.benchmarks.{name}", *more]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
