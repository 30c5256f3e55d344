"""Several people at one review: one wins, and the others learn from a typed refusal why they did not."""

from collections import Counter
from datetime import datetime

import pytest

from reviews.errors import DomainError
from reviews.models import Decision
from reviews.transitions import decisions, leases
from reviews.verdicts import Answer
from tests import factories
from tests.factories import at

pytestmark = pytest.mark.django_db(transaction=True)

N = 20


def people(desk: factories.Desk) -> list:
    members = [factories.user(f"member{number}") for number in range(N)]
    factories.team("support_team", *members)
    return [factories.person(member) for member in members]


def codes(answers: list) -> Counter:
    return Counter(answer.code if isinstance(answer, DomainError) else "ok" for answer in answers)


def test_of_twenty_deciders_one_wins(race):
    desk = factories.desk()
    actors, review = people(desk), desk.submit()

    answers = race(
        *(
            lambda a=a: decisions.decide(review.pk, actor=a, answer=Answer("approve"))
            for a in actors
        ),
        behind=review.pk,
    )

    assert codes(answers) == {"ok": 1, "already_decided": N - 1}
    assert Decision.objects.count() == 1


def test_of_twenty_claimants_one_wins(race):
    desk = factories.desk()
    actors, review = people(desk), desk.submit()

    answers = race(
        *(lambda a=a: leases.claim(review.pk, actor=a) for a in actors), behind=review.pk
    )

    assert codes(answers) == {"ok": 1, "held_by_other": N - 1}
