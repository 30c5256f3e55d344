"""What an approval is bound to: confirmed, denied, or too late."""

from __future__ import annotations

from typing import Any

import pytest

from gates.actors import OUTSIDE
from reviews.errors import (
    AlreadyDecided,
    Escalated,
    Expired,
    Missing,
    NotAllowed,
    OwnProposal,
    WrongState,
)
from reviews.models import Assignment, Condition, Decision, Delivery, Review
from reviews.transitions import conditions, decisions
from reviews.verdicts import Answer
from tests.factories import (
    PROPOSAL,
    Desk,
    after,
    at,
    decide,
    desk,
    key,
    person,
    personal_key,
    sweep,
)
from tests.traces import final_of, last_event, messages_of, now, verbs_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

CALLBACK = "https://agent.example.com/hooks"
API = {"code": "returned"}  # an hour, by the submitting key
REVIEWER = {"text": "Call him", "confirms": "reviewer", "timeout": 60}
LINK = {"text": "Sign", "confirms": "link", "timeout": 600}


def approve_if(at_desk: Desk, *given: dict[str, Any], **fields: Any) -> Review:
    """A review whose approval was released at 9:00:10 and waits for these conditions."""
    review = at_desk.submit(**fields)
    decide(review, at_desk.reviewer, "approve_if", conditions=given)
    sweep(after(10))
    return now(review)


def conditions_of(review: Review) -> list[Condition]:
    return list(Condition.objects.filter(review=review))


def only(review: Review) -> Condition:
    (found,) = conditions_of(review)
    return found


# --- they open when the verdict is released


def test_conditions_open_when_the_verdict_is_released_and_their_clock_starts_then() -> None:
    at_desk = desk()
    review = approve_if(at_desk, API, REVIEWER, callback_url=CALLBACK)
    first, second = conditions_of(review)
    assert (first.status, first.due_at) == ("open", after(10 + 3600))
    assert (second.status, second.due_at) == ("open", after(10 + 60))
    assert (review.status, review.outcome, review.result) == ("conditional", "", None)
    assert (review.wake_at, review.held_until, review.closed_at) == (after(70), None, None)
    assert (review.held_decision, review.final_decision) == (Decision.objects.get(), None)
    assert (review.assignment, Assignment.objects.get().ending) == (None, "decided")
    ids = [str(first.pk), str(second.pk)]
    assert last_event(review) == ("settled", "clock", {"conditions": ids})
    kinds = [(1, "review.opened"), (3, "review.decided"), (3, "condition.opened")]
    assert messages_of(review) == kinds


def test_the_caller_is_told_what_to_confirm_but_no_result_yet() -> None:
    at_desk = desk()
    row = only(approve_if(at_desk, API, callback_url=CALLBACK))
    told = Delivery.objects.get(type="condition.opened").body["data"]
    assert told["conditions"] == [
        {
            "id": str(row.pk),
            "code": "returned",
            "text": "The goods are back",
            "confirms": "api",
            "status": "open",
            "due_at": "2026-03-02T10:00:10.000000Z",
        }
    ]
    assert (told["status"], told["outcome"], told["result"]) == ("conditional", None, None)
    assert told["decision"]["verdict"] == "approve_if"


def test_without_an_undo_window_conditions_open_at_once() -> None:
    at_desk = desk(undo_window=0)
    review = at_desk.submit()
    decide(review, at_desk.reviewer, "approve_if", conditions=(API,))
    assert (now(review).status, now(review).wake_at) == ("conditional", after(3600))
    assert (only(review).status, only(review).due_at) == ("open", after(3600))


# --- met


def test_the_last_condition_that_is_met_releases_the_approval() -> None:
    at_desk = desk()
    review = approve_if(at_desk, API, callback_url=CALLBACK)
    with at(after(100)):
        conditions.confirm(only(review).pk, actor=at_desk.key.actor())
    stored, row = now(review), only(review)
    assert (stored.status, stored.outcome, stored.result) == ("closed", "approved", PROPOSAL)
    assert (stored.closed_at, stored.decided_at) == (after(100), after(0))
    assert (stored.wake_at, stored.held_decision) == (None, None)
    assert stored.final_decision == Decision.objects.get(final=True)
    assert (row.status, row.answered_at, row.answered_by) == ("met", after(100), "key:agent")
    data = {"condition": str(row.pk), "outcome": "approved"}
    assert last_event(review) == ("condition_met", "key:agent", data)
    assert messages_of(review)[-1] == (4, "review.closed")
    assert [kind for _, kind in messages_of(review)].count("review.decided") == 1


def test_a_condition_that_is_met_leaves_the_others_to_wait_for() -> None:
    at_desk = desk()
    review = approve_if(at_desk, API, REVIEWER)
    first, second = conditions_of(review)
    with at(after(20)):
        conditions.confirm(second.pk, actor=person(at_desk.colleague))
        stored = now(review)
        assert (stored.status, stored.wake_at) == ("conditional", after(3610))
        data = {"condition": str(second.pk)}
        assert last_event(review) == ("condition_met", "user:ben", data)
        conditions.confirm(first.pk, actor=at_desk.key.actor())
    assert now(review).outcome == "approved"


# --- denied


def test_a_condition_that_is_denied_fails_the_review_and_the_rest_is_void() -> None:
    at_desk = desk()
    review = approve_if(at_desk, API, REVIEWER, callback_url=CALLBACK)
    first, second = conditions_of(review)
    with at(after(20)):
        conditions.deny(second.pk, actor=person(at_desk.colleague))
    stored = now(review)
    assert (stored.status, stored.outcome, stored.result) == ("closed", "condition_failed", None)
    assert (stored.closed_at, stored.wake_at) == (after(20), None)
    assert [row.status for row in conditions_of(review)] == ["void", "denied"]
    data = {"outcome": "condition_failed", "condition": str(second.pk)}
    assert last_event(review) == ("condition_denied", "user:ben", data)
    assert messages_of(review)[-1] == (4, "review.closed")
    with pytest.raises(AlreadyDecided):
        conditions.confirm(first.pk, actor=at_desk.key.actor())


def test_a_failed_condition_is_nobodys_rejection() -> None:
    at_desk = desk()
    review = approve_if(at_desk, API)
    with at(after(20)):
        conditions.deny(only(review).pk, actor=at_desk.key.actor())
    final = final_of(review)
    assert (final.verdict, final.outcome, final.reviewer) == (
        "approve_if",
        "approved",
        at_desk.reviewer,
    )
    assert not Decision.objects.filter(outcome="rejected").exists()


# --- too late


def test_the_first_deadline_that_is_missed_fails_the_review() -> None:
    at_desk = desk()
    review = approve_if(at_desk, API, REVIEWER, callback_url=CALLBACK)
    assert sweep(after(69.999999)) == 0
    assert sweep(after(70)) == 1
    stored = now(review)
    assert (stored.status, stored.outcome, stored.result) == ("closed", "condition_failed", None)
    assert [row.status for row in conditions_of(review)] == ["void", "expired"]
    assert last_event(review) == ("condition_expired", "clock", {"outcome": "condition_failed"})
    assert messages_of(review)[-1] == (4, "review.closed")


@pytest.mark.parametrize("swept", [True, False])
@pytest.mark.parametrize("answer", [conditions.confirm, conditions.deny])
def test_an_answer_after_the_deadline_is_too_late_whoever_applied_it(
    answer: Any, swept: bool
) -> None:
    at_desk = desk()
    review = approve_if(at_desk, API)
    if swept:
        sweep(after(3610))
    with at(after(3610)), pytest.raises(Expired):
        answer(only(review).pk, actor=at_desk.key.actor())
    assert (now(review).outcome, only(review).status) == ("condition_failed", "expired")
    assert only(review).answered_at is None


def test_just_before_its_deadline_a_condition_can_be_met() -> None:
    at_desk = desk()
    review = approve_if(at_desk, API)
    with at(after(3609.999999)):
        conditions.confirm(only(review).pk, actor=at_desk.key.actor())
    assert now(review).outcome == "approved"


# --- once


@pytest.mark.parametrize("again", [conditions.confirm, conditions.deny])
def test_an_answer_stands(again: Any) -> None:
    at_desk = desk()
    review = approve_if(at_desk, API, REVIEWER)
    with at(after(20)):
        conditions.confirm(conditions_of(review)[0].pk, actor=at_desk.key.actor())
        with pytest.raises(AlreadyDecided):
            again(conditions_of(review)[0].pk, actor=at_desk.key.actor())
    assert [row.status for row in conditions_of(review)] == ["met", "open"]


@pytest.mark.parametrize("answer", [conditions.confirm, conditions.deny])
def test_while_the_verdict_is_held_a_condition_cannot_be_answered(answer: Any) -> None:
    at_desk = desk()
    review = at_desk.review_in("held_condition")
    with pytest.raises(WrongState):
        answer(only(review).pk, actor=at_desk.key.actor())
    assert only(review).status == "waiting"


def test_a_condition_that_is_not_there_is_missing() -> None:
    at_desk = desk()
    review = approve_if(at_desk, API)
    with pytest.raises(Missing):
        conditions.confirm(review.pk, actor=at_desk.key.actor())


# --- who confirms


def test_a_condition_of_the_api_is_answered_by_the_submitting_key_only() -> None:
    at_desk = desk()
    review = approve_if(at_desk, API)
    others = [
        key(at_desk.gate, name="other").actor(),
        personal_key(at_desk.reviewer).actor(),
        person(at_desk.reviewer),
        OUTSIDE,
    ]
    with at(after(20)):
        for actor in others:
            with pytest.raises(NotAllowed):
                conditions.confirm(only(review).pk, actor=actor)
    assert only(review).status == "open"


def test_a_condition_of_a_reviewer_is_answered_by_the_team_that_decided() -> None:
    at_desk = desk()
    review = approve_if(at_desk, REVIEWER)
    outsiders = [at_desk.key.actor(), OUTSIDE, *map(person, (at_desk.stranger, at_desk.lead))]
    with at(after(20)):
        for actor in outsiders:
            with pytest.raises(NotAllowed):
                conditions.confirm(only(review).pk, actor=actor)
        conditions.confirm(only(review).pk, actor=person(at_desk.reviewer))
    assert now(review).outcome == "approved"


def test_a_level_that_was_asked_before_does_not_confirm() -> None:
    at_desk = desk()
    review = at_desk.submit()
    sweep(after(300))
    with at(after(301)):
        decide(review, at_desk.lead, "approve_if", conditions=(REVIEWER,))
    sweep(after(311))
    with at(after(312)), pytest.raises(Escalated):
        conditions.confirm(only(review).pk, actor=person(at_desk.reviewer))


def test_nobody_confirms_what_his_own_proposal_waits_for() -> None:
    at_desk = desk()
    review = approve_if(at_desk, REVIEWER, requester={"id": "ben"})
    with at(after(20)), pytest.raises(OwnProposal):
        conditions.confirm(only(review).pk, actor=person(at_desk.colleague))
    assert only(review).status == "open"


# --- the link


def link_of(at_desk: Desk) -> tuple[Review, str]:
    review = at_desk.submit()
    answer = Answer("approve_if", conditions=(LINK,))
    decided = decisions.decide(review.pk, actor=person(at_desk.reviewer), answer=answer)
    sweep(after(10))
    return review, next(iter(decided.links.values()))


@pytest.mark.parametrize(("met", "outcome"), [(True, "approved"), (False, "condition_failed")])
def test_a_link_answers_once(met: bool, outcome: str) -> None:
    review, secret = link_of(desk())
    with at(after(20)):
        conditions.answer_by_link(secret, met=met)
        assert now(review).outcome == outcome
        assert (only(review).answered_by, only(review).token_hash) == ("outside:link", None)
        with pytest.raises(Missing):
            conditions.answer_by_link(secret, met=met)
    assert verbs_of(review)[-1] == ("condition_met" if met else "condition_denied")


def test_a_link_does_not_work_before_the_verdict_is_released() -> None:
    at_desk = desk()
    review = at_desk.submit()
    answer = Answer("approve_if", conditions=(LINK,))
    decided = decisions.decide(review.pk, actor=person(at_desk.reviewer), answer=answer)
    with pytest.raises(WrongState):
        conditions.answer_by_link(next(iter(decided.links.values())), met=True)
    assert only(review).token_hash is not None


def test_a_link_after_its_deadline_is_too_late() -> None:
    review, secret = link_of(desk())
    with at(after(610)), pytest.raises(Expired):
        conditions.answer_by_link(secret, met=True)
    assert now(review).outcome == "condition_failed"


@pytest.mark.parametrize("secret", ["", "guess", "0" * 64])
def test_a_link_that_was_never_given_is_missing(secret: str) -> None:
    link_of(desk())
    with pytest.raises(Missing):
        conditions.answer_by_link(secret, met=True)


def test_the_stored_hash_is_no_link() -> None:
    review, _ = link_of(desk())
    stored = only(review).token_hash
    assert stored is not None
    with pytest.raises(Missing):
        conditions.answer_by_link(stored, met=True)


def test_nobody_but_the_link_answers_for_the_outside() -> None:
    at_desk = desk()
    review, _ = link_of(at_desk)
    with at(after(20)):
        for actor in (at_desk.key.actor(), person(at_desk.reviewer)):
            with pytest.raises(NotAllowed):
                conditions.confirm(only(review).pk, actor=actor)
