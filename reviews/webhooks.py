"""The body of an outgoing message, by the Standard Webhooks specification: `type`, `timestamp`,
`data`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def body(kind: str, at: datetime, seq: int, data: dict[str, Any]) -> dict[str, Any]:
    """A message of type `kind` about an event with number `seq` of its subject."""
    return {"type": kind, "timestamp": stamp(at), "data": {**data, "seq": seq}}


def stamp(at: datetime) -> str:
    """RFC 3339, UTC, microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
