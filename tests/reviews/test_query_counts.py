"""How many statements the ways through the core take, literally; none grows with the rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviews import deadlines
from reviews.models import Review
from reviews.transitions import cancellations, decisions, leases
from tests.factories import (
    ONE_LEVEL,
    PROPOSAL,
    TIMEOUT,
    UNDO_WINDOW,
    Desk,
    after,
    at,
    decide,
    desk,
    person,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

CALLBACK = "https://agent.example.com/hooks"
IN_A_TEST = ("SAVEPOINT", "RELEASE")  # a test's transaction makes savepoints of ours


def statements(act: Callable[[], object]) -> list[str]:
    """The first words of each statement but those that begin and end a transaction."""
    with CaptureQueriesContext(connection) as captured:
        act()
    texts = [query["sql"] for query in captured if not query["sql"].startswith(IN_A_TEST)]
    return [_table(text) for text in texts]


def _table(text: str) -> str:
    """`SELECT reviews_review` of a whole statement."""
    verb = text.split(maxsplit=1)[0]
    mark = {"SELECT": 'FROM "', "INSERT": 'INTO "', "UPDATE": 'UPDATE "'}[verb]
    table, _, _ = text.partition(mark)[2].partition('"')
    return f"{verb} {table}"


# First the lock, then the row with what belongs to it: the time, and whether the person does.
LOCKED = ["SELECT reviews_review"] * 2
CLOSED = ["INSERT reviews_decision", "INSERT gates_event", "INSERT reviews_delivery"]
UPDATED = ["UPDATE reviews_assignment", "UPDATE reviews_review"]


def test_submit() -> None:
    at_desk = desk()
    at_desk.submit()  # the first one reads the policy, which the process then keeps
    assert statements(lambda: at_desk.submit(callback_url=CALLBACK)) == [
        "SELECT gates_gateversion",
        "SELECT gates_escalationstep",
        "INSERT reviews_review",
        "INSERT reviews_assignment",
        "INSERT gates_event",
        "INSERT reviews_delivery",
    ]


def test_claim() -> None:
    at_desk = desk()
    review = at_desk.submit()
    found = statements(lambda: leases.claim(review.pk, actor=person(at_desk.reviewer)))
    assert found == [*LOCKED, *UPDATED, "INSERT gates_event"]


def test_decide() -> None:
    at_desk = desk()
    review = at_desk.submit(callback_url=CALLBACK)
    assert statements(lambda: decide(review, at_desk.reviewer)) == [
        *LOCKED,
        *UPDATED,
        "INSERT reviews_decision",
        "INSERT gates_event",
    ]


def test_undo() -> None:
    at_desk = desk()
    review = decide(at_desk.submit(), at_desk.reviewer)
    found = statements(lambda: decisions.undo(review.pk, actor=person(at_desk.reviewer)))
    assert sorted(found) == sorted(
        [
            *LOCKED,
            "SELECT reviews_condition",
            "UPDATE reviews_decision",
            *UPDATED,
            "INSERT gates_event",
        ]
    )


def test_cancel() -> None:
    at_desk = desk()
    review = at_desk.submit(callback_url=CALLBACK)
    found = statements(lambda: cancellations.cancel(review.pk, actor=at_desk.key.actor()))
    assert found == [*LOCKED, "SELECT gates_apikey", "SELECT gates_gate", *UPDATED, *CLOSED]


# --- the sweep: a look for what is due, then the same for one review and for thirty

SWEPT = ["SELECT reviews_review", *LOCKED, "SELECT gates_gateversion"]


def waiting(at_desk: Desk, count: int, **fields: Any) -> None:
    """Reviews that nobody answers, each with something of its own."""
    for number in range(count):
        at_desk.submit(PROPOSAL | {"amount": number + 1}, callback_url=CALLBACK, **fields)


def swept(seconds: float) -> list[str]:
    with at(after(seconds)):
        return statements(deadlines.sweep)


@pytest.mark.parametrize("count", [1, 30])
def test_a_sweep_that_escalates(count: int) -> None:
    waiting(desk(), count)
    assert swept(TIMEOUT) == [
        *SWEPT,
        "SELECT gates_escalationstep",
        *UPDATED,
        "INSERT reviews_assignment",
        "INSERT gates_event",
        "INSERT reviews_delivery",
    ]


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("action", ["reject", "approve", "skip"])
def test_a_sweep_that_closes(action: str, count: int) -> None:
    waiting(desk(**(ONE_LEVEL | {"timeout_action": action})), count)
    assert swept(TIMEOUT) == [*SWEPT, "SELECT gates_escalationstep", *UPDATED, *CLOSED]


@pytest.mark.parametrize("count", [1, 30])
def test_a_sweep_that_settles(count: int) -> None:
    at_desk = desk()
    waiting(at_desk, count)
    for review in Review.objects.all():
        decide(review, at_desk.reviewer)
    assert swept(UNDO_WINDOW) == [
        *SWEPT,
        *UPDATED,
        "UPDATE reviews_decision",
        "INSERT gates_event",
        "INSERT reviews_delivery",
    ]


@pytest.mark.parametrize("count", [1, 30])
def test_a_sweep_that_opens_conditions_and_one_that_lets_them_lapse(count: int) -> None:
    at_desk = desk()
    waiting(at_desk, count)
    for review in Review.objects.all():
        decide(review, at_desk.reviewer, "approve_if", conditions=({"code": "returned"},))
    told = ["INSERT gates_event", "INSERT reviews_delivery"]
    asked = ["SELECT reviews_condition", "UPDATE reviews_condition"]
    assert swept(UNDO_WINDOW) == [*SWEPT, *asked, *UPDATED, *told]
    lapsed = swept(UNDO_WINDOW + 3600)
    ended = ["UPDATE reviews_decision", "UPDATE reviews_review"]
    assert lapsed == [*SWEPT, *asked, *ended, *told]


@pytest.mark.parametrize("gates", [1, 10])
def test_a_sweep_over_many_gates(gates: int) -> None:
    for number in range(gates):
        waiting(desk(slug=f"gate{number}"), 2)
    assert len(swept(TIMEOUT)) == 10
