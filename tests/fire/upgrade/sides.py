"""Both releases at work on one database, and their callers."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.fire import postgres
from tests.fire.office import Office
from tests.fire.system import System
from tests.fire.upgrade import release
from tests.fire.workflows import crowd
from tests.fire.workflows.lane import SETTINGS


@dataclass
class Both(Office):
    """Callers who use the new web server, and for every other decision that of the last release."""

    other: str = ""

    def call(self, client: httpx2.Client, path: str, key: str, body: Any) -> httpx2.Response | None:
        """The keys of idempotency are the same at both."""
        either = random.choice((self.address, self.other))  # noqa: S311
        at = either if path.endswith("decide/") else self.address
        return Office(at, self.agent, self.reviewer, self.gates).call(client, path, key, body)


@dataclass
class Sides:
    """The installation as the last release runs it, and as the new code does."""

    old: System
    new: System
    secrets: Any

    def callers(self, system: System) -> Office:
        """Those of one side."""
        said = self.secrets
        return Office(system.address, said["agent"], said["reviewer"], tuple(said["gates"]))

    def of_runs(self) -> Office:
        """Those who start runs, which the last release does not know, and decide what they ask."""
        said, gates = self.secrets, tuple(crowd.GATES)
        return Both(self.new.address, said["flows"], said["reviewer"], gates, self.old.address)


@contextmanager
def sides(ref: str) -> Iterator[Sides]:
    """The release is up, with gates and keys that it made; of the new code nothing runs yet."""
    with release.unpacked(ref) as tree, postgres.server() as server:
        old = release.installed_from(tree, server.create())
        new = System(old.database_url, secret_key=old.secret_key, audit_secret=old.audit_secret)
        new.more |= {"DJANGO_SETTINGS_MODULE": SETTINGS, "SWEEPING_CLUSTER": ""}
        try:
            old.manage("migrate", "--verbosity=0")
            secrets = release.run_before(old)
            release.up(old, tree)
            yield Sides(old, new, secrets)
        finally:
            new.stop()
            old.stop()
    shutil.rmtree(old.folder)
    shutil.rmtree(new.folder)
