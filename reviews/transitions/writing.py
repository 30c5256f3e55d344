"""Rows of one model written in one statement, however many there are: the database reads them from
one JSON document.

Django's own ways take their time over 500 rows: a CASE for each field of an UPDATE, a call for each
value of an INSERT, and several of these where SQLite takes but so many parameters.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from functools import cache, partial
from typing import Any

from django.db import connection
from django.db.models import (
    AutoField,
    DateTimeField,
    DecimalField,
    JSONField,
    Model,
    UUIDField,
)

_WRITTEN_AS_TEXT = (UUIDField, DateTimeField, DecimalField)


def insert(rows: Sequence[Model]) -> None:
    """Insert new rows of one model."""
    if len(rows) == 1:
        rows[0].save(force_insert=True)
    elif rows:
        meta = rows[0]._meta
        fields = [field for field in meta.concrete_fields if not isinstance(field, AutoField)]
        table, names = _quoted(meta.db_table), ", ".join(map(_column, fields))
        _execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {_given(table, fields)} AS given",  # noqa: S608
            fields,
            rows,
        )
        for row in rows:
            row._state.adding, row._state.db = False, connection.alias


def update(rows: Sequence[Model], names: Collection[str]) -> None:
    """Update these fields of locked rows of one model."""
    if len(rows) == 1:
        rows[0].save(update_fields=names)
    elif rows:
        meta = rows[0]._meta
        fields: list[Any] = [*(meta.get_field(name) for name in names), meta.pk]
        table, (*columns, key) = _quoted(meta.db_table), map(_column, fields)
        assigned = ", ".join(f"{column} = given.{column}" for column in columns)
        _execute(
            f"UPDATE {table} SET {assigned} FROM {_given(table, fields)} AS given "  # noqa: S608
            f"WHERE {table}.{key} = given.{key}",
            fields,
            rows,
        )


def _given(table: str, fields: Sequence[Any]) -> str:
    """The rows of the document, with the types of the table's; no JSON is NULL, never `null`."""
    if connection.vendor == "postgresql":
        return f"jsonb_populate_recordset(NULL::{table}, %s)"
    columns = (f"json_extract(value, '$.{field.column}') AS {_column(field)}" for field in fields)
    return f"(SELECT {', '.join(columns)} FROM json_each(%s))"  # noqa: S608


def _execute(statement: str, fields: Sequence[Any], rows: Sequence[Model]) -> None:
    stored = _as_json if connection.vendor == "postgresql" else _as_stored
    names = [field.column for field in fields]
    columns = (stored(field, [vars(row)[field.attname] for row in rows]) for field in fields)
    document = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(document, ensure_ascii=False, allow_nan=False)])


def _as_json(field: Any, values: list[Any]) -> list[Any]:
    """PostgreSQL makes of a text whatever the column is; JSON stays what it is."""
    if isinstance(_target(field), _WRITTEN_AS_TEXT):
        return [None if value is None else str(value) for value in values]
    return values


def _as_stored(field: Any, values: list[Any]) -> list[Any]:
    """SQLite stores what Django gives it, which is the value itself for all but these."""
    kind = _target(field)
    if isinstance(kind, UUIDField):
        return [None if value is None else value.hex for value in values]
    if not isinstance(kind, DateTimeField | DecimalField | JSONField):
        return values
    prepared: Callable[[Any], Any] = partial(field.get_db_prep_save, connection=connection)
    if not isinstance(kind, JSONField):  # whose values cannot be looked up; the same instant comes
        prepared = cache(prepared)  # with every row
    stored = (None if value is None else prepared(value) for value in values)
    return [str(value) if isinstance(value, Decimal) else value for value in stored]


def _target(field: Any) -> Any:
    """The field whose values a foreign key has."""
    return _target(field.target_field) if field.is_relation else field


def _column(field: Any) -> str:
    return _quoted(field.column)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
