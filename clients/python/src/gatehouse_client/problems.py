"""What keeps a call from its answer. Refusals are problems (RFC 9457), typed by their `code`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field: a JSON Pointer into the body, a code, a sentence."""

    pointer: str
    code: str
    message: str


class GatehouseError(Exception):
    """Any of the below."""


class Unreachable(GatehouseError):
    """No answer, or none but "not now", for as long as the patience lasted. The cause says which.
    A write may have been done: the same Idempotency-Key asks again safely.
    """


class Refused(GatehouseError):
    """An answer that asking again will not change. `document` has all that was said."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        super().__init__(status, document)
        self.status = status
        self.document = document
        self.code = str(document.get("code", "no_problem_document"))
        self.detail = str(document.get("detail", ""))
        self.errors = tuple(_field_error(error) for error in document.get("errors") or ())

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.detail}"


class BadKey(Refused):
    """No key, or one that is not valid (any more)."""


class NotAllowed(Refused):
    """This key may not do that."""


class OwnProposal(NotAllowed):
    """Nobody decides what was proposed for him."""


class NotFound(Refused):
    """No such thing, or nothing this key may see."""


class Conflict(Refused):
    """The state has moved on."""


class AlreadyDecided(Conflict):
    """Another verdict, or a cancellation, came first."""


class WrongState(Conflict):
    """The review does not stand where this move starts."""


class HeldByOther(Conflict):
    """Another person's lease is live."""


class Escalated(Conflict):
    """The deadline of the level ran out and the review went up."""


class Changed(Conflict):
    """What the decider looked at is not what would be decided now."""


class Expired(Refused):
    """A deadline closed the review before this."""


class Invalid(Refused):
    """The content is refused; `errors` says where and why."""


class RoundsExhausted(Invalid):
    """The gate allows no further revision."""


class IdempotencyMismatch(Invalid):
    """This Idempotency-Key was used with another body."""


class TooMany(Refused):
    """More calls than this key may make."""


_BY_STATUS: Mapping[int, type[Refused]] = MappingProxyType(
    {
        401: BadKey,
        403: NotAllowed,
        404: NotFound,
        409: Conflict,
        410: Expired,
        422: Invalid,
        429: TooMany,
    }
)
_BY_CODE: Mapping[str, type[Refused]] = MappingProxyType(
    {
        "own_proposal": OwnProposal,
        "already_decided": AlreadyDecided,
        "wrong_state": WrongState,
        "held_by_other": HeldByOther,
        "escalated": Escalated,
        "changed": Changed,
        "expired": Expired,
        "rounds_exhausted": RoundsExhausted,
        "idempotency_mismatch": IdempotencyMismatch,
    }
)


def refusal(status: int, document: Mapping[str, Any]) -> Refused:
    """The exception for a problem: by its code, else by its status, else plain Refused."""
    by_status = _BY_STATUS.get(status, Refused)
    return _BY_CODE.get(str(document.get("code")), by_status)(status, document)


def _field_error(error: Mapping[str, Any]) -> FieldError:
    return FieldError(*(str(error.get(name, "")) for name in ("pointer", "code", "message")))
