"""Several people at one review: one wins, and a typed refusal tells the others why they did not."""

from collections import Counter
from typing import Any

import pytest

from gates.actors import Actor
from reviews.errors import DomainError
from reviews.models import Assignment, Comment, Decision, Review
from reviews.transitions import comments, decisions, escalations, leases
from reviews.verdicts import Answer
from tests.factories import PROPOSAL, Desk, desk, person, team, user
from tests.traces import events_of, now, verbs_of

pytestmark = pytest.mark.django_db(transaction=True)

N = 20
APPROVE, REJECT = Answer("approve"), Answer("reject", reasons=("fraud",))


def crowd() -> list[Actor]:
    """Twenty people of the team that is asked."""
    members = [user(f"member{number}") for number in range(N)]
    team("support_team", *members)
    return [person(member) for member in members]


def codes(answers: list[Any]) -> Counter[str]:
    return Counter(answer.code if isinstance(answer, DomainError) else "ok" for answer in answers)


def deciding(review: Review, actor: Actor, answer: Answer = APPROVE) -> Any:
    return lambda: decisions.decide(review.pk, actor=actor, answer=answer)


def one() -> tuple[Desk, list[Actor], Review]:
    at_desk = desk()
    return at_desk, crowd(), at_desk.submit()


def test_of_twenty_deciders_one_wins(race):
    _, actors, review = one()
    answers = race(*(deciding(review, actor) for actor in actors), behind=review.pk)
    assert codes(answers) == {"ok": 1, "already_decided": N - 1}
    assert Decision.objects.count() == 1
    assert verbs_of(review) == ["submitted", "decided"]


def test_of_twenty_claimants_one_wins(race):
    _, actors, review = one()
    moves = [lambda a=actor: leases.claim(review.pk, actor=a) for actor in actors]
    answers = race(*moves, behind=review.pk)
    assert codes(answers) == {"ok": 1, "held_by_other": N - 1}
    (won,) = (row.assignment for row in answers if isinstance(row, Review))
    assert won is not None
    assert Assignment.objects.get().reviewer == won.reviewer
    assert verbs_of(review) == ["submitted", "claimed"]


def test_who_claims_and_who_decides_do_not_both_win(race):
    at_desk, _, review = one()
    answers = race(
        lambda: leases.claim(review.pk, actor=person(at_desk.reviewer)),
        deciding(review, person(at_desk.colleague)),
        behind=review.pk,
    )
    found = codes(answers)
    assert found in ({"ok": 1, "held_by_other": 1}, {"ok": 1, "already_decided": 1})


def test_a_vote_too_many_is_not_counted(race):
    """Three must agree and twenty do so at once: three votes, and the rest comes too late."""
    at_desk = desk(approvals=3)
    actors, review = crowd(), at_desk.submit()
    answers = race(*(deciding(review, actor) for actor in actors), behind=review.pk)
    assert codes(answers) == {"ok": 3, "already_decided": N - 3}
    assert Decision.objects.count() == 3
    assert now(review).status == "held"


def test_one_person_in_ten_tabs_has_one_vote(race):
    at_desk = desk(approvals=3)
    review = at_desk.submit()
    moves = [deciding(review, person(at_desk.reviewer))] * 10
    assert codes(race(*moves, behind=review.pk)) == {"ok": 1, "already_voted": 9}
    assert Decision.objects.count() == 1


def test_an_edit_and_a_vote_at_once_never_count_together(race):
    """Who votes on what was edited under him is told so: the digest has changed."""
    at_desk = desk(approvals=2)
    review = at_desk.submit()
    edit = Answer("modify", digest=review.digest, proposal=PROPOSAL | {"amount": 60})
    vote = Answer("approve", digest=review.digest)
    answers = race(
        deciding(review, person(at_desk.reviewer), edit),
        deciding(review, person(at_desk.colleague), vote),
        behind=review.pk,
    )
    assert codes(answers) in ({"ok": 2}, {"ok": 1, "changed": 1})
    standing = Decision.objects.filter(superseded=False)
    assert (now(review).status, standing.count()) == ("pending", 1)
    assert standing.get().verdict == "modify"


def test_undo_happens_once(race):
    at_desk = desk(undo_window=600)
    review = at_desk.submit()
    decisions.decide(review.pk, actor=person(at_desk.reviewer), answer=APPROVE)
    moves = [lambda: decisions.undo(review.pk, actor=person(at_desk.reviewer))] * 10
    assert codes(race(*moves, behind=review.pk)) == {"ok": 1, "wrong_state": 9}
    assert verbs_of(review) == ["submitted", "decided", "undone"]


def test_a_review_goes_up_one_level_however_many_send_it(race):
    _, actors, review = one()
    moves = [lambda a=actor: escalations.escalate(review.pk, actor=a) for actor in actors]
    assert codes(race(*moves, behind=review.pk)) == {"ok": 1, "escalated": N - 1}
    assert (now(review).level, Assignment.objects.count()) == (1, 2)


def test_all_that_is_said_at_once_is_chained(race):
    _, actors, review = one()
    moves = [lambda a=actor: comments.comment(review.pk, actor=a, text="Hm.") for actor in actors]
    assert codes(race(*moves, behind=review.pk)) == {"ok": N}
    assert Comment.objects.count() == N
    assert [verb for verb, _, _ in events_of(review)] == ["submitted", *["commented"] * N]
