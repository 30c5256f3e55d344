"""A release as it was: its tree, its processes, and what these wrote."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.fire.system import ROOT, System

LAST = "c8ed73b"
UNKNOWN = "Function reviews.tasks.advance is not defined"
_ERROR = re.compile(r'"level": "(error|critical)"|\[Q\] (ERROR|CRITICAL)')


@contextmanager
def unpacked(ref: str) -> Iterator[Path]:
    """The tree of a release, in a folder of its own."""
    with TemporaryDirectory(prefix="gatehouse-release-") as folder:
        archive = subprocess.run(
            ["git", "archive", ref], check=True, cwd=ROOT, stdout=subprocess.PIPE
        )
        subprocess.run(["tar", "-x", "-C", folder], check=True, input=archive.stdout)
        yield Path(folder)


def installed_from(tree: Path, database_url: str) -> System:
    """An installation whose processes run the code of that tree, and nothing of ours."""
    return System(database_url, more={"PYTHONPATH": str(tree), "PYTHONSAFEPATH": "1"})


def up(system: System, tree: Path) -> None:
    """Web server and cluster. From within the tree: granian looks where it is started first."""
    words = str(tree / "manage.py"), "up", "--port", str(system.port)
    system.start(*words, before=("env", "--chdir", str(tree)))
    system.until_healthy()


def run_before(system: System) -> Any:
    """Have the code of the release make what is there before."""
    script = str(Path(__file__).with_name("before.py"))
    done = subprocess.run(
        [sys.executable, script],
        env=system.environment(),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout)


def errors(system: System) -> tuple[list[str], int, int]:
    """What its processes complained of, but for a task that they could not know; how often that
    came, and how many lines there are.
    """
    lines = (system.folder / "log").read_text(errors="replace").splitlines()
    # Until its first sweep it says of itself that it keeps no time yet.
    complaints = [line for line in lines if _ERROR.search(line) and "/healthz" not in line]
    unknown = sum(UNKNOWN in line for line in complaints)
    return [line for line in complaints if UNKNOWN not in line], unknown, len(lines)
