"""What the database says afterwards, against what callers were told. After `office.use`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Count, Q

from gates import clock
from gates.chain import first_flaw
from gates.models import Event
from gates.transitions.events import link_of
from hitl_project import connections
from reviews.models import Decision, Delivery, Review
from tests.fire.figures import Count as Figure
from tests.fire.office import Ledger

VERDICTS = {"approve": "approved", "reject": "rejected"}


def figures(ledger: Ledger) -> Iterator[Figure]:
    """Everything that must hold however often something was killed."""
    connections.renew()
    with _one_instant():
        yield Figure("acknowledged submissions lost or made twice", *_submissions(ledger))
        yield Figure("acknowledged decisions lost", *_decisions(ledger))
        yield Figure("closed reviews without exactly one final decision", *_finals())
        yield Figure("effects (messages) told twice or not at all", *_messages())
        yield Figure("audit chains with a flaw", *_chains())
    yield Figure("answers that nobody expects", len(ledger.unexpected), len(ledger.submitted))


@contextmanager
def _one_instant() -> Iterator[None]:
    """All that is read is of one moment: deadlines are applied meanwhile."""
    first = not connection.in_atomic_block
    with transaction.atomic():
        if first and connection.vendor == "postgresql":
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def overdue(seconds: float = 0) -> int:
    """Reviews to which something should have happened more than so many seconds ago."""
    now = clock.now()
    rows = Review.objects.due(now).values_list("wake_at", flat=True)
    return sum((now - wake_at).total_seconds() > seconds for wake_at in rows if wake_at)


def _submissions(ledger: Ledger) -> tuple[int, int]:
    made: dict[str, list[str]] = {}
    for external_id, pk in Review.objects.values_list("external_id", "pk"):
        made.setdefault(external_id, []).append(str(pk))
    told = ledger.submitted
    wrong = [case for case, found in told.items() if made.get(case) != [found]]
    twice = [case for case, found in made.items() if case not in told and len(found) > 1]
    return len(wrong) + len(twice), len(told)


def _decisions(ledger: Ledger) -> tuple[int, int]:
    rows = Decision.objects.filter(source="human", undone_at=None)
    given = Counter(rows.values_list("review__external_id", "verdict"))
    closed = Review.objects.exclude(outcome="").values_list("external_id", "outcome")
    outcomes = dict(closed)
    lost = [
        case
        for case, verdict in ledger.decided.items()
        if given[case, verdict] != 1 or outcomes.get(case, VERDICTS[verdict]) != VERDICTS[verdict]
    ]
    return len(lost), len(ledger.decided)


def _finals() -> tuple[int, int]:
    closed = Review.objects.filter(status="closed")
    finals = closed.annotate(finals=Count("decisions", filter=Q(decisions__final=True)))
    return finals.exclude(finals=1).count(), closed.count()


def _messages() -> tuple[int, int]:
    """A closed review sent `closed` once; one that a person decided sent `decided` once, too."""
    told = Counter(Delivery.objects.values_list("review_id", "type"))
    wrong = 0
    heard = Review.objects.exclude(callback_url="")
    rows = heard.values_list("pk", "status", "team_id", "final_decision__source")
    for pk, status, asked, source in rows:
        expected = {
            "review.opened": int(asked is not None),
            "review.closed": int(status == "closed"),
            "review.decided": int(status == "closed" and source == "human"),
        }
        wrong += any(told[pk, kind] != times for kind, times in expected.items())
    return wrong, len(rows)


def _chains() -> tuple[int, int]:
    """A review's events must be whole in themselves, and end where its row says."""
    heads = Review.objects.values_list("pk", "event_count", "event_head")
    ends = {str(pk): (count, head) for pk, count, head in heads}
    events = Event.objects.filter(subject_type="review").order_by("subject_id", "seq")
    fine = 0
    for subject, group in groupby(events.iterator(), lambda event: event.subject_id):
        links = list(group)
        whole = first_flaw((link_of(row), row.hash) for row in links) is None
        fine += whole and ends.get(subject) == (len(links), links[-1].hash)
    return len(ends) - fine, len(ends)
