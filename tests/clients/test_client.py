"""The client and a server, as in life."""

from dataclasses import replace

import pytest
from gatehouse_client import (
    AlreadyDecided,
    BadKey,
    Changed,
    Expired,
    Gatehouse,
    IdempotencyMismatch,
    NotAllowed,
    NotFound,
    RoundsExhausted,
)

from gates.policy import Step
from tests import factories

SENT = {"context": factories.CONTEXT}


def submit(agent, **content):
    return agent.submit("refund", factories.PROPOSAL, **(SENT | content))


def test_what_was_submitted_is_told(agent):
    review = submit(agent, recommendation="approve", confidence=0.5, external_id="T-1")
    assert (review.status, review.gate, review.team) == ("pending", "refund", "support_team")
    assert (review.proposal, review.context) == (factories.PROPOSAL, factories.CONTEXT)
    assert (review.confidence, review.external_id) == (0.5, "T-1")
    assert [why.code for why in review.why] == ["always"]
    assert (review.closed, review.more) == (False, {})
    assert agent.review(review.id) == review
    assert list(agent.reviews(external_id="T-1")) == [review]


def test_the_same_key_submits_once(agent):
    first, second = (submit(agent, idempotency_key="k") for _ in range(2))
    assert first.id == second.id
    with pytest.raises(IdempotencyMismatch):
        submit(agent, idempotency_key="k", rationale="another")


def test_an_approval_is_waited_for(agent, ann):
    review = submit(agent)
    ann.decide(review.id, "approve", digest=review.digest)
    closed = agent.wait(review.id)
    assert (closed.outcome, closed.result) == ("approved", factories.PROPOSAL)
    assert closed.decision.source == "human"


def test_an_edit_is_the_result(agent, ann):
    review = submit(agent)
    edited = factories.PROPOSAL | {"amount": 60}
    ann.decide(review.id, "modify", proposal=edited)
    assert agent.wait(review.id).result == edited


def test_waiting_ends_with_the_time(agent):
    assert agent.wait(submit(agent).id, seconds=1).status == "pending"


def test_a_condition_is_confirmed_or_denied(agent, ann):
    for answer, outcome in ((agent.confirm, "approved"), (agent.deny, "condition_failed")):
        review = submit(agent)
        decided = ann.decide(review.id, "approve_if", conditions=[{"code": "returned"}])
        (condition,) = decided.conditions
        assert answer(condition.id).outcome == outcome


def test_the_way_for_an_outside_person_is_told_to_who_decides(agent, ann):
    review = submit(agent)
    terms = [{"text": "You agree", "confirms": "link", "contact": "a@example.com"}]
    decided = ann.decide(review.id, "approve_if", conditions=terms)
    (link,) = decided.links
    assert link.condition == decided.conditions[0].id


def test_who_comes_second_is_told(agent, ann, ben):
    review = submit(agent)
    ann.decide(review.id, "approve")
    with pytest.raises(AlreadyDecided):
        ben.decide(review.id, "reject", reasons=["fraud"])


def test_what_was_looked_at_is_what_is_decided(agent, ann):
    review = submit(agent)
    with pytest.raises(Changed):
        ann.decide(review.id, "approve", digest="0" * 64)


def test_who_is_late_is_told(desk, agent, ann):
    factories.publish(
        replace(
            desk.policy,
            steps=(Step("support_team", 1),),
            timeout_action="reject",
            final_action="",
        )
    )
    review = submit(agent)
    assert agent.wait(review.id).decision.source == "timeout"
    with pytest.raises(Expired) as caught:
        ann.decide(review.id, "approve")
    assert caught.value.document["outcome"] == "rejected"


def test_a_review_is_cancelled(agent):
    assert agent.cancel(submit(agent).id, code="ticket_closed").outcome == "cancelled"


def test_a_proposal_is_tried(agent):
    forecast = agent.check("refund", factories.PROPOSAL, context=factories.CONTEXT)
    assert (forecast.asks_person, forecast.team) == (True, "support_team")
    assert list(agent.reviews()) == []


def test_an_agent_decides_nothing(agent):
    review = submit(agent)
    with pytest.raises(NotAllowed):
        agent.decide(review.id, "approve")


def test_what_is_out_of_scope_is_not_there(agent):
    with pytest.raises(NotFound):
        agent.check("loan", 1)


def test_revisions_come_to_an_end(desk, agent, ann):
    factories.publish(replace(desk.policy, max_rounds=1))
    review = submit(agent)
    ann.decide(review.id, "reject", reasons=["fraud"])
    with pytest.raises(RoundsExhausted):
        submit(agent, revises=review.id)


def test_a_wrong_key_is_told_at_once(desk, live_server):
    with (
        Gatehouse(live_server.url, "abcdefgh." + "x" * 32) as client,
        pytest.raises(BadKey) as caught,
    ):
        submit(client)
    assert caught.value.code == "invalid_key"
