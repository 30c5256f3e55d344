"""The state machine as a table: every move from every state."""

from itertools import product

import pytest

from reviews.errors import AlreadyDecided, WrongState
from reviews.states import (
    MOVES,
    OF_ONE_LEVEL,
    OUTCOME_OF_ACTION,
    OUTCOME_OF_VERDICT,
    Outcome,
    Status,
    check_move,
)

WORK = {"claim", "renew", "release", "assign", "ask", "pass", "decide", "escalate"}
ALLOWED = {
    "pending": WORK | {"prioritise", "cancel"},
    "held": {"undo", "cancel"},
    "conditional": {"confirm", "deny", "cancel"},
    "closed": {"overturn"},
}
EVERY = [
    (status, move) for status, move in product(ALLOWED, sorted(set().union(*ALLOWED.values())))
]


def test_every_move_is_in_the_table() -> None:
    assert set(MOVES) == set().union(*ALLOWED.values())


@pytest.mark.parametrize(("status", "move"), [it for it in EVERY if it[1] in ALLOWED[it[0]]])
def test_a_move_is_allowed_where_it_starts(status: str, move: str) -> None:
    check_move(move, status)


@pytest.mark.parametrize(("status", "move"), [it for it in EVERY if it[1] not in ALLOWED[it[0]]])
def test_a_move_is_refused_from_every_other_state(status: str, move: str) -> None:
    with pytest.raises((AlreadyDecided, WrongState)):
        check_move(move, status)


@pytest.mark.parametrize("move", sorted(WORK))
@pytest.mark.parametrize("status", ["held", "conditional", "closed"])
def test_work_on_a_decided_review_comes_too_late(status: str, move: str) -> None:
    with pytest.raises(AlreadyDecided) as refused:
        check_move(move, status)
    assert refused.value.code == "already_decided"


@pytest.mark.parametrize("move", ["undo", "confirm", "deny", "overturn"])
def test_a_pending_review_has_nothing_to_take_back_or_confirm(move: str) -> None:
    with pytest.raises(WrongState) as refused:
        check_move(move, "pending")
    assert refused.value.code == "wrong_state"


@pytest.mark.parametrize("status", ["held", "conditional"])
def test_only_a_closed_review_can_be_overturned(status: str) -> None:
    with pytest.raises(WrongState):
        check_move("overturn", status)


@pytest.mark.parametrize("move", ["confirm", "deny"])
def test_a_condition_is_not_open_while_its_verdict_is_held(move: str) -> None:
    with pytest.raises(WrongState):
        check_move(move, "held")


def test_closed_allows_nothing_that_changes_it() -> None:
    assert {move for move, states in MOVES.items() if Status.CLOSED in states} == {"overturn"}


def test_people_of_one_level_are_told_when_the_review_goes_up_under_them() -> None:
    assert OF_ONE_LEVEL == WORK


def test_what_a_verdict_ends_in() -> None:
    assert OUTCOME_OF_VERDICT == {
        "approve": "approved",
        "modify": "modified",
        "partial": "partially_approved",
        "approve_if": "approved",
        "reject": "rejected",
        "respond": "answered",
    }


def test_what_a_deadline_ends_in() -> None:
    assert OUTCOME_OF_ACTION == {"approve": "approved", "reject": "rejected", "skip": "skipped"}


def test_the_outcomes_are_those_of_the_contract() -> None:
    assert {outcome.value for outcome in Outcome} == {
        "approved",
        "modified",
        "partially_approved",
        "answered",
        "rejected",
        "condition_failed",
        "skipped",
        "cancelled",
    }
