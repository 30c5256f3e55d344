"""Several at one run: it goes on once, ends once, and nobody waits for anybody for ever."""

from collections import Counter
from functools import partial

import pytest

from gates.chain import first_flaw
from gates.graph import Action, End
from gates.models import Event
from gates.transitions.events import link_of
from reviews.errors import DomainError
from reviews.models import Condition, Review, Run, Step
from reviews.transitions import conditions
from reviews.transitions.runs import answering, people, walking
from reviews.transitions.runs.confirming import secret_of
from tests.factories import CONTEXT, decide, permit, person, user
from tests.reviews.runs.shop import asking, confirming, go_on, now, path, shop

pytestmark = pytest.mark.django_db(transaction=True)

N = 20
ASKED = {"proposal": {"amount": 1}, "context": CONTEXT}
ALONE = (Action("do", "tick", "done"), End("done"))
GATED = (asking("gate", "do"), *ALONE)
ON = {"met": "yes", "denied": "no", "expired": "no"}


def manager():
    return person(permit(user("max"), "reviews.manage_run"))


def said(answers):
    return Counter(it.code if isinstance(it, DomainError) else "ok" for it in answers)


def assert_whole(run: Run) -> None:
    """The chain of its events has no flaw, and its head is the last one."""
    found = Event.objects.filter(subject_type="run", subject_id=str(run.pk)).order_by("seq")
    rows = [(link_of(event), event.hash) for event in found]
    assert first_flaw(rows) is None
    assert (run.event_count, run.event_head) == (len(rows), rows[-1][1])


def step_of(run) -> Step:
    return Step.objects.filter(run=run).latest("id")


def test_of_twenty_tasks_for_one_step_one_does_the_action(race):
    with shop(*ALONE) as it:
        run = it.start()
        step = step_of(run)
        calls = race(*[lambda: walking.advance(step.pk)] * N)
        assert len([call for call in calls if call is not None]) == 1
        assert step_of(run).attempts == 1


def test_an_answer_that_is_given_twenty_times_moves_the_run_once(race):
    with shop(*ALONE) as it:
        run = it.start()
        call = walking.advance(step_of(run).pk)
        assert call is not None
        race(*[lambda: answering.finished(call, "output")] * N)
        assert path(run) == [("do", "done"), ("done", "done")]
        assert now(run).outcome == "done"


def test_a_verdict_and_the_cancellation_of_its_run_at_once(race):
    """They take their locks in opposite order of interest, and neither waits for ever."""
    with shop(*GATED) as it:
        boss = manager()
        for _ in range(10):
            run = it.start(ASKED)
            review = it.review(run)
            race(
                lambda review=review: decide(review, it.desk.reviewer),
                lambda run=run: people.cancel(run.pk, actor=boss),
                behind=review.pk,
            )
            go_on(run)
            ended = now(run)
            assert ended.status == "ended"
            assert (ended.outcome, Review.objects.get(pk=review.pk).outcome) in {
                *(("done", "approved"), ("cancelled", "cancelled"), ("cancelled", "approved")),
            }
            assert_whole(ended)


def test_yes_no_and_the_cancellation_of_the_run_at_once(race):
    with shop(confirming("ask", on=ON), End("yes"), End("no")) as it:
        boss = manager()
        for _ in range(10):
            run = it.start()
            secret = secret_of(Condition.objects.get(step__run=run))
            answers = race(
                partial(conditions.answer_by_link, secret, met=True),
                partial(conditions.answer_by_link, secret, met=False),
                partial(people.cancel, run.pk, actor=boss),
            )
            go_on(run)
            assert now(run).status == "ended"
            assert said(answers)["ok"] in {1, 2}  # an answer and then the cancellation
            assert len([label for _, label in path(run) if label in {"met", "denied"}]) <= 1


def test_of_twenty_who_cancel_with_the_wish_to_undo_one_does(race):
    nodes = (Action("do", "tick", "gate", compensate="reverse_refund"), asking("gate", "done"))
    with shop(*nodes, End("done")) as it:
        it.does["tick"] = lambda call: ASKED
        run = go_on(it.start())
        boss = manager()
        answers = race(*[lambda: people.cancel(run.pk, actor=boss, undo=True)] * N)
        assert said(answers) == {"ok": 1, "wrong_state": N - 1}
        assert Run.objects.filter(compensates=run).count() == 1
