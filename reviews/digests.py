"""The fingerprint of what a person decided on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import Any

import rfc8785


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person looks at when he decides. Numbers are finite doubles."""

    proposal: Any
    context: Any
    recommendation: str | None
    confidence: float | None
    rationale: str
    version: tuple[str, int]


def digest_of(shown: Shown) -> str:
    """SHA-256 (hex) of the RFC 8785 form of `shown`; `version` is gate and number."""
    body = {field.name: getattr(shown, field.name) for field in fields(shown)}
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()


def same(one: Any, other: Any) -> bool:
    """True if both are the same JSON: 35 is 35.0, but true is not 1."""
    return rfc8785.dumps(one) == rfc8785.dumps(other)
