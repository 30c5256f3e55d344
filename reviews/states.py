"""The state machine of a review, as plain values: which move is allowed from where, and what a
verdict ends in.
"""

from __future__ import annotations

from enum import StrEnum

from reviews.errors import AlreadyDecided, WrongState


class Status(StrEnum):
    """Where a review stands."""

    PENDING = "pending"
    HELD = "held"
    CONDITIONAL = "conditional"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a closed review ended."""

    APPROVED = "approved"
    MODIFIED = "modified"
    PARTIALLY_APPROVED = "partially_approved"
    ANSWERED = "answered"
    REJECTED = "rejected"
    CONDITION_FAILED = "condition_failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class Source(StrEnum):
    """Where a decision came from."""

    HUMAN = "human"
    POLICY = "policy"
    TIMEOUT = "timeout"
    CANCEL = "cancel"


class ConditionStatus(StrEnum):
    """Where a condition stands; it waits until its verdict is released and is void if that never
    happens.
    """

    WAITING = "waiting"
    OPEN = "open"
    MET = "met"
    DENIED = "denied"
    EXPIRED = "expired"
    VOID = "void"


class RunStatus(StrEnum):
    """Where a run stands; a stuck one waits for a person to retry, skip or cancel its step."""

    RUNNING = "running"
    STUCK = "stuck"
    ENDED = "ended"


class StepStatus(StrEnum):
    """Where a step stands: due to be taken up, at work, waiting for people, failed for good, or
    over.
    """

    READY = "ready"
    RUNNING = "running"
    WAITING = "waiting"
    FAILED = "failed"
    DONE = "done"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


OPEN_STEPS = (StepStatus.READY, StepStatus.RUNNING, StepStatus.WAITING, StepStatus.FAILED)

UNDECIDED = frozenset({Status.PENDING})
RELEASABLE = frozenset({Status.HELD})
UNCLOSED = frozenset({Status.PENDING, Status.HELD, Status.CONDITIONAL})

MOVES: dict[str, frozenset[Status]] = {
    "claim": UNDECIDED,
    "renew": UNDECIDED,
    "release": UNDECIDED,
    "assign": UNDECIDED,
    "prioritise": UNDECIDED,
    "ask": UNDECIDED,
    "pass": UNDECIDED,
    "decide": UNDECIDED,
    "escalate": UNDECIDED,
    "undo": RELEASABLE,
    "cancel": UNCLOSED,
    "confirm": frozenset({Status.CONDITIONAL}),
    "deny": frozenset({Status.CONDITIONAL}),
    "overturn": frozenset({Status.CLOSED}),
}

# Moves of the people of one level: when the review goes up under them, they are told so.
OF_ONE_LEVEL = frozenset(
    {"claim", "renew", "release", "assign", "ask", "pass", "decide", "escalate"}
)

OUTCOME_OF_VERDICT: dict[str, Outcome] = {
    "approve": Outcome.APPROVED,
    "modify": Outcome.MODIFIED,
    "partial": Outcome.PARTIALLY_APPROVED,
    "approve_if": Outcome.APPROVED,
    "reject": Outcome.REJECTED,
    "respond": Outcome.ANSWERED,
}

OUTCOME_OF_ACTION: dict[str, Outcome] = {
    "approve": Outcome.APPROVED,
    "reject": Outcome.REJECTED,
    "skip": Outcome.SKIPPED,
}


_ALREADY = {
    Status.HELD: "This has been decided already; its verdict is held for a moment.",
    Status.CONDITIONAL: "This has been approved on a condition already.",
    Status.CLOSED: "This is closed already.",
}


def check_move(move: str, status: str) -> None:
    """Refuse a move from a state that does not allow it: AlreadyDecided past `pending`, else
    WrongState.
    """
    if status in MOVES[move]:
        return
    if status == Status.PENDING:
        raise WrongState(f"A review that is still pending does not allow “{move}”.")
    if move == "overturn":
        raise WrongState("Only a closed review can be overturned.")
    if status == Status.HELD and move in {"confirm", "deny"}:
        raise WrongState("The verdict is not released yet: the condition opens in a moment.")
    raise AlreadyDecided(_ALREADY[Status(status)])
