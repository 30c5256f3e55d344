"""The same call, sent again before the first was answered: it is done once."""

import pytest
from django.db import transaction

from gates.models import Event
from reviews.api import idempotency
from reviews.models import Comment
from tests import factories
from tests.reviews.api.calling import by_key, by_person, code_of

pytestmark = pytest.mark.django_db(transaction=True)

BODY = {"gate": "refund", "proposal": factories.PROPOSAL, "context": factories.CONTEXT}


def test_of_many_calls_with_one_key_one_is_done(race):
    desk = factories.desk()
    review, ann = desk.submit(), by_person(desk.reviewer)

    def call():
        address = f"reviews/{review.pk}/comments/"
        return ann.post(address, {"text": "Once."}, Idempotency_Key="k1")

    answers = race(*[call] * 4)

    assert Comment.objects.count() == Event.objects.filter(verb="commented").count() == 1
    refused = [code_of(answer) for answer in answers if answer.status_code != 200]
    assert len(refused) < 4
    assert set(refused) <= {(409, "idempotency_in_progress")}


def test_a_call_that_is_still_at_work_is_a_conflict(race):
    desk = factories.desk()
    agent = by_key(desk.key)
    first = idempotency.Asked(f"key:{desk.key.pk}", "/api/v1/reviews/", "k1", "")

    with transaction.atomic():
        assert idempotency._alone(first)
        (same,) = race(lambda: agent.post("reviews/", BODY, Idempotency_Key="k1"))
        (other,) = race(lambda: agent.post("reviews/", BODY, Idempotency_Key="k2"))

    assert code_of(same) == (409, "idempotency_in_progress")
    assert other.status_code == 201
    assert agent.post("reviews/", BODY, Idempotency_Key="k1").status_code == 201
