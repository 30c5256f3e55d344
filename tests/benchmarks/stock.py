"""Stored reviews: some that transitions made at every gate and in every state, copied by the
database itself. `python -m tests.benchmarks.stock COUNT` fills the database of its environment.

40 gates share 12 teams, the k-th gate with 1/k of the first one's reviews. 70 of 100 are closed,
over two years, half of them in the last three months; what is open came in the last 30 days and has
60 more. All that belongs to a copy is copied with it; events keep the hashes of what they were
copied from.
"""

from __future__ import annotations

import random
import sys
import time
from functools import partial
from typing import Any
from uuid import UUID

import django
from django.db import connection, transaction
from django.db.models import DateTimeField, Field, Model, UUIDField

GATES, TEAMS, SLOTS = 40, 12, 10_000
DAY = 86_400  # seconds
STATES = {
    "closed_by_human": 36,
    "rejected": 10,
    "closed_by_timeout": 4,
    "closed_by_cancel": 2,
    "pending": 28,
    "held": 1,
    "conditional": 1,
    "closed_by_policy": 18,
}  # of 100; what a policy closes comes last, for it changes the gate
OPEN = ("pending", "held", "conditional")
CUSTOMER = "Buys for a hotel, pays by invoice, has sent back two lamps in three years. " * 4
FIELDS: dict[str, Any] = {
    "recommendation": "approve",
    "confidence": 0.9,
    "rationale": "The goods came broken, and the customer has sent pictures of them.",
    "metadata": {"agent": "returns", "run": "1f6c"},
}

# What differs from copy to copy, by column; ids and times do so too.
_OWN = {
    "external_id": "'case-' || n.i",
    "subject": "'S-' || (n.i % 5000)",
    "amount": "n.i % 1000",
    "confidence": "(n.i * 31 % 100) / 100.0",
    "priority": "CASE WHEN n.i * 7 % 100 < 5 THEN 3 WHEN n.i * 7 % 100 < 30 THEN 2 "
    "WHEN n.i * 7 % 100 < 90 THEN 1 ELSE 0 END",
}


def gate_slug(number: int) -> str:
    """Of the gate with this number; 0 is the busiest."""
    return f"gate_{number:02}"


def team_slug(number: int) -> str:
    """Of the team with this number; 0 is the busiest, the last two are leads."""
    return f"team_{number:02}"


def fill(count: int) -> None:
    """Make the gates with their people, and `count` reviews between them."""
    import tests.factories as made  # noqa: PLC0415 (models, after the set-up)

    with made.at(made.T0):
        desks = [_desk(number) for number in range(GATES)]
        examples = [
            (number, state, desk.review_in(state, **FIELDS).pk)
            for number, desk in enumerate(desks)
            for state in STATES
        ]
        for desk in desks:
            made.publish(desk.policy)  # what a policy closed had changed the gate
    made.permit(made.user("auditor"), "reviews.view_all_reviews")
    with transaction.atomic(), connection.cursor() as cursor:
        _copy(cursor, examples, count, made.T0.timestamp())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)" if _postgresql() else "ANALYZE")
        if _postgresql():
            cursor.execute("CHECKPOINT")


def _desk(number: int) -> Any:
    import tests.factories as made  # noqa: PLC0415
    from gates.policy import ConditionTemplate, Step  # noqa: PLC0415

    asked, leads = number % (TEAMS - 2), TEAMS - 2 + number % 2
    policy = made.policy(
        slug=gate_slug(number),
        steps=(Step(team_slug(asked), 90 * DAY), Step(team_slug(leads), 90 * DAY)),
        conditions=(ConditionTemplate("returned", "They are back", "api", timeout=90 * DAY),),
    )
    names = (f"{name}_{asked:02}" for name in ("ann", "ben", "cem"))
    ann, ben, cem = (made.user(name) for name in names)
    lea = made.user(f"lea_{leads}")
    made.team(team_slug(asked), ann, ben, cem)
    made.team(team_slug(leads), lead=lea)
    context = {**made.CONTEXT, "customer_history": CUSTOMER}
    found = made.Desk(policy, made.publish(policy), made.key(), ann, ben, lea, cem)
    submit = partial(made.submit, found.gate, found.key, context=context)
    vars(found)["submit"] = submit
    return found


def _copy(cursor: Any, examples: list[tuple[int, str, UUID]], count: int, origin: float) -> None:
    from gates.models import Event  # noqa: PLC0415
    from reviews.models import Assignment, Condition, Decision, Review  # noqa: PLC0415

    models = (Review, Assignment, Decision, Condition, Event)
    indexes = _drop_indexes(cursor, models) if _postgresql() else []
    _never_wake(cursor, examples)
    _place(cursor, examples)
    _number(cursor, count, time.time(), origin)
    for model in models:
        cursor.execute(_copies(model))
    for model in models:
        _remove(cursor, model, [_key(pk) for _, _, pk in examples])
    for statement in ("DROP TABLE bench_copy", "DROP TABLE bench_place", *indexes):
        cursor.execute(statement)


def _never_wake(cursor: Any, examples: list[tuple[int, str, UUID]]) -> None:
    """What is held stays so: nothing of a stock is due before its deadline."""
    held = [_key(pk) for _, state, pk in examples if state == "held"]
    places = ", ".join(["%s"] * len(held))
    cursor.execute(
        "UPDATE reviews_review SET held_until = due_at, wake_at = due_at "  # noqa: S608
        f"WHERE id IN ({places})",
        held,
    )


def _place(cursor: Any, examples: list[tuple[int, str, UUID]]) -> None:
    """Each of SLOTS slots has an example, by the weight of its gate and state."""
    weights = [STATES[state] / (1 + number) for number, state, _ in examples]
    drawn = random.Random(4).choices(examples, weights, k=SLOTS)  # noqa: S311
    kind = "uuid" if _postgresql() else "text"
    cursor.execute(f"CREATE TABLE bench_place (slot int, review {kind}, is_open int)")
    rows = [(slot, _key(pk), int(state in OPEN)) for slot, (_, state, pk) in enumerate(drawn)]
    cursor.executemany("INSERT INTO bench_place VALUES (%s, %s, %s)", rows)


def _number(cursor: Any, count: int, now: float, origin: float) -> None:
    """One row for each copy, oldest first: of what, how many seconds it is moved, and the
    milliseconds in its id. The last event of what is closed is as old as the copy is said to be.
    """
    closed = _epoch("r.closed_at") if _postgresql() else "strftime('%s', r.closed_at)"
    table = "UNLOGGED TABLE" if _postgresql() else "TABLE"
    numbers = (
        f"SELECT generate_series(1, {count}) AS n"
        if _postgresql()
        else "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL "  # noqa: S608
        f"SELECT n + 1 FROM s WHERE n < {count}) "
        "SELECT n FROM s"
    )
    chance = "(n * CAST(1327217885 AS bigint) % 2147483648 / 2147483648.0)"
    age = (
        f"CASE is_open WHEN 1 THEN {30 * DAY} * {chance} * {chance} "
        f"ELSE {730 * DAY} * {chance} * {chance} * {chance} + {closed} - {origin} END"
    )
    seconds = "CAST(age AS double precision)" if _postgresql() else "age"
    cursor.execute(
        f"CREATE {table} bench_copy AS "  # noqa: S608
        f"SELECT row_number() OVER (ORDER BY age DESC, n) AS i, review, "
        f"{now - origin} - {seconds} AS delta, "
        f"CAST(({now} - {seconds}) * 1000 AS bigint) AS ms FROM ("
        f"SELECT n, p.review, {age} AS age FROM ({numbers}) AS s "
        f"JOIN bench_place p ON p.slot = n * CAST(611953 AS bigint) % {SLOTS} "
        f"JOIN reviews_review r ON r.id = p.review) AS aged ORDER BY i"
    )
    cursor.execute("ANALYZE bench_copy")


def _copies(model: type[Model]) -> str:
    """The statement that copies what belongs to the examples."""
    fields = [f for f in model._meta.concrete_fields if f.column != "id" or _is_uuid(f)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(_value(field) for field in fields)
    table = model._meta.db_table
    return (
        f'INSERT INTO "{table}" ({columns}) SELECT {values} '  # noqa: S608
        f'FROM bench_copy n JOIN "{table}" t ON {_belongs(model)} = n.review'
    )


def _remove(cursor: Any, model: type[Model], reviews: list[Any]) -> None:
    """The examples themselves, but for their events on SQLite: nobody may remove those there."""
    table, places = model._meta.db_table, ", ".join(["%s"] * len(reviews))
    if _postgresql() or table != "gates_event":
        cursor.execute(
            f'DELETE FROM "{table}" AS t WHERE {_belongs(model)} IN ({places})',  # noqa: S608
            reviews,
        )


def _belongs(model: type[Model]) -> str:
    """To which review a row belongs."""
    if model._meta.db_table != "gates_event":
        return "t.id" if model._meta.db_table == "reviews_review" else "t.review_id"
    if not _postgresql():
        return "CASE t.subject_type WHEN 'review' THEN replace(t.subject_id, '-', '') END"
    return "CASE t.subject_type WHEN 'review' THEN CAST(t.subject_id AS uuid) END"


def _value(field: Field) -> str:
    column = f't."{field.column}"'
    if _is_uuid(field):
        return _renumbered(column)
    if field.column == "subject_id":
        return _dashed(column)
    if field.column == "data" and _postgresql():
        return _with_ids(column)
    if isinstance(field, DateTimeField):
        return _moved(column)
    return (
        _OWN.get(str(field.column), column)
        if field.model._meta.db_table == "reviews_review"
        else column
    )


def _renumbered(column: str) -> str:
    """An id begins with the copy's time and ends with its number."""
    if not _postgresql():
        return f"printf('%012x', n.ms) || substr({column}, 13, 12) || printf('%08x', n.i)"
    middle = f"substr(replace(CAST({column} AS text), '-', ''), 13, 12)"
    return f"CAST({_hex('n.ms', 12)} || {middle} || {_hex('n.i', 8)} AS uuid)"


def _dashed(column: str) -> str:
    if _postgresql():
        return f"CAST({_renumbered(column)} AS text)"
    stamp = "printf('%012x', n.ms)"
    return (
        f"substr({stamp}, 1, 8) || '-' || substr({stamp}, 9, 4) || substr({column}, 14, 15) "
        "|| printf('%08x', n.i)"
    )


def _with_ids(column: str) -> str:
    """An event's data names decisions."""
    stamp, group = _hex("n.ms", 12), "[0-9a-f]{4}"
    old = f'"[0-9a-f]{{8}}-{group}(-7[0-9a-f]{{3}}-{group}-{group})[0-9a-f]{{8}}"'
    new = f"'\"' || substr({stamp}, 1, 8) || '-' || substr({stamp}, 9, 4) || '\\1' || "
    return (
        f"CAST(regexp_replace(CAST({column} AS text), '{old}', "
        f"{new}{_hex('n.i', 8)} || '\"', 'g') AS jsonb)"
    )


def _moved(column: str) -> str:
    if _postgresql():
        return f"{column} + n.delta * interval '1 second'"
    return f"strftime('%Y-%m-%d %H:%M:%f', {column}, n.delta || ' seconds')"


def _hex(number: str, digits: int) -> str:
    return f"lpad(to_hex({number}), {digits}, '0')"


def _epoch(column: str) -> str:
    return f"extract(epoch FROM {column})"


def _drop_indexes(cursor: Any, models: tuple[type[Model], ...]) -> list[str]:
    """Without indexes, foreign keys and triggers copying takes a fifth of the time; the statements
    that make the indexes again.
    """
    cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute(
        "SELECT i.schemaname || '.' || i.indexname, i.indexdef FROM pg_indexes i "
        "LEFT JOIN pg_constraint c ON c.conname = i.indexname "
        "WHERE i.tablename = ANY(%s) AND c.conname IS NULL",
        [[model._meta.db_table for model in models]],
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f"DROP INDEX {name}")
    return [str(statement) for _, statement in found]


def _key(pk: UUID) -> Any:
    return pk if _postgresql() else pk.hex


def _is_uuid(field: Field) -> bool:
    return isinstance(getattr(field, "target_field", field), UUIDField)


def _postgresql() -> bool:
    return connection.vendor == "postgresql"


if __name__ == "__main__":
    django.setup()
    fill(int(sys.argv[1]))
