"""The hash chain of the audit trail: each event's hash covers its content and the hash
before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

GENESIS = ""


@dataclass(frozen=True, slots=True)
class Link:
    """What an event's hash covers. `at` is aware; microseconds count."""

    subject_type: str
    subject_id: str
    seq: int
    at: datetime
    verb: str
    actor: str
    actor_id: int | None
    data: dict[str, Any]
    prev: str

    def digest(self) -> str:
        """SHA-256 (hex) of the RFC 8785 form of the list of all fields."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        subject = [self.subject_type, self.subject_id, self.seq]
        body: list[Any] = [*subject, at, self.verb, self.actor, self.actor_id, self.data, self.prev]
        return hashlib.sha256(rfc8785.dumps(body)).hexdigest()


def first_flaw(rows: Iterable[tuple[Link, str]]) -> tuple[int, str] | None:
    """Walk (link, stored hash) in order of seq: (seq, what is wrong) of the first bad
    row, or None.
    """
    prev, expected = GENESIS, 1
    for link, stored in rows:
        if link.seq != expected:
            return expected, "missing"
        if link.prev != prev:
            return link.seq, "does not follow the row before it"
        if not _matches(link, stored):
            return link.seq, "content does not match its hash"
        prev, expected = stored, expected + 1
    return None


def _matches(link: Link, stored: str) -> bool:
    """What has no canonical form (a number of twenty digits, no time) was never hashed by us."""
    try:
        return link.digest() == stored
    except (AttributeError, TypeError, ValueError):
        return False
