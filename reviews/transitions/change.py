"""Everything one transition writes, gathered first and written at once, set-based however many rows
there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

from gates import clock
from gates.actors import Actor
from gates.models import Audited, Event
from gates.transitions.events import chained
from reviews import webhooks
from reviews.models import Assignment, Comment, Condition, Decision, Delivery, Review
from reviews.queries.snapshots import snapshot

Row = TypeVar("Row", bound=Model)
Answer = TypeVar("Answer")

# Updates come before these: a closed assignment makes room for the next one, an undone vote for a
# new one.
_INSERTED_LAST: tuple[type[Model], ...] = (
    Assignment,
    Decision,
    Condition,
    Comment,
    Event,
    Delivery,
)


class Change:
    """One instant's writes. Nothing reaches the database before `write`, so a refusal leaves no
    trace.
    """

    def __init__(self, *, now: datetime, actor: Actor) -> None:
        self.now = now
        self.actor = actor
        self._new: dict[type[Model], list[Model]] = defaultdict(list)
        self._touched: dict[Model, set[str]] = defaultdict(set)
        self._answers: dict[Any, Any] = {}

    def new(self, row: Row) -> Row:
        """Insert `row`."""
        self._new[type(row)].append(row)
        return row

    def once(self, question: Any, ask: Callable[[], Answer]) -> Answer:
        """The answer to a question that many rows of one batch ask, looked up once."""
        if question not in self._answers:
            self._answers[question] = ask()
        answer: Answer = self._answers[question]
        return answer

    def inserted(self, model: type[Row], review: Review) -> list[Row]:
        """The new rows of a kind that belong to `review`."""
        return [
            row
            for row in self._new[model]
            if isinstance(row, model) and getattr(row, "review", None) is review
        ]

    def set(self, row: Model, **fields: Any) -> None:
        """Set fields of a locked or new row."""
        for name, value in fields.items():
            setattr(row, name, value)
        if not row._state.adding:
            self._touched[row].update(fields)

    def log(self, review: Review, verb: str, **data: Any) -> None:
        """One event. `data` holds ids, codes and digests only."""
        event = chained(review, verb, actor=self.actor, now=self.now, data=data)
        self._new[Event].append(event)
        self.set(review, **{name: getattr(review, name) for name in Audited.AUDIT_FIELDS})

    def tell(self, review: Review, kind: str, **more: Any) -> None:
        """One message to the caller's URL: the review and `more`, numbered like the last event."""
        if review.callback_url:
            self._new[Delivery].append(
                Delivery(
                    id=clock.new_id(self.now),
                    review=review,
                    url=review.callback_url,
                    type=kind,
                    seq=review.event_count,
                    body=more,
                    created_at=self.now,
                )
            )

    def write(self) -> None:
        """Write it all. The caller's transaction decides whether it lasts."""
        self._fill_bodies()
        _insert(Review, self._new[Review])
        for model, fields, rows in self._updates():
            _update(model, rows, fields)
        for model in _INSERTED_LAST:
            _insert(model, self._new[model])

    def _fill_bodies(self) -> None:
        for row in self._new[Delivery]:
            if isinstance(row, Delivery):
                data = {**snapshot(row.review), **row.body}
                row.body = webhooks.body(row.type, self.now, row.seq, data)

    def _updates(self) -> Iterable[tuple[type[Model], tuple[str, ...], list[Model]]]:
        groups: dict[tuple[type[Model], tuple[str, ...]], list[Model]] = defaultdict(list)
        for row, fields in self._touched.items():
            groups[type(row), tuple(sorted(fields))].append(row)
        return [(model, fields, rows) for (model, fields), rows in groups.items()]


def _insert(model: type[Model], rows: list[Model]) -> None:
    if len(rows) == 1:
        rows[0].save(force_insert=True)
    elif rows:
        model._default_manager.bulk_create(rows)


def _update(model: type[Model], rows: list[Model], fields: tuple[str, ...]) -> None:
    """One UPDATE, joined to a list of what differs from row to row.

    Not a CASE: over 500 rows Django takes half a second to write one.
    """
    if len(rows) == 1:
        rows[0].save(update_fields=fields)
        return
    columns = {name: _stored(model, name, rows) for name in ("pk", *fields)}
    same = [name for name in fields if all(value == columns[name][0] for value in columns[name])]
    differing = ["pk", *(name for name in fields if name not in same)]
    given = list(zip(*(columns[name] for name in differing), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            _update_statement(model, same, differing, len(rows)),
            [*(columns[name][0] for name in same), *chain.from_iterable(given)],
        )


def _update_statement(model: type[Model], same: list[str], differing: list[str], count: int) -> str:
    """Both databases call the columns of a VALUES list column1, column2 and so on."""
    table, key = _quoted(model._meta.db_table), _column(model, "pk")
    assigned = [f"{_column(model, name)} = %s" for name in same]
    assigned += [
        f"{_column(model, name)} = given.column{number}"
        for number, name in enumerate(differing[1:], start=2)
    ]
    row = f"({', '.join(['%s'] * len(differing))})"
    return (
        f"UPDATE {table} SET {', '.join(assigned)} "  # noqa: S608
        f"FROM (VALUES {', '.join([row] * count)}) AS given WHERE {table}.{key} = given.column1"
    )


def _stored(model: type[Model], name: str, rows: list[Model]) -> list[Any]:
    """What the rows hold in this field, as the database takes it: no JSON is NULL, never `null`."""
    field = _field(model, name)
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows]


def _field(model: type[Model], name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def _column(model: type[Model], name: str) -> str:
    return _quoted(_field(model, name).column)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
