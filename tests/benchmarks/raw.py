"""Set-based SQL that writes the rows of our transitions for many reviews at once, and asks nothing:
no rights, no policies, no order of locks; its hashes cover no more than the one before.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

_CHOSEN = """CREATE TEMPORARY TABLE chosen AS SELECT id, assignment_id, event_count,
    event_head, {hash} AS first, {hash} AS second, {uuid} AS decision FROM reviews_review
    WHERE {which} {lock}"""
_END = """UPDATE reviews_assignment SET ended_at = {now}, ending = '{ending}', lease_until = NULL
    {reviewer} FROM chosen WHERE reviews_assignment.id = chosen.assignment_id"""
_DECIDE = """INSERT INTO reviews_decision (id, review_id, source, verdict, outcome, reviewer_id,
    actor, level, digest, result, reasons, note, message, decided_at, final, superseded)
    SELECT c.decision, r.id, '{source}', '{verdict}', '{outcome}', {person}, '{actor}', r.level,
    r.digest, {result}, '[]', '', '', {now}, {final}, {no}
    FROM chosen c JOIN reviews_review r ON r.id = c.id"""
_CLOSE = """UPDATE reviews_review SET status = 'closed', outcome = '{outcome}', result = {result},
    assignment_id = NULL, final_decision_id = c.decision, held_decision_id = NULL,
    held_until = NULL, wake_at = NULL, decided_at = {now}, closed_at = {now},
    event_count = c.event_count + {events}, event_head = c.{head} {more}
    FROM chosen c WHERE reviews_review.id = c.id"""
_HOLD = """UPDATE reviews_review SET status = 'held', held_decision_id = c.decision,
    held_until = {until}, wake_at = {until}, decided_at = {now},
    event_count = c.event_count + 1, event_head = c.first {more}
    FROM chosen c WHERE reviews_review.id = c.id"""
_LEASE = """UPDATE reviews_assignment SET reviewer_id = {person}, lease_until = {until}
    FROM chosen WHERE reviews_assignment.id = chosen.assignment_id"""
_LOG = """INSERT INTO gates_event (subject_type, subject_id, seq, at, verb, actor, actor_id, data,
    prev, hash) SELECT 'review', {text}, c.event_count + {number}, {now}, '{verb}', '{actor}',
    {person}, {object}('decision', CAST(c.decision AS text), 'digest', r.digest), {prev}, c.{hashed}
    FROM chosen c JOIN reviews_review r ON r.id = c.id"""
_TELL = """INSERT INTO reviews_delivery (id, review_id, url, type, seq, body, created_at)
    SELECT {uuid}, r.id, r.callback_url, '{kind}', r.event_count, {object}('type', '{kind}',
    'timestamp', {now}, 'data', {object}('id', {text}, 'gate', g.slug, 'gate_version', v.number,
    'external_id', r.external_id, 'status', r.status, 'outcome', r.outcome, 'result', r.result,
    'level', r.level, 'due_at', r.due_at, 'closed_at', r.closed_at, 'seq', r.event_count,
    'decision', {object}('verdict', d.verdict, 'source', d.source, 'reviewer', d.actor,
    'reasons', d.reasons, 'note', d.note, 'patch', d.patch, 'decided_at', d.decided_at))), {now}
    FROM chosen c JOIN reviews_review r ON r.id = c.id JOIN reviews_decision d ON d.id = c.decision
    JOIN gates_gate g ON g.id = r.gate_id JOIN gates_gateversion v ON v.id = r.version_id"""


def expire(limit: int) -> int:
    """Reject what is overdue, in one transaction; how many that were."""
    said = _words(outcome="rejected", verdict="reject", source="timeout", actor="clock")
    said |= {"ending": "expired", "person": "NULL", "reviewer": "", "verb": "expired"}
    with transaction.atomic(), connection.cursor() as cursor:
        which = f"wake_at <= {said['now']} ORDER BY wake_at LIMIT {limit}"
        found = _choose(cursor, said, which, [], skip=True)
        for statement in (_END, _DECIDE, _CLOSE, _LOG):
            cursor.execute(statement.format_map(said | {"events": 1, "head": "first", "more": ""}))
        cursor.execute(_TELL.format_map(said | {"kind": "review.closed"}))
    return found


def approve(ids: list[UUID], person: int, *, at_once: bool) -> None:
    """Approve these in one transaction: held for ten seconds, or released at once."""
    said = _words(outcome="approved", verdict="approve", source="human", actor="user:ann")
    said |= {"ending": "decided", "person": str(person), "reviewer": f", reviewer_id = {person}"}
    said |= {"result": "r.proposal", "verb": "decided", "more": ""}
    with transaction.atomic(), connection.cursor() as cursor:
        _choose(cursor, said, _among(len(ids)), [_key(pk) for pk in ids])
        if at_once:
            _released(cursor, said)
        else:
            for statement in (_LEASE, _DECIDE, _HOLD, _LOG):
                cursor.execute(statement.format_map(said | {"final": said["no"]}))


def _released(cursor: Any, said: dict[str, str]) -> None:
    closed = said | {"events": "2", "head": "second", "result": "proposal"}
    cursor.execute(_END.format_map(said))
    cursor.execute(_DECIDE.format_map(said))
    cursor.execute(_CLOSE.format_map(closed))
    cursor.execute(_LOG.format_map(said))
    settled = {"number": "2", "verb": "settled", "prev": "c.first", "hashed": "second"}
    cursor.execute(_LOG.format_map(said | settled))
    for kind in ("review.decided", "review.closed"):
        cursor.execute(_TELL.format_map(said | {"kind": kind}))


def _choose(
    cursor: Any, said: dict[str, str], which: str, given: list[Any], *, skip: bool = False
) -> int:
    lock = f"FOR UPDATE {'SKIP LOCKED' * skip}" if connection.vendor == "postgresql" else ""
    # Made anew: one that is emptied again and again keeps its dead rows, and every join reads them.
    cursor.execute("DROP TABLE IF EXISTS chosen")
    cursor.execute(_CHOSEN.format_map(said | {"which": which, "lock": lock}), given)
    cursor.execute("SELECT count(*) FROM chosen")
    found: int = cursor.fetchone()[0]
    return found


def _key(pk: UUID) -> Any:
    return pk if connection.vendor == "postgresql" else pk.hex


def _among(count: int) -> str:
    return f"id IN ({', '.join(['%s'] * count)})"


def _words(**more: str) -> dict[str, str]:
    """What the databases say differently, as of now."""
    from gates import clock  # noqa: PLC0415 (after the set-up)

    now = clock.now()
    until = now + timedelta(seconds=10)
    usual = {"number": "1", "prev": "c.event_head", "hashed": "first", "result": "NULL"}
    if connection.vendor == "postgresql":
        own = {
            "uuid": "gen_random_uuid()",
            "hash": "encode(sha256(convert_to(event_head || CAST(id AS text), 'UTF8')), 'hex')",
            "object": "jsonb_build_object",
            "text": "CAST(r.id AS text)",
            "final": "true",
            "no": "false",
        }
    else:
        own = {
            "uuid": "lower(hex(randomblob(16)))",
            "hash": "lower(hex(randomblob(32)))",
            "object": "json_object",
            "text": "substr(r.id, 1, 8) || '-' || substr(r.id, 9, 4) || '-' || substr(r.id, 13, 4) "
            "|| '-' || substr(r.id, 17, 4) || '-' || substr(r.id, 21)",
            "final": "1",
            "no": "0",
        }
    return usual | own | {"now": _literal(now), "until": _literal(until)} | more


def _literal(instant: datetime) -> str:
    if connection.vendor == "postgresql":
        return f"CAST('{instant.isoformat()}' AS timestamptz)"
    return f"'{instant.replace(tzinfo=None).isoformat(' ')}'"
