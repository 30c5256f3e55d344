"""The hash chain of the audit trail: each event's hash covers its content and the hash
before it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

GENESIS = ""
LARGEST = 2**53
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


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
        return hashlib.sha256(canonical(body)).hexdigest()


def canonical(value: Any) -> bytes:
    """The RFC 8785 form. Of plain values it is what `json` writes in C, ten times as fast."""
    if not _plain(value):
        return rfc8785.dumps(value)
    return _ENCODER.encode(value).encode()


def _plain(value: Any) -> bool:
    """True without fractions, large numbers, and keys that UTF-16 would sort differently."""
    if isinstance(value, str) or value is None:
        return True
    if isinstance(value, int):
        return -LARGEST < value < LARGEST
    if isinstance(value, list):
        return all(map(_plain, value))
    return isinstance(value, dict) and all(
        isinstance(key, str) and key.isascii() and _plain(item) for key, item in value.items()
    )


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
