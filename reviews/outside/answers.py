"""What an HTTP action's answer means: done, try again, or failed for good."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from reviews.strictjson import strict

QUOTED = 500  # characters of an answer that an error repeats
OK, NO_CONTENT, REDIRECTED, REFUSED, BROKEN = 200, 204, 300, 400, 500
PASSING = frozenset({408, 409, 425, 429})  # refusals that may be otherwise the next time
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Done:
    """It worked; `output` is JSON."""

    output: Any


@dataclass(frozen=True, slots=True)
class Again:
    """It may work later; `after` is how many seconds the other side asks for, if it does."""

    error: str
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """It makes no sense to try again."""

    error: str


Answer = Done | Again | Failed


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it came; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def good(self) -> bool:
        """True of success."""
        return succeeded(self.status)

    @property
    def packed(self) -> bool:
        """True if the body is compressed, which was not asked for."""
        return self.headers.get("content-encoding", "identity").lower() != "identity"


def succeeded(status: int) -> bool:
    """True of the statuses that mean success."""
    return OK <= status < REDIRECTED


def meaning(said: Said, now: datetime) -> Answer:
    """What an answer that came `now` means."""
    if said.good:
        return _done(said)
    if said.status < REFUSED:
        return Failed(f"It answered {said.status}: redirects are not followed.")
    if said.status in PASSING or said.status >= BROKEN:
        return Again(_told(said), _wanted(said.headers.get("retry-after", ""), now))
    return Failed(_told(said))


def _done(said: Said) -> Answer:
    if said.status == NO_CONTENT or not said.body.strip():
        return Done(None)
    if said.packed:
        return Failed("Its answer is compressed, which was not asked for.")
    try:
        return Done(strict(said.body))
    except ValueError as error:
        return Failed(f"It answered {said.status}, but not with JSON that can be kept: {error}")


def _told(said: Said) -> str:
    body = b"" if said.packed else said.body
    text = _UNSEEN.sub(" ", body.decode(errors="replace")).strip()
    return f"It answered {said.status}: {text[:QUOTED]}" if text else f"It answered {said.status}."


def _wanted(text: str, now: datetime) -> int | None:
    """The header Retry-After, in seconds: a number of them, or a date."""
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, math.ceil((aware - now).total_seconds()))
