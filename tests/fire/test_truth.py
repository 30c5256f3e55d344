"""What the figures say of rows that were tampered with: each of them can go bad, and alone."""

from uuid import uuid4

import pytest
from django.db import transaction

from gates.models import Event
from reviews.models import Decision, Delivery, Review
from tests.factories import ONE_LEVEL, T0, after, at, decide, desk, sweep
from tests.fire import truth
from tests.fire.office import Ledger

pytestmark = pytest.mark.django_db

HOOK = "https://agent.example.com/hooks"


@pytest.fixture
def ledger():
    """Three reviews, as their callers know them: two that a person closed, one that waits."""
    with at(T0):
        found = desk(**ONE_LEVEL | {"undo_window": 0, "timeout_action": "reject"})
        cases = {name: found.submit(external_id=name, callback_url=HOOK) for name in "abc"}
        decide(cases["a"], found.reviewer)
        decide(cases["b"], found.reviewer, "reject")
    submitted = {name: str(review.pk) for name, review in cases.items()}
    return Ledger(submitted, {"a": "approve", "b": "reject"})


def bad(ledger):
    """The counts that are not as they must be."""
    return {figure.what: figure.bad for figure in truth.figures(ledger) if not figure.fine}


def of(name):
    return Review.objects.get(external_id=name)


def events():
    return Event.objects.filter(subject_type="review", subject_id=str(of("a").pk))


SUBMISSIONS = "acknowledged submissions lost or made twice"
DECISIONS = "acknowledged decisions lost"
FINALS = "closed reviews without exactly one final decision"
MESSAGES = "effects (messages) told twice or not at all"
CHAINS = "audit chains with a flaw"


def test_all_is_well_where_nobody_tampered(ledger):
    assert bad(ledger) == {}
    assert sweep(after(400)) == 1
    assert bad(ledger) == {}


def doubled_message():
    row = Delivery.objects.get(type="review.closed", review=of("a"))
    row.pk, row.seq = uuid4(), row.seq + 1  # told by two events
    row.save(force_insert=True)


def another_made():
    Review.objects.filter(external_id="c").update(external_id="a")


TAMPERED = {
    "a submission is gone": (
        lambda: Review.objects.filter(external_id="c").update(external_id="d"),
        {SUBMISSIONS: 1},
    ),
    "a submission is there twice": (another_made, {SUBMISSIONS: 2}),
    "a decision says something else": (
        lambda: Decision.objects.filter(verdict="approve").update(verdict="modify"),
        {DECISIONS: 1},
    ),
    "a decision had another outcome": (
        lambda: Review.objects.filter(external_id="a").update(outcome="rejected"),
        {DECISIONS: 1},
    ),
    "no decision is final": (lambda: Decision.objects.update(final=False), {FINALS: 2}),
    "a message is there twice": (doubled_message, {MESSAGES: 1}),
    "messages are gone": (
        lambda: Delivery.objects.filter(type="review.decided").delete(),
        {MESSAGES: 2},
    ),
    "a chain has lost its end": (lambda: events().order_by("seq").last().delete(), {CHAINS: 1}),
    "a chain has a gap": (lambda: events().order_by("seq").first().delete(), {CHAINS: 1}),
    "a chain was rewritten": (lambda: events().update(verb="settled"), {CHAINS: 1}),
    "a chain is gone": (lambda: events().delete(), {CHAINS: 1}),
}


def test_each_figure_goes_bad_and_no_other(ledger):
    found = {}
    for what, (tamper, _) in TAMPERED.items():
        with transaction.atomic():
            tamper()
            found[what] = bad(ledger)
            transaction.set_rollback(True)
    assert found == {what: expected for what, (_, expected) in TAMPERED.items()}
    assert bad(ledger) == {}


def test_an_answer_that_nobody_expects_is_bad(ledger):
    ledger.unexpected.append("500 oh")
    assert bad(ledger) == {"answers that nobody expects": 1}


def test_what_is_overdue(ledger):
    with at(after(400)):
        assert [truth.overdue(seconds) for seconds in (0, 99, 100)] == [1, 1, 0]
