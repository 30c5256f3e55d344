"""What the figures say of runs that were tampered with: each of them can go bad, and alone."""

import pytest
from django.db import connection, transaction

from gates.graph import Action, Branch, Case, End
from gates.models import Event
from reviews.models import Review, Run, Step
from tests.fire.workflows import effects, truth
from tests.reviews.runs.shop import asking, go_on, path, shop

pytestmark = pytest.mark.django_db

NODES = (
    Action("price", "propose_refund", "gate"),
    asking("gate", "pay", rejected="refused"),
    Action("pay", "issue_refund", "size"),
    Branch("size", (Case("false", "refused"),), "book"),
    Action("book", "tick", "done"),
    End("done"),
    End("refused"),
)

STARTS = "acknowledged starts lost or made twice"
ENDS = "runs that ended never, or more than once"
OPEN = "steps open in ended runs"
LOST = "actions lost"
STRAY = "effects of runs that did not come to them"
UNAPPROVED = "effects without an approval that stands"
TWO_KEYS = "effects made twice under two keys"
CHANGED = "effects under one key with different content"
CHAINS = "audit chains with a flaw"


@pytest.fixture
def started():
    """Three runs that left what they did: one was approved, one modified, one refused."""
    with connection.cursor() as cursor:
        for table in effects.TABLES:
            cursor.execute(table)
    with shop(*NODES) as found:
        for name, does in found.does.items():
            found.does[name] = leaving(does)
        runs = {name: found.start(external_id=name) for name in "abc"}
        for run in runs.values():
            go_on(run)
        found.decide(runs["a"])
        amount = Review.objects.get(step__run=runs["b"]).proposal | {"amount": 7}
        found.decide(runs["b"], "modify", proposal=amount)
        found.decide(runs["c"], "reject")
    assert [path(run)[-1][0] for run in runs.values()] == ["done", "done", "refused"]
    return {name: str(run.pk) for name, run in runs.items()}


def leaving(does):
    """An action that leaves an effect beside what it does."""

    def act(call):
        effects.leave(call)
        return does(call)

    return act


def bad(started):
    """The counts that are not as they must be."""
    return {figure.what: figure.bad for figure in truth.figures(started) if not figure.fine}


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def of(name):
    return Run.objects.get(external_id=name)


def steps(name, node):
    return Step.objects.filter(run=of(name), node=node)


def events(name):
    return Event.objects.filter(subject_type="run", subject_id=str(of(name).pk))


def ended_twice():
    row = events("a").get(verb="ended")
    row.pk, row.seq, row.prev = None, row.seq + 1, row.hash
    row.save(force_insert=True)


def never_ended():
    Run.objects.filter(external_id="c").update(status="stuck", outcome="", ended_at=None)


def open_again():
    row = steps("a", "done")
    row.update(status="ready", wake_at="2026-03-02T09:00:00Z")


def gone(name, node):
    sql("DELETE FROM fire_effect WHERE run = %s AND node = %s", str(of(name).pk), node)


def moved(name, node, to, other):
    """The effect of one run at a node is that of another."""
    values = str(of(to).pk), other, str(of(name).pk), node
    sql("UPDATE fire_effect SET run = %s, node = %s WHERE run = %s AND node = %s", *values)


def done_again():
    key = "00000000-0000-0000-0000-000000000000"
    sql(
        "INSERT INTO fire_effect SELECT %s, run, node, digest FROM fire_effect WHERE node = 'pay'"
        " AND run = %s",
        key,
        str(of("a").pk),
    )


def tried_with_other_data():
    sql(
        "INSERT INTO fire_try SELECT key, 'other' FROM fire_effect WHERE run = %s AND node = 'pay'",
        str(of("a").pk),
    )


TAMPERED = {
    "a start is gone": (
        lambda: Run.objects.filter(external_id="c").update(external_id="d"),
        {STARTS: 1},
    ),
    "a start is there twice": (
        lambda: Run.objects.filter(external_id="c").update(external_id="a"),
        {STARTS: 2},
    ),
    "a run has two ends": (ended_twice, {ENDS: 1, CHAINS: 1}),
    "a run has no end": (never_ended, {ENDS: 1}),
    "a step is open": (open_again, {OPEN: 1}),
    "an action left nothing": (lambda: gone("a", "book"), {LOST: 1}),
    "a refused run paid": (
        lambda: moved("a", "pay", "c", "pay"),
        {LOST: 1, STRAY: 1, UNAPPROVED: 1},
    ),
    "the approval does not stand": (
        lambda: Review.objects.filter(step__run=of("a")).update(outcome="rejected"),
        {UNAPPROVED: 1},
    ),
    "something else was paid": (
        lambda: sql("UPDATE fire_effect SET digest = 'x' WHERE node = 'pay'"),
        {UNAPPROVED: 2},
    ),
    "the proposal was paid, not what it was changed to": (
        lambda: Review.objects.filter(step__run=of("b")).update(result={"amount": 49.99}),
        {UNAPPROVED: 1},
    ),
    "it was paid under two keys": (done_again, {TWO_KEYS: 1}),
    "a retry was given something else": (tried_with_other_data, {CHANGED: 1}),
    "a chain has lost its end": (
        lambda: events("a").get(verb="ended").delete(),
        {ENDS: 1, CHAINS: 1},
    ),
    "a chain was rewritten": (
        lambda: events("b").filter(verb="acting").update(actor="x"),
        {CHAINS: 1},
    ),
}


def test_all_is_well_where_nobody_tampered(started):
    assert bad(started) == {}
    assert truth.tries() == (0, 7)


def test_each_figure_goes_bad_and_no_other(started):
    found = {}
    for what, (tamper, _) in TAMPERED.items():
        with transaction.atomic():
            tamper()
            found[what] = bad(started)
            transaction.set_rollback(True)
    assert found == {what: expected for what, (_, expected) in TAMPERED.items()}
    assert bad(started) == {}


def test_a_retry_is_counted_and_makes_no_second_effect(started):
    tried_with_other_data()
    assert truth.tries() == (1, 8)
