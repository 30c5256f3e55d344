"""Two hundred people of one team give their verdict on one review; none moves before all wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from django.contrib.auth.models import User

from reviews.models import Decision, Review
from reviews.transitions import decisions
from reviews.verdicts import Answer
from tests import factories
from tests.factories import ONE_LEVEL, UNDO_WINDOW, Desk, person
from tests.fire.figures import Count, Figure
from tests.fire.part import say
from tests.fire.races.telling import DONE, codes_of, holds
from tests.races.line import Line, Move, line, patient
from tests.traces import now, verbs_of

PATIENCE = 300.0  # seconds
VERDICTS = (Answer("approve"), Answer("reject", reasons=("fraud",)))
LATE = "already_decided"


def figures(times: int, *, size: int) -> Iterator[Figure]:
    """So many reviews, half of them without an undo window."""
    desks = [_desk(window) for window in (0, UNDO_WINDOW)]
    crowd = [factories.user(f"member{number}") for number in range(size)]
    factories.team("support_team", *crowd)
    told, ended = list[Counter[str]](), list[bool]()
    with line(size, patience=PATIENCE) as runners:
        for number in range(times):
            review = desks[number % 2].submit()
            told.append(_told(runners, review, crowd))
            ended.append(holds(_assert_decided_once, review))
            if number % 10 == 0:
                say(f"crowd {number + 1} of {times}: {dict(told[-1])}")
    losers = times * (size - 1)
    late = sum(codes[LATE] for codes in told)
    yield Count(f"reviews of {size} deciders without exactly one winner", _odd(told), times)
    yield Count(f"losers told anything but {LATE}", losers - late, losers)
    yield Count("such reviews without one decision in a whole chain", ended.count(False), times)


def _desk(window: int) -> Desk:
    return factories.desk(**ONE_LEVEL | {"slug": f"crowd-{window}", "undo_window": window})


def _told(runners: Line, review: Review, crowd: Sequence[User]) -> Counter[str]:
    moves = [_deciding(review, member) for member in crowd]
    return codes_of(runners.race(*moves, behind=review.pk))


def _deciding(review: Review, member: User) -> Move:
    actor, answer = person(member), VERDICTS[member.pk % 2]
    return patient(lambda: decisions.decide(review.pk, actor=actor, answer=answer), PATIENCE)


def _assert_decided_once(review: Review) -> None:
    assert Decision.objects.filter(review=review).count() == 1
    released = ["settled"] * (now(review).status == "closed")
    assert verbs_of(review) == ["submitted", "decided", *released]


def _odd(told: Sequence[Counter[str]]) -> int:
    return sum(codes[DONE] != 1 for codes in told)
