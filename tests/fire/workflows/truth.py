"""What the database says of the runs afterwards. After `office.use`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from django.db import connection

from gates.chain import first_flaw
from gates.models import Event
from gates.transitions.events import link_of
from reviews.models import Review, Run, Step
from reviews.states import OPEN_STEPS, Outcome, RunStatus
from tests.fire.figures import Count
from tests.fire.workflows.effects import digest_of

# What a run that ended so must have left behind.
LEFT = {"done": {"price", "pay", "book"}, "refused": {"price"}}
STANDS = {Outcome.APPROVED, Outcome.MODIFIED}


def figures(started: Mapping[str, str]) -> Iterator[Count]:
    """Everything that must hold; `started` are the ids of runs by external id."""
    yield Count("acknowledged starts lost or made twice", *_starts(started))
    yield Count("runs that ended never, or more than once", *_ends())
    yield Count("steps open in ended runs", *_open())
    yield Count("actions lost", *_lost())
    yield Count("effects of runs that did not come to them", *_stray())
    yield Count("effects without an approval that stands", *_unapproved())
    yield Count("effects made twice under two keys", *_under_two_keys())
    yield Count("effects under one key with different content", *_changed())
    yield Count("audit chains with a flaw", *_chains())


def tries() -> tuple[int, int]:
    """How often an action was done again, and how often it was done at all."""
    ((tried, keys),) = _rows("SELECT count(*), count(DISTINCT key) FROM fire_try")
    return tried - keys, tried


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _effects() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Key and digest of what each run has left behind at each node."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for run, node, key, digest in _rows("SELECT run, node, key, digest FROM fire_effect"):
        found[run, node].append((key, digest))
    return found


def _starts(started: Mapping[str, str]) -> tuple[int, int]:
    made: dict[str, list[str]] = defaultdict(list)
    for case, pk in Run.objects.values_list("external_id", "pk"):
        made[case].append(str(pk))
    wrong = [case for case, pk in started.items() if made.get(case) != [pk]]
    twice = [case for case, found in made.items() if case not in started and len(found) > 1]
    return len(wrong) + len(twice), len(started)


def _ends() -> tuple[int, int]:
    ends = Event.objects.filter(subject_type="run", verb="ended")
    times = Counter(ends.values_list("subject_id", flat=True))
    rows = list(Run.objects.values_list("pk", "status"))
    wrong = [pk for pk, status in rows if status != RunStatus.ENDED or times[str(pk)] != 1]
    return len(wrong), len(rows)


def _open() -> tuple[int, int]:
    steps = Step.objects.filter(run__status=RunStatus.ENDED)
    return steps.filter(status__in=OPEN_STEPS).count(), steps.count()


def _expected() -> set[tuple[str, str]]:
    ended = Run.objects.filter(status=RunStatus.ENDED).values_list("pk", "outcome")
    return {(str(pk), node) for pk, outcome in ended for node in LEFT[outcome]}


def _lost() -> tuple[int, int]:
    expected = _expected()
    return len(expected - _effects().keys()), len(expected)


def _stray() -> tuple[int, int]:
    """Of ended runs."""
    ended = {
        str(pk) for pk in Run.objects.filter(status=RunStatus.ENDED).values_list("pk", flat=True)
    }
    made = {(run, node) for run, node in _effects() if run in ended}
    return len(made - _expected()), len(made)


def _unapproved() -> tuple[int, int]:
    """Each payment is that of its run's review: what was approved, or what it was changed to."""
    rows = Review.objects.filter(outcome__in=STANDS).values_list("step__run_id", "result")
    approved = {str(run): digest_of(result) for run, result in rows}
    paid = [
        (run, digest)
        for (run, node), made in _effects().items()
        for _, digest in made
        if node == "pay"
    ]
    return sum(approved.get(run) != digest for run, digest in paid), len(paid)


def _under_two_keys() -> tuple[int, int]:
    made = _effects()
    return sum(len(keys) > 1 for keys in made.values()), len(made)


def _changed() -> tuple[int, int]:
    digests = defaultdict(set)
    for key, digest in _rows("SELECT key, digest FROM fire_try"):
        digests[key].add(digest)
    return sum(len(found) > 1 for found in digests.values()), len(digests)


def _chains() -> tuple[int, int]:
    """Of runs and of reviews: whole in themselves, and ending where their rows say."""
    ends = {
        (model._meta.model_name or "", str(pk)): (count, head)
        for model in (Run, Review)
        for pk, count, head in model._default_manager.values_list("pk", "event_count", "event_head")
    }
    rows = Event.objects.filter(subject_type__in={kind for kind, _ in ends})
    ordered = rows.order_by("subject_type", "subject_id", "seq").iterator()
    fine = 0
    for subject, group in groupby(ordered, lambda row: (row.subject_type, row.subject_id)):
        links = list(group)
        whole = first_flaw((link_of(row), row.hash) for row in links) is None
        fine += whole and ends.get(subject) == (len(links), links[-1].hash)
    return len(ends) - fine, len(ends)
