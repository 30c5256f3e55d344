"""Everything one transition writes, gathered first and written at once, set-based however many rows
there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Case, Model, Value, When
from django.db.models.functions import Cast

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

    def log(self, review: Review, verb: str, *, actor: Actor | None = None, **data: Any) -> None:
        """One event. `data` holds ids, codes and digests only."""
        event = chained(review, verb, actor=actor or self.actor, now=self.now, data=data)
        self._new[Event].append(event)
        self.set(review, **{name: getattr(review, name) for name in Audited.AUDIT_FIELDS})

    def tell(self, review: Review, kind: str) -> None:
        """One message to the caller's URL, numbered like the event before it."""
        if review.callback_url:
            self._new[Delivery].append(
                Delivery(
                    id=clock.new_id(self.now),
                    review=review,
                    url=review.callback_url,
                    type=kind,
                    seq=review.event_count,
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
                row.body = webhooks.body(row.type, self.now, row.seq, snapshot(row.review))

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
    """One UPDATE: a constant where all rows agree, a CASE where they differ."""
    if len(rows) == 1:
        rows[0].save(update_fields=fields)
        return
    values = {name: _value(model, name, rows) for name in fields}
    model._default_manager.filter(pk__in=[row.pk for row in rows]).update(**values)


def _value(model: type[Model], name: str, rows: list[Model]) -> Any:
    field = model._meta.get_field(name)
    given = [getattr(row, field.attname) for row in rows]
    if all(value == given[0] for value in given):
        return given[0]
    whens = [
        When(pk=row.pk, then=_literal(value, field)) for row, value in zip(rows, given, strict=True)
    ]
    return Cast(Case(*whens, output_field=field), output_field=field)


def _literal(value: Any, field: Any) -> Value:
    return Value(None) if value is None else Value(value, output_field=field)
