"""Writing the audit trail. The caller holds the lock of the subject's row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gates.actors import Actor
from gates.chain import Link
from gates.models import Audited, Event


def chained(
    subject: Audited, verb: str, *, actor: Actor, now: datetime, data: dict[str, Any]
) -> Event:
    """The next event of the subject, unsaved; the subject's head and length move along, unsaved
    too.
    """
    link = Link(
        subject_type=subject._meta.model_name or "",
        subject_id=str(subject.pk),
        seq=subject.event_count + 1,
        at=now,
        verb=verb,
        actor=actor.label,
        actor_id=actor.plain_id,
        data=data,
        prev=subject.event_head,
    )
    subject.event_count, subject.event_head = link.seq, link.digest()
    return _row(link, subject.event_head)


def record(subject: Audited, verb: str, *, actor: Actor, now: datetime, **data: Any) -> Event:
    """Write one event and the subject's new head. For subjects that are changed one at a time."""
    event = chained(subject, verb, actor=actor, now=now, data=data)
    event.save(force_insert=True)
    subject.save(update_fields=Audited.AUDIT_FIELDS)
    return event


def link_of(event: Event) -> Link:
    """What the hash of a stored event covers."""
    names = Link.__dataclass_fields__
    return Link(**{name: getattr(event, name) for name in names})


def _row(link: Link, digest: str) -> Event:
    names = Link.__dataclass_fields__
    return Event(hash=digest, **{name: getattr(link, name) for name in names})
