"""What can be refused, by kind and stable code. Pages, API and commands translate; nothing here
knows of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field: a JSON Pointer into the body, a code, a sentence."""

    pointer: str
    code: str
    message: str


class DomainError(Exception):
    """A refusal. `code` is stable; `extra` holds plain values for the reader; `http` is the status
    that says what kind of refusal it is.
    """

    code = "refused"
    http = 422

    def __init__(self, message: str, *, code: str = "", **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.extra = extra


class NotAllowed(DomainError):
    """This actor may not do that."""

    code = "not_allowed"
    http = 403


class OwnProposal(NotAllowed):
    """Nobody decides what was proposed for him."""

    code = "own_proposal"


class Missing(DomainError):
    """No such thing, or nothing this actor may see."""

    code = "not_found"
    http = 404


class Conflict(DomainError):
    """The state has moved on."""

    code = "conflict"
    http = 409


class AlreadyDecided(Conflict):
    """Somebody else's verdict, or a cancellation, came first."""

    code = "already_decided"


class WrongState(Conflict):
    """The review does not stand where this move starts."""

    code = "wrong_state"


class HeldByOther(Conflict):
    """Another person's lease is live."""

    code = "held_by_other"


class Escalated(Conflict):
    """The deadline of the level ran out and the review went up."""

    code = "escalated"


class Changed(Conflict):
    """What the decider looked at is not what is decided now."""

    code = "changed"


class Expired(DomainError):
    """A deadline closed the review before this."""

    code = "expired"
    http = 410


class Invalid(DomainError):
    """The content is refused; `fields` says where and why."""

    code = "invalid"

    def __init__(self, message: str, *fields: FieldError, code: str = "", **extra: Any) -> None:
        super().__init__(message, code=code or (fields[0].code if fields else ""), **extra)
        self.fields = fields


def invalid(pointer: str, code: str, message: str) -> Invalid:
    """An Invalid about one field."""
    return Invalid(message, FieldError(pointer, code, message))
