"""One answer to many reviews: each item has its own result, and nothing unusual passes unseen."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gates.policy import Batch, Step, Triggers
from reviews.errors import Invalid
from reviews.models import Decision, Review
from reviews.transitions import batches, leases
from reviews.transitions.batches import ItemResult
from reviews.verdicts import Answer
from tests.factories import (
    ASKS_ALWAYS,
    ONE_LEVEL,
    PROPOSAL,
    TIMEOUT,
    UNDO_WINDOW,
    Desk,
    after,
    at,
    decide,
    desk,
    gate,
    key,
    permit,
    person,
    personal_key,
    submit,
    sweep,
    user,
)
from tests.traces import asked, messages_of, now, verbs_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

APPROVE, REJECT = Answer("approve"), Answer("reject", reasons=("fraud",))
ANY = Batch(when="true", cap=40)


def batch_desk(**overrides: Any) -> Desk:
    """A gate where approval in batches is allowed."""
    return desk(**({"batch": ANY} | overrides))


def routine(at_desk: Desk, proposal: Any = PROPOSAL, **fields: Any) -> Review:
    """A proposal the AI is sure of."""
    return at_desk.submit(proposal, **({"confidence": 0.95} | fields))


def answer(at_desk: Desk, *reviews: Review, answer: Answer = APPROVE) -> list[ItemResult]:
    """Ann answers them all."""
    ann = at_desk.reviewer
    ids = [review.pk for review in reviews]
    return batches.decide_all(ids, actor=person(ann), principal=ann, answer=answer)


def codes(results: list[ItemResult]) -> list[str]:
    return [result.as_json()["code"] for result in results]


def marks(results: list[ItemResult]) -> list[list[str]]:
    """What made each item an outlier."""
    return [result.as_json().get("why", []) for result in results]


# --- what a batch does


def test_each_review_is_decided_as_if_alone() -> None:
    at_desk = batch_desk()
    reviews = [routine(at_desk, callback_url="https://agent.example.com/hooks") for _ in range(3)]
    assert [result.as_json() for result in answer(at_desk, *reviews)] == [
        {"id": str(review.pk), "ok": True, "code": "ok", "message": ""} for review in reviews
    ]
    for review in reviews:
        assert (now(review).status, now(review).held_until) == ("held", after(UNDO_WINDOW))
        assert verbs_of(review) == ["submitted", "decided"]
    assert sweep(after(UNDO_WINDOW)) == 3
    for review in reviews:
        assert (now(review).outcome, now(review).result) == ("approved", PROPOSAL)
        assert messages_of(review)[1:] == [(3, "review.decided"), (3, "review.closed")]


def test_a_batch_uses_the_gates_undo_window() -> None:
    at_desk = batch_desk(undo_window=0)
    reviews = [routine(at_desk) for _ in range(2)]
    answer(at_desk, *reviews)
    assert [now(review).status for review in reviews] == ["closed", "closed"]


def test_results_stand_in_the_order_of_the_ids_and_each_id_once() -> None:
    at_desk = batch_desk()
    first, second = routine(at_desk), routine(at_desk)
    results = answer(at_desk, second, first, second)
    assert [result.id for result in results] == [second.pk, first.pk]


def test_one_refusal_does_not_stop_the_others() -> None:
    at_desk = batch_desk()
    theirs, held, mine = (routine(at_desk) for _ in range(3))
    leases.claim(theirs.pk, actor=person(at_desk.colleague))
    decide(held, at_desk.colleague)
    assert codes(answer(at_desk, theirs, held, mine)) == ["held_by_other", "already_decided", "ok"]
    assert [now(row).status for row in (theirs, held, mine)] == ["pending", "held", "held"]
    assert verbs_of(theirs) == ["submitted", "claimed"]


def test_what_one_may_not_see_is_not_there() -> None:
    at_desk = batch_desk()
    secret = gate(**(ONE_LEVEL | {"slug": "secret", "steps": (Step("vault", TIMEOUT),)}))
    hidden, mine, nowhere = submit(secret, key(secret)), routine(at_desk), Review(pk=uuid4())
    results = answer(at_desk, hidden, mine, nowhere)
    assert codes(results) == ["not_found", "ok", "not_found"]
    assert now(hidden).status == "pending"


def test_what_one_may_see_but_not_decide_is_refused_one_by_one() -> None:
    at_desk = batch_desk()
    review = routine(at_desk)
    auditor = permit(user("aud"), "reviews.view_all_reviews")
    (result,) = batches.decide_all(
        [review.pk], actor=person(auditor), principal=auditor, answer=APPROVE
    )
    assert (result.ok, result.as_json()["code"]) == (False, "not_allowed")


def test_nobody_decides_his_own_proposal_in_a_batch_either() -> None:
    at_desk = batch_desk()
    own, other = routine(at_desk, requester={"id": "ann"}), routine(at_desk)
    assert codes(answer(at_desk, own, other)) == ["own_proposal", "ok"]


def test_items_whose_time_is_up_are_closed_and_told_so() -> None:
    at_desk = batch_desk(**ONE_LEVEL)
    late = routine(at_desk)
    with at(after(60)):
        fresh = routine(at_desk, PROPOSAL | {"order": "B-1"})
    with at(after(TIMEOUT)):
        results = answer(at_desk, late, fresh)
    assert codes(results) == ["expired", "ok"]
    assert results[0].as_json()["outcome"] == "rejected"
    assert (now(late).outcome, now(fresh).status) == ("rejected", "held")


def test_items_that_went_up_are_told_so() -> None:
    at_desk = batch_desk()
    review = routine(at_desk)
    with at(after(TIMEOUT)):
        assert codes(answer(at_desk, review)) == ["escalated"]
    assert now(review).level == 1


def test_a_personal_key_sees_and_decides_as_its_person() -> None:
    at_desk = batch_desk()
    review, hers = routine(at_desk), personal_key(at_desk.reviewer)
    results = batches.decide_all([review.pk], actor=hers.actor(), principal=hers, answer=APPROVE)
    assert codes(results) == ["ok"]


def test_an_integrators_key_decides_nothing() -> None:
    at_desk = batch_desk()
    review, its = routine(at_desk), at_desk.key
    results = batches.decide_all([review.pk], actor=its.actor(), principal=its, answer=APPROVE)
    assert codes(results) == ["not_allowed"]


# --- which batches are allowed at all


def refused(at_desk: Desk, *reviews: Review, given: Answer = APPROVE) -> str:
    """The code and place with which the whole batch is refused."""
    with pytest.raises(Invalid) as error:
        answer(at_desk, *reviews, answer=given)
    assert [verbs_of(review)[-1] for review in reviews] == ["submitted"] * len(reviews)
    return f"{error.value.code} {error.value.fields[0].pointer}"


def test_without_a_batch_key_nothing_is_approved_in_batches() -> None:
    at_desk = desk()
    assert refused(at_desk, routine(at_desk)) == "batch_not_allowed /ids"


def test_one_gate_without_the_key_refuses_a_batch_over_several_gates() -> None:
    allows, forbids = batch_desk(), desk(slug="strict")
    assert refused(allows, routine(allows), routine(forbids)) == "batch_not_allowed /ids"


def test_no_more_than_the_cap_at_once() -> None:
    at_desk = batch_desk(batch=Batch(when="true", cap=2))
    reviews = [routine(at_desk) for _ in range(3)]
    assert refused(at_desk, *reviews) == "over_cap /ids"
    assert codes(answer(at_desk, *reviews[:2])) == ["ok", "ok"]


def test_each_gate_counts_by_its_own_cap_and_rule() -> None:
    one = batch_desk(batch=Batch(when="true", cap=1))
    two = batch_desk(slug="other", batch=Batch(when="proposal.amount < 100.0", cap=2))
    reviews = [routine(one), routine(two), routine(two, PROPOSAL | {"amount": 99})]
    assert codes(answer(one, *reviews)) == ["ok", "outlier", "ok"]
    assert refused(one, routine(one), routine(one)) == "over_cap /ids"


def test_a_batch_holds_five_hundred_ids() -> None:
    at_desk = batch_desk()
    with pytest.raises(Invalid) as error:
        answer(at_desk, *(Review(pk=UUID(int=number)) for number in range(501)))
    assert error.value.code == "too_many"
    results = answer(at_desk, *(Review(pk=UUID(int=number)) for number in range(500)))
    assert codes(results) == ["not_found"] * 500


@pytest.mark.parametrize("verdict", ["modify", "partial", "approve_if", "respond"])
def test_a_batch_is_approved_or_rejected_and_nothing_else(verdict: str) -> None:
    at_desk = batch_desk()
    review = routine(at_desk)
    assert refused(at_desk, review, given=Answer(verdict)) == "verdict_not_offered /verdict"


def test_a_batch_that_is_refused_leaves_deadlines_applied() -> None:
    at_desk = desk(**ONE_LEVEL)
    late = routine(at_desk)
    with at(after(TIMEOUT)), pytest.raises(Invalid):
        answer(at_desk, late)
    assert now(late).outcome == "rejected"


# --- what needs no leave


def test_rejection_needs_no_batch_key_and_knows_no_outliers() -> None:
    at_desk = desk(limits="proposal.amount <= 100.0")
    reviews = [routine(at_desk), routine(at_desk, PROPOSAL | {"amount": 1}, confidence=None)]
    assert codes(answer(at_desk, *reviews, answer=REJECT)) == ["ok", "ok"]
    assert list(Decision.objects.values_list("reasons", flat=True)) == [["fraud"], ["fraud"]]


def test_rejection_needs_a_reason_of_each_gate() -> None:
    at_desk = desk()
    other = desk(slug="other", reasons=())
    reviews = [routine(at_desk), routine(other)]
    assert codes(answer(at_desk, *reviews, answer=REJECT)) == ["ok", "unknown_reason"]
    (left,) = answer(at_desk, routine(at_desk), answer=Answer("reject"))
    assert left.as_json()["code"] == "reasons_required"


def test_many_are_escalated_at_once() -> None:
    at_desk, flat = desk(), desk(slug="flat", **ONE_LEVEL)
    up, top, other = at_desk.submit(), flat.submit(), at_desk.submit()
    ann = at_desk.reviewer
    results = batches.escalate_all([up.pk, top.pk, other.pk], actor=person(ann), principal=ann)
    assert codes(results) == ["ok", "no_next_level", "ok"]
    assert [(now(row).level, asked(row)) for row in (up, top, other)] == [
        (1, "support_leads"),
        (0, "support_team"),
        (1, "support_leads"),
    ]


# --- what a person should open alone


def test_an_outlier_stays_and_says_why() -> None:
    at_desk = batch_desk(batch=Batch(when="proposal.amount < 500.0", cap=9))
    usual, unusual = routine(at_desk), routine(at_desk, PROPOSAL | {"amount": 500})
    results = answer(at_desk, usual, unusual)
    assert [result.ok for result in results] == [True, False]
    assert results[1].as_json()["code"] == "outlier"
    assert marks(results) == [[], ["not_routine"]]
    assert (now(unusual).status, verbs_of(unusual)) == ("pending", ["submitted"])


def test_a_rule_that_cannot_be_judged_lets_nothing_pass() -> None:
    at_desk = batch_desk(batch=Batch(when="proposal.vip == 'no'", cap=9))
    assert marks(answer(at_desk, routine(at_desk))) == [["not_routine"]]


def test_over_the_limit() -> None:
    at_desk = batch_desk(limits="proposal.amount <= 200.0")
    reviews = [*(routine(at_desk) for _ in range(2)), routine(at_desk, PROPOSAL | {"amount": 201})]
    assert marks(answer(at_desk, *reviews)) == [[], [], ["over_limit", "unusual_reason"]]


def test_low_confidence() -> None:
    triggers = Triggers(always_because="all", confidence_below=0.5)
    at_desk = batch_desk(triggers=triggers)
    reviews = [routine(at_desk), routine(at_desk), routine(at_desk, confidence=0.49)]
    assert marks(answer(at_desk, *reviews)) == [[], [], ["low_confidence", "unusual_reason"]]


def test_no_confidence_is_low_confidence() -> None:
    at_desk = batch_desk()
    assert marks(answer(at_desk, routine(at_desk, confidence=None))) == [["low_confidence"]]


def test_a_reason_to_ask_unlike_the_groups() -> None:
    triggers = Triggers(always_because=ASKS_ALWAYS.always_because, stakes="proposal.amount > 900.0")
    at_desk = batch_desk(triggers=triggers)
    reviews = [routine(at_desk), routine(at_desk), routine(at_desk, PROPOSAL | {"amount": 901})]
    assert marks(answer(at_desk, *reviews)) == [[], [], ["unusual_reason"]]


def test_a_kind_unlike_the_groups() -> None:
    at_desk = batch_desk()
    reviews = [routine(at_desk), routine(at_desk), routine(at_desk, PROPOSAL | {"kind": "gift"})]
    assert marks(answer(at_desk, *reviews)) == [[], [], ["unusual_kind"]]


def test_an_earlier_rejection_on_the_subject() -> None:
    at_desk = batch_desk()
    before, other = PROPOSAL | {"order": "B-1"}, PROPOSAL | {"order": "B-2"}
    decide(routine(at_desk, before), at_desk.reviewer, "reject")
    sweep(after(UNDO_WINDOW))
    reviews = [routine(at_desk, other), routine(at_desk, before)]
    assert marks(answer(at_desk, *reviews)) == [[], ["rejected_before"]]


def test_a_rejection_at_another_gate_does_not_count() -> None:
    at_desk, other = batch_desk(), desk(slug="other")
    decide(routine(other), at_desk.reviewer, "reject")
    sweep(after(UNDO_WINDOW))
    assert marks(answer(at_desk, routine(at_desk))) == [[]]


def test_under_a_tenth_of_the_time_left() -> None:
    at_desk = batch_desk()
    early = routine(at_desk)
    with at(after(1)):
        later = routine(at_desk)
    with at(after(0.9 * TIMEOUT) + (after(0.5) - after(0))):
        assert marks(answer(at_desk, early, later)) == [["near_deadline"], []]


def closed_with(at_desk: Desk, *amounts: float) -> None:
    """Reviews of the gate that are closed, with these amounts."""
    for amount in amounts:
        decide(routine(at_desk, PROPOSAL | {"amount": amount}), at_desk.reviewer)
    sweep(after(UNDO_WINDOW))


def test_an_amount_unlike_the_last_ones_of_the_gate() -> None:
    at_desk = batch_desk()
    closed_with(at_desk, *range(100, 120))
    usual, high = routine(at_desk), routine(at_desk, PROPOSAL | {"amount": 129})
    low = routine(at_desk, PROPOSAL | {"amount": 90})
    assert marks(answer(at_desk, usual, high, low)) == [[], ["unusual_amount"], ["unusual_amount"]]


def test_fewer_than_twenty_closed_reviews_say_nothing_about_amounts() -> None:
    at_desk = batch_desk()
    closed_with(at_desk, *range(100, 119))
    assert marks(answer(at_desk, routine(at_desk, PROPOSAL | {"amount": 100_000}))) == [[]]


# --- the cost


def statements(at_desk: Desk, count: int, act: Any) -> int:
    reviews = [routine(at_desk, PROPOSAL | {"order": str(number)}) for number in range(count)]
    with CaptureQueriesContext(connection) as captured:
        results = act(at_desk, *reviews)
    assert [result.ok for result in results] == [True] * count
    return len(captured)


def escalate(at_desk: Desk, *reviews: Review) -> list[ItemResult]:
    ann = at_desk.reviewer
    return batches.escalate_all([row.pk for row in reviews], actor=person(ann), principal=ann)


@pytest.mark.parametrize(("act", "count"), [(answer, 16), (escalate, 15)])
def test_a_batch_of_thirty_takes_as_many_statements_as_one_of_three(act: Any, count: int) -> None:
    at_desk = batch_desk()
    statements(at_desk, 3, act)
    assert statements(at_desk, 3, act) == count
    assert statements(at_desk, 30, act) == count
