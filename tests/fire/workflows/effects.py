"""What actions leave behind, in tables of their own: each try, and the effect, once per key. Each
is written for good at once, as a bank would.
"""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785
from django.db import connection

from gates.performers import Call
from tests.fire.workflows.points import reached

TABLES = (
    "CREATE TABLE fire_try (key text, digest text)",
    "CREATE TABLE fire_effect (key text PRIMARY KEY, run text, node text, digest text)",
)
_TRY = "INSERT INTO fire_try (key, digest) VALUES (%s, %s)"
_EFFECT = (
    "INSERT INTO fire_effect (key, run, node, digest) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (key) DO NOTHING"
)


def make_tables() -> None:
    """Once per database."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(table)


def leave(call: Call) -> None:
    """The effect of this call; of a call that is made again there is one all the same."""
    digest = digest_of(call.data)
    with connection.cursor() as cursor:
        cursor.execute(_TRY, [call.key, digest])
        reached("action_in_the_middle", call.key)
        cursor.execute(_EFFECT, [call.key, call.run, call.node, digest])


def digest_of(data: Any) -> str:
    """SHA-256 (hex) of what an action was given."""
    return hashlib.sha256(rfc8785.dumps(data)).hexdigest()
