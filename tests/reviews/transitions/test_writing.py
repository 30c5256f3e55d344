"""Rows of one model in one statement: what is stored is what Django itself would have stored."""

from __future__ import annotations

from copy import copy
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gates import clock
from gates.models import Event
from reviews.models import Decision, Review
from reviews.transitions import writing
from tests.factories import T0, desk
from tests.traces import now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

RESULTS: list[Any] = [
    {"text": "50 % of “%s”\\ \n\t' \" 😀 \u2028", "list": [1, 1.5, None, True, {}]},
    None,
    [],
    "text",
    12345678901234,
    0.1,
]


def decisions(review: Review) -> list[Decision]:
    return [
        Decision(
            id=clock.new_id(T0),
            review=review,
            source="timeout",
            outcome="rejected",
            actor=f"clock {number} \\ ' %s é",
            level=number,
            digest="d" * 64,
            result=result,
            decided_at=T0,
        )
        for number, result in enumerate(RESULTS)
    ]


def stored(rows: list[Decision]) -> list[dict[str, Any]]:
    found = Decision.objects.filter(pk__in=[row.pk for row in rows]).order_by("level").values()
    return [{name: value for name, value in row.items() if name != "id"} for row in found]


def test_rows_are_inserted_as_each_alone_would_be() -> None:
    review = desk().submit()
    together, alone = decisions(review), decisions(review)
    with CaptureQueriesContext(connection) as captured:
        writing.insert(together)
    assert len(captured) == 1
    for row in alone:
        row.save(force_insert=True)
    assert stored(together) == stored(alone)
    assert Decision.objects.filter(result__isnull=True).count() == 2
    assert not any(row._state.adding for row in together)


def test_the_database_counts_events() -> None:
    first = Event.objects.get(pk=Event.objects.create(**EVENT, seq=1).pk)
    writing.insert([Event(**EVENT, seq=seq) for seq in (2, 3)])
    keys = Event.objects.filter(subject_id="x").order_by("seq").values_list("pk", flat=True)
    assert list(keys) == [first.pk, first.pk + 1, first.pk + 2]


EVENT: dict[str, Any] = {
    "subject_type": "test",
    "subject_id": "x",
    "at": T0,
    "verb": "tried",
    "actor": "command:test",
    "hash": "h" * 64,
}


def test_rows_are_updated_as_each_alone_would_be() -> None:
    at_desk = desk()
    rows = [at_desk.submit() for _ in RESULTS]
    left = at_desk.submit()
    for row, result in zip(rows, RESULTS, strict=True):
        row.result, row.amount, row.title = result, Decimal("1.2345"), "ignored"
        row.held_until = None
    with CaptureQueriesContext(connection) as captured:
        writing.update(rows, {"result", "amount", "held_until"})
    assert len(captured) == 1
    assert [now(row).result for row in rows] == RESULTS
    assert {now(row).amount for row in rows} == {Decimal("1.2345")}
    assert {now(row).title for row in [*rows, left]} == {now(left).title}
    assert now(left).result is None


def test_no_rows_are_no_statement() -> None:
    with CaptureQueriesContext(connection) as captured:
        writing.insert([])
        writing.update([], {"level"})
    assert len(captured) == 0


def test_what_json_cannot_hold_is_refused() -> None:
    rows = decisions(desk().submit())[:2]
    for row in rows:
        row.result = {"who": copy}
    with pytest.raises(TypeError):
        writing.insert(rows)
