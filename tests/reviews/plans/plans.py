"""What a database means to do for the statements of a call."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tests.reviews.plans.crowd import TABLES

MOST = 5_000  # rows that a page may sort: less than all that waits

_ALIAS = re.compile(r'"(\w+)" ([A-Z]\d+)\b')
_SCAN = re.compile(r"SCAN (\w+)(?: USING .*)?$")


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement as it was sent, and its plan: a tree on PostgreSQL, lines on SQLite."""

    sql: str
    plan: Any

    def faults(self) -> Iterator[str]:
        """What would take time with many rows: to scan, to count, or to sort them."""
        if "COUNT(" in self.sql and "LIMIT" not in self.sql:
            yield "counts"
        yield from self._faults_of_tree() if isinstance(self.plan, dict) else self._scans()

    def walks(self) -> bool:
        """Whether it reads one of our tables from one end, even if along an index."""
        if not isinstance(self.plan, dict):
            return any(table in TABLES for table, _line in self._scanned())
        return any(
            node.get("Relation Name") in TABLES
            and node["Node Type"] in {"Seq Scan", "Index Scan", "Index Only Scan"}
            and "Index Cond" not in node
            for node in _nodes(self.plan)
        )

    def _faults_of_tree(self) -> Iterator[str]:
        for node in _nodes(self.plan):
            kind, rows = node["Node Type"], node["Plan Rows"]
            if kind == "Seq Scan" and node["Relation Name"] in TABLES:
                yield f"scans {node['Relation Name']}"
            if "Sort" in kind and rows > MOST:
                yield f"sorts {rows} rows"

    def _scans(self) -> Iterator[str]:
        for table, line in self._scanned():
            along = "USING" in line and "LIMIT" in self.sql
            if table in TABLES and not along:
                yield f"scans {table}"

    def _scanned(self) -> Iterator[tuple[str, str]]:
        """(table, line) of each line that reads a table from one end."""
        aliases = {alias: table for table, alias in _ALIAS.findall(self.sql)}
        for line in self.plan:
            if found := _SCAN.match(line):
                name = str(found[1])
                yield aliases.get(name, name), str(line)


def asked_by(act: Callable[[], object]) -> list[Asked]:
    """The statements that read our large tables, with the values that they were sent with."""
    sent: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and any(f'"{table}"' in sql for table in TABLES):
            sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        act()
    return [Asked(sql, _plan(sql, params)) for sql, params in sent]


def faults(act: Callable[[], object]) -> list[str]:
    """Each fault with the statement that has it. Raises where nothing was asked."""
    asked = asked_by(act)
    assert asked
    return [f"{fault}: {it.sql}" for it in asked for fault in it.faults()]


def _plan(sql: str, params: Any) -> Any:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
            found = cursor.fetchone()[0]
            return (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        return [row[3] for row in cursor.fetchall()]


def _nodes(plan: Any) -> Iterator[Any]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)
