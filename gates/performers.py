"""Who performs the actions of workflows, by name.

    @action("issue_refund")
    def issue_refund(call: Call) -> dict[str, object]:
        return bank.refund(call.data["order"], call.data["amount"], idempotency_key=call.key)

Modules named `actions` of the installed apps are loaded at the start, and those that the setting
ACTION_MODULES names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt at an action. `data` is JSON; `key` stays the same however often it is tried, so
    that it can be done once; `attempt` counts from 1.
    """

    action: str
    data: Any
    key: str
    run: str
    node: str
    attempt: int
    timeout: int


class Refused(Exception):
    """Raised by an action that is not worth trying again. Any other error is."""


class Later(Exception):
    """Raised by an action that asks for a pause of `seconds` before it is tried again."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


Performer = Callable[[Call], Any]
Names = Callable[[], Iterable[str]]

_performers: dict[str, Performer] = {}
_sources: list[Names] = []


def action(name: str) -> Callable[[Performer], Performer]:
    """Register a function as what performs the action of this name; it returns JSON."""

    def register(performer: Performer) -> Performer:
        if _performers.get(name, performer) is not performer:
            raise ValueError(f"There are two actions named {name}.")
        _performers[name] = performer
        return performer

    return register


def find(name: str) -> Performer | None:
    """The function that performs it; None if it is none of ours."""
    return _performers.get(name)


def known_by(names: Names) -> None:
    """Let an app above tell of other actions that it has performed."""
    _sources.append(names)


def known() -> frozenset[str]:
    """The names of all actions that somebody performs now."""
    return frozenset(_performers).union(*(names() for names in _sources))
