"""The whole audit trail read back: each chain against its own hashes and its subject's head.

Rows come in pages and subjects in handfuls, so that a long trail needs neither much memory nor a
statement that stays open for minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, islice

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from gates.chain import GENESIS, Link, first_flaw
from gates.models import Audited, Event

ROWS = 2_000
SUBJECTS = 500
_COLUMNS = (*Link.__dataclass_fields__, "hash")
_PLACE = ("subject_type", "subject_id", "seq", "prev", "hash")
_NO_TIME = datetime.min.replace(tzinfo=UTC)
_LARGEST_KEY = 2**63 - 1

Head = tuple[int, str]
Problem = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Flaw:
    """The first row that is not as it was written."""

    kind: str
    subject_id: str
    seq: int
    problem: str

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} #{self.seq}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a walk found: how much was read, and the flaw that ended it."""

    events: int
    subjects: int
    flaw: Flaw | None


@dataclass(slots=True)
class _Chain:
    subject_id: str
    first: int = 1
    length: int = 0
    head: str = GENESIS
    problem: Problem | None = None


def verify() -> Finding:
    """Walk every chain of every kind of subject, up to the first flaw."""
    events = subjects = 0
    for model in kinds():
        for chain, flaw in _checked(model):
            events, subjects = events + chain.length, subjects + 1
            if flaw is not None:
                return Finding(events, subjects, flaw)
    return Finding(events, subjects, _of_no_kind())


def kinds() -> list[type[Audited]]:
    """The models whose rows have chains."""
    return [model for model in apps.get_models() if issubclass(model, Audited)]


def _checked(model: type[Audited]) -> Iterator[tuple[_Chain, Flaw | None]]:
    """Each chain with its flaw; then the subjects that should have a chain and have none."""
    chains = _chains(_name(model))
    while handful := list(islice(chains, SUBJECTS)):
        heads = _heads(model, [chain.subject_id for chain in handful])
        for chain in handful:
            yield chain, _flaw(model, chain, heads.get(chain.subject_id))
    for subject_id, head in _left_without_events(model):
        chain = _Chain(subject_id)
        yield chain, _flaw(model, chain, head)


def _flaw(model: type[Audited], chain: _Chain, head: Head | None) -> Flaw | None:
    problem = _problem(chain, head)
    if problem is not None:
        problem = _looked_at_again(model, chain.subject_id)
    return None if problem is None else Flaw(_name(model), chain.subject_id, *problem)


def _problem(chain: _Chain, head: Head | None) -> Problem | None:
    if head is None:
        return chain.first, "belongs to a subject that does not exist"
    return chain.problem or _against_head(chain, *head)


def _against_head(chain: _Chain, count: int, last: str) -> Problem | None:
    if chain.length < count:
        return chain.length + 1, f"missing: the subject counts {count} events"
    if chain.length > count:
        return count + 1, f"too many: the subject counts {count} events"
    if chain.head != last:
        return count, "its hash is not the one that the subject keeps as its last"
    return None


def _looked_at_again(model: type[Audited], subject_id: str) -> Problem | None:
    """Somebody may have written between two of our statements: look until the subject stands
    still. Cheaper than a lock, and those who may only read can do it.
    """
    head = _heads(model, [subject_id]).get(subject_id)
    while True:
        rows = _rows(Event.objects.filter(subject_type=_name(model), subject_id=subject_id))
        chain = _walked(subject_id, rows)
        before, head = head, _heads(model, [subject_id]).get(subject_id)
        if before == head:
            return _problem(chain, head)


def _chains(kind: str) -> Iterator[_Chain]:
    rows = _rows(Event.objects.filter(subject_type=kind))
    for subject_id, links in groupby(rows, key=lambda row: row[0].subject_id):
        yield _walked(subject_id, links)


def _walked(subject_id: str, rows: Iterable[tuple[Link, str]]) -> _Chain:
    chain = _Chain(subject_id)

    def counted() -> Iterator[tuple[Link, str]]:
        for link, stored in rows:
            chain.first = chain.first if chain.length else link.seq
            chain.length, chain.head = chain.length + 1, stored
            yield link, stored

    chain.problem = first_flaw(counted())
    return chain


def _rows(events: QuerySet[Event]) -> Iterator[tuple[Link, str]]:
    """Events with their stored hashes, by subject and number. The next page starts where the last
    one ended, in the database's own order.
    """
    ordered = events.order_by("subject_id", "seq")
    page = _page(ordered)
    while page:
        yield from page
        last = page[-1][0]
        rest = Q(subject_id__gt=last.subject_id) | Q(seq__gt=last.seq)
        page = _page(ordered.filter(rest, subject_id__gte=last.subject_id))


def _page(events: QuerySet[Event]) -> list[tuple[Link, str]]:
    try:
        return [(Link(*row[:-1]), row[-1]) for row in events.values_list(*_COLUMNS)[:ROWS]]
    except (ValueError, TypeError, AttributeError):
        return [_row(pk) for pk in events.values_list("pk", flat=True)[:ROWS]]


def _row(pk: int) -> tuple[Link, str]:
    """One row. SQLite keeps whatever is put into a column: what is no time or no JSON any more is
    left out here, and then the hash does not match.
    """
    event = Event.objects.filter(pk=pk)
    try:
        row = event.values_list(*_COLUMNS).get()
    except (ValueError, TypeError, AttributeError):
        kind, subject_id, seq, prev, stored = event.values_list(*_PLACE).get()
        return Link(kind, subject_id, seq, _NO_TIME, "", "", None, {}, prev), stored
    return Link(*row[:-1]), row[-1]


def _heads(model: type[Audited], subject_ids: list[str]) -> dict[str, Head]:
    keys = {key for subject_id in subject_ids if (key := _key(model, subject_id)) is not None}
    rows = _all(model).filter(pk__in=keys).values_list("pk", *Audited.AUDIT_FIELDS)
    return {str(pk): (count, head) for pk, count, head in rows}


def _key(model: type[Audited], subject_id: str) -> object:
    try:
        key = model._meta.pk.to_python(subject_id)
    except ValidationError:
        return None
    return None if isinstance(key, int) and key > _LARGEST_KEY else key


def _left_without_events(model: type[Audited]) -> Iterator[tuple[str, Head]]:
    """Subjects that count events or keep a hash, and have no first event."""
    subjects = _all(model).exclude(event_count=0, event_head=GENESIS).order_by("pk")
    columns = ("pk", *Audited.AUDIT_FIELDS)
    page = list(subjects.values_list(*columns)[:SUBJECTS])
    while page:
        heads = {str(pk): (count, head) for pk, count, head in page}
        first = Event.objects.filter(subject_type=_name(model), subject_id__in=heads, seq=1)
        found = set(first.values_list("subject_id", flat=True))
        yield from ((pk, head) for pk, head in heads.items() if pk not in found)
        page = list(subjects.filter(pk__gt=page[-1][0]).values_list(*columns)[:SUBJECTS])


def _of_no_kind() -> Flaw | None:
    """The first event of a kind of subject that there is not."""
    known = [_name(model) for model in kinds()]
    event = Event.objects.exclude(subject_type__in=known).order_by("pk")
    row = event.values_list("subject_type", "subject_id", "seq").first()
    return None if row is None else Flaw(*row, "belongs to a kind of subject that does not exist")


def _all(model: type[Audited]) -> QuerySet[Audited]:
    """Every row, whatever the model's own manager leaves out."""
    return QuerySet(model)


def _name(model: type[Audited]) -> str:
    return model._meta.model_name or ""
