"""Callers that go round the web hosts: who gets no answer from one asks the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from time import monotonic
from typing import Any

import httpx2

from tests.fire.office import Office

PATIENCE = 5.0  # seconds until a caller takes silence for no answer


@dataclass
class Callers(Office):
    """The office of `office.opened`, at several addresses."""

    addresses: tuple[str, ...] = ()
    turns: Iterator[str] = field(init=False)
    asked: dict[str, float] = field(default_factory=dict)
    waited: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.turns = cycle(self.addresses)

    def call(self, client: httpx2.Client, path: str, key: str, body: Any) -> httpx2.Response | None:
        """At the host whose turn it is. Notes from when to when one waited, retries and all."""
        client.timeout = PATIENCE
        begun = self.asked.setdefault(key, monotonic())
        here = Office(next(self.turns), self.agent, self.reviewer, self.gates)
        answer = here.call(client, path, key, body)
        if answer is not None:
            self.waited.append((begun, monotonic()))
        return answer

    def longest(self, since: float) -> float:
        """The longest that somebody waited who was answered after this instant, in seconds."""
        return max((end - begun for begun, end in self.waited if end > since), default=0.0)
