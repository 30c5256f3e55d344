"""The coin of a gate that calibrates: always the same for one external id, and secret."""

from __future__ import annotations

import hashlib
import hmac

_BITS = 53  # what a float holds exactly


def tossed(secret: bytes | str, gate: str, external_id: str) -> float:
    """A number in [0, 1): HMAC-SHA256 of gate, NUL and external id; neither may hold a NUL."""
    key = secret.encode() if isinstance(secret, str) else secret
    digest = hmac.new(key, f"{gate}\0{external_id}".encode(), hashlib.sha256).digest()
    return (int.from_bytes(digest[:8], "big") >> (64 - _BITS)) / (1 << _BITS)
