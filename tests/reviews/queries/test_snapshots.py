"""What the outside is told about a review, by where it stands."""

from __future__ import annotations

import pytest

from reviews.queries.snapshots import released, snapshot
from tests.factories import CONTEXT, PROPOSAL, desk
from tests.traces import final_of, now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]


def test_nothing_of_a_held_verdict_shows() -> None:
    review = now(desk().review_in("held"))
    told = snapshot(review)
    assert released(review) is None
    assert (told["status"], told["outcome"], told["result"]) == ("held", None, None)
    assert (told["decision"], told["closed_at"]) == (None, None)


def test_a_verdict_that_waits_for_its_conditions_shows_without_a_result() -> None:
    told = snapshot(now(desk().review_in("conditional")))
    assert (told["status"], told["outcome"], told["result"]) == ("conditional", None, None)
    assert told["decision"]["verdict"] == "approve_if"


@pytest.mark.parametrize(
    ("state", "outcome", "source", "reviewer"),
    [
        ("closed_by_human", "approved", "human", "ann"),
        ("rejected", "rejected", "human", "ann"),
        ("closed_by_timeout", "rejected", "timeout", None),
        ("closed_by_cancel", "cancelled", "cancel", None),
        ("closed_by_policy", "approved", "policy", None),
    ],
)
def test_a_closed_review_shows_what_ended_it(
    state: str, outcome: str, source: str, reviewer: str | None
) -> None:
    review = now(desk().review_in(state))
    told = snapshot(review)
    assert released(review) == final_of(review)
    assert (told["outcome"], told["decision"]["source"]) == (outcome, source)
    assert told["decision"]["reviewer"] == reviewer
    assert told["result"] == (PROPOSAL if outcome == "approved" else None)


def test_a_message_tells_neither_context_nor_who_is_at_it() -> None:
    told = snapshot(now(desk().submit(external_id="case-1")))
    assert sorted(told) == [
        "closed_at",
        "decision",
        "due_at",
        "external_id",
        "gate",
        "gate_version",
        "id",
        "level",
        "outcome",
        "result",
        "status",
    ]
    assert (told["gate"], told["gate_version"], told["external_id"]) == ("refund", 1, "case-1")
    assert CONTEXT["customer_history"] not in str(told)
