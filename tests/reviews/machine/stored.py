"""What the database says of all reviews, in the form that `picture` gives the model's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model

from gates.chain import first_flaw
from gates.models import Event
from gates.transitions.events import link_of
from reviews.models import Assignment, Condition, Decision, Delivery, Review
from reviews.models.review import Priority

Rows = dict[Any, list[Any]]

FIELDS = (
    *("status", "outcome", "result", "edit", "round", "due_at", "wake_at", "held_until"),
    *("seen_at", "decided_at", "closed_at", "deadline_renewed", "over_limit", "digest"),
    *("event_count", "priority", "held_decision", "final_decision"),
)
_LEVEL = (
    *("level", "team__slug", "opened_at", "due_at", "ending", "lease_until"),
    "reviewer__username",
)
_DECISION = (
    *("source", "verdict", "outcome", "level", "decided_at", "result", "superseded", "actor"),
    *("digest", "patch", "final", "undone_at", "overturns"),
)
_CONDITION = ("confirms", "timeout", "status", "due_at", "answered_by", "token_hash", "decision")


def reviews() -> list[dict[str, Any]]:
    """What is stored of each review, by age."""
    decisions, parts = _decisions(), [_levels(), _conditions(), _verbs(), _messages()]
    found = []
    for pk, *values in _asked(Review, "pk", *FIELDS):
        row = dict(zip(FIELDS, values, strict=True))
        ids = [None, *(id_ for id_, *_ in decisions[pk])]
        levels, conditions, verbs, messages = (part[pk] for part in parts)
        row |= {"levels": levels, "verbs": verbs, "messages": messages}
        row["decisions"] = [tuple(rest) for _, *rest in decisions[pk]]
        row["conditions"] = [(*rest, ids.index(of)) for *rest, of in conditions]
        row |= {name: ids.index(row[name]) for name in ("held_decision", "final_decision")}
        found.append(row | {"priority": Priority(row["priority"]).name.lower()})
    return found


def flaws() -> list[str]:
    """The reviews whose chain of events is broken, or longer or shorter than its head says."""
    links: dict[str, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(subject_type="review").order_by("seq"):
        links[event.subject_id].append(event)
    heads = Review.objects.values_list("pk", "event_count", "event_head")
    return [
        str(pk)
        for pk, *head in heads
        if first_flaw((link_of(row), row.hash) for row in links[str(pk)]) is not None
        or head != [len(links[str(pk)]), links[str(pk)][-1].hash]
    ]


def _levels() -> Rows:
    passed: dict[Any, set[str]] = defaultdict(set)
    for pk, name in _asked(Assignment.passed_by.through, "assignment", "user__username"):
        passed[pk].add(name)
    found: Rows = defaultdict(list)
    for review, pk, *row, holder in _asked(Assignment, "review", "pk", *_LEVEL):
        found[review].append((*row, holder or "", passed[pk]))
    return found


def _decisions() -> Rows:
    found: Rows = defaultdict(list)
    rows = _asked(Decision, "review", "pk", *_DECISION)
    for review, pk, *row, undone_at, overturns in rows:
        found[review].append((pk, *row, undone_at is not None, overturns is not None))
    return found


def _conditions() -> Rows:
    found: Rows = defaultdict(list)
    for review, *row, token, decision in _asked(Condition, "review", *_CONDITION):
        found[review].append((*row, token is not None, decision))
    return found


def _verbs() -> Rows:
    found: Rows = defaultdict(list)
    for review, verb in _asked(Event, "subject_id", "verb", order="seq", subject_type="review"):
        found[UUID(review)].append(verb)
    return found


def _messages() -> Rows:
    found: Rows = defaultdict(list)
    for review, *row in _asked(Delivery, "review", "seq", "type"):
        found[review].append(tuple(row))
    return found


def _asked(
    model: type[Model], *names: str, order: str = "pk", **only: str
) -> Iterable[Sequence[Any]]:
    """`model.objects.filter(**only).order_by(order).values_list(*names)`."""
    compiler, sql, params = _compiled(model, names, order, tuple(only.items()))
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchall()
    columns = [column for column, *_ in compiler.select]
    return list(compiler.apply_converters(found, compiler.get_converters(columns)))


@cache
def _compiled(
    model: type[Model], names: tuple[str, ...], order: str, only: tuple[tuple[str, str], ...]
) -> tuple[Any, str, Any]:
    """The same few queries are asked after each step, and Django needs longer to write one than
    the database to answer it.
    """
    rows = model._default_manager.filter(**dict(only)).order_by(order).values_list(*names)
    compiler = rows.query.get_compiler(connection=connection)
    return compiler, *compiler.as_sql()
