"""Database connections of loops that live longer than the server's patience or its last restart."""

from django import db


def renew() -> None:
    """Let go of a connection that is dead or too old; the next query opens another. Between web
    requests Django does this itself. Not inside a transaction: that would be lost.
    """
    if not db.connection.in_atomic_block:
        db.close_old_connections()
