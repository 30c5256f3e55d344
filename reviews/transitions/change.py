"""Everything one transition writes, gathered first and written at once, set-based however many rows
there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model

from gates import clock
from gates.actors import Actor
from gates.models import Audited, Event
from gates.transitions.events import chained
from reviews import webhooks
from reviews.models import Assignment, Comment, Condition, Decision, Delivery, Review, Run, Step
from reviews.queries.runs import told
from reviews.queries.snapshots import snapshot
from reviews.transitions import waking, writing

Row = TypeVar("Row", bound=Model)
Answer = TypeVar("Answer")

# Updates come before these: a closed assignment makes room for the next one, an undone vote for a
# new one.
_INSERTED_LAST: tuple[type[Model], ...] = (
    Run,
    Step,
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
        self._touched: dict[int, tuple[Model, set[str]]] = {}
        self._answers: dict[Any, Any] = {}
        self._woken: list[UUID] = []

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
        self._touch(row, fields)

    def log(self, subject: Review | Run, verb: str, **data: Any) -> None:
        """One event. `data` holds ids, codes and digests only."""
        event = chained(subject, verb, actor=self.actor, now=self.now, data=data)
        self._new[Event].append(event)
        self._touch(subject, Audited.AUDIT_FIELDS)

    def tell(self, subject: Review | Run, kind: str, **more: Any) -> None:
        """One message to the caller's URL: the subject and `more`, numbered like the last event."""
        if subject.callback_url:
            about = {"review" if isinstance(subject, Review) else "run": subject}
            self._new[Delivery].append(
                Delivery(
                    id=clock.new_id(self.now),
                    **about,
                    url=subject.callback_url,
                    type=kind,
                    seq=subject.event_count,
                    body=more,
                    created_at=self.now,
                )
            )

    def wake(self, step_id: UUID) -> None:
        """A step that waited goes on when this is written."""
        self._woken.append(step_id)

    def _touch(self, row: Model, fields: Iterable[str]) -> None:
        if not row._state.adding:
            self._touched.setdefault(id(row), (row, set()))[1].update(fields)

    def write(self) -> None:
        """Write it all. The caller's transaction decides whether it lasts."""
        self._fill_bodies()
        writing.insert(self._new[Review])
        for fields, rows in self._updates():
            writing.update(rows, fields)
        for model in _INSERTED_LAST:
            writing.insert(self._new[model])
        waking.ready(self._woken, self.now)

    def _fill_bodies(self) -> None:
        for row in self._new[Delivery]:
            if isinstance(row, Delivery):
                data = {**_about(row), **row.body}
                row.body = webhooks.body(row.type, self.now, row.seq, data)

    def _updates(self) -> Iterable[tuple[frozenset[str], list[Model]]]:
        groups: dict[tuple[type[Model], frozenset[str]], list[Model]] = defaultdict(list)
        for row, fields in self._touched.values():
            groups[type(row), frozenset(fields)].append(row)
        return [(fields, rows) for (_, fields), rows in groups.items()]


def _about(delivery: Delivery) -> dict[str, Any]:
    if delivery.review is not None:
        return snapshot(delivery.review)
    return told(delivery.run) if delivery.run is not None else {}
