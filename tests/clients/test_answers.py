"""What the server tells, as plain values."""

from datetime import UTC, datetime

from gatehouse_client import Condition, Decision, Review, Run, Step

REVIEW = {
    "id": "r1",
    "status": "closed",
    "outcome": "approved",
    "closed_at": "2026-03-02T09:00:00.5Z",
    "due_at": None,
    "decision": {"verdict": "approve", "source": "human", "reasons": ["ok"], "mood": "calm"},
    "conditions": [{"id": "c1", "status": "met"}],
    "weather": "fair",
}


def test_a_review_is_read_with_its_parts():
    review = Review.read(REVIEW)
    assert (review.id, review.outcome, review.closed) == ("r1", "approved", True)
    assert review.closed_at == datetime(2026, 3, 2, 9, 0, 0, 500_000, UTC)
    assert review.due_at is None
    assert review.conditions == (Condition(id="c1", status="met"),)


def test_what_a_later_server_adds_is_kept():
    review = Review.read(REVIEW)
    assert review.more == {"weather": "fair"}
    assert review.decision == Decision(
        verdict="approve", source="human", reasons=("ok",), more={"mood": "calm"}
    )


def test_a_member_that_is_itself_called_more_is_kept_too():
    assert Review.read({"id": "r1", "status": "pending", "more": 1}).more == {"more": 1}


def test_a_review_without_a_verdict_is_not_closed():
    review = Review.read({"id": "r1", "status": "held", "decision": None})
    assert (review.closed, review.decision) == (False, None)


def test_a_run_is_read_with_its_steps():
    run = Run.read(
        {
            "id": "1",
            "status": "ended",
            "steps": [{"id": "s", "node": "gate", "status": "done", "new": 1}],
        }
    )
    assert run.ended
    assert run.steps == (Step(id="s", node="gate", status="done", more={"new": 1}),)
