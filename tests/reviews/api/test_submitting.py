"""Submitting a proposal."""

import pytest

from gates.policy import Triggers
from reviews.models import Review
from tests import factories
from tests.factories import CONTEXT, PROPOSAL, T0, after, at
from tests.reviews.api.calling import by_key, code_of, errors_of

pytestmark = pytest.mark.django_db


def body(**members) -> dict:
    """What an agent sends; None takes a member away."""
    whole = {"gate": "refund", "proposal": PROPOSAL, "context": CONTEXT} | members
    return {name: value for name, value in whole.items() if value is not ...}


def test_a_submission_answers_with_the_review_and_where_it_is(desk, agent):
    response = agent.post("reviews/", body())
    review = Review.objects.get()
    assert response.status_code == 201
    assert response["Location"] == f"http://127.0.0.1:8000/api/v1/reviews/{review.pk}/"
    assert response["Cache-Control"] == "no-store"
    assert response.json() == {
        "id": str(review.pk),
        "gate": "refund",
        "gate_version": 1,
        "status": "pending",
        "outcome": None,
        "title": "Approve refund of 120",
        "proposal": PROPOSAL,
        "context": CONTEXT,
        "recommendation": None,
        "confidence": None,
        "rationale": "",
        "why": [{"code": "always", "text": "tests ask a person"}],
        "result": None,
        "priority": "high",
        "team": "support_team",
        "level": 0,
        "due_at": "2026-03-02T09:05:00.000000Z",
        "held_until": None,
        "submitted_at": "2026-03-02T09:00:00.000000Z",
        "closed_at": None,
        "external_id": "",
        "revises": None,
        "requester": None,
        "digest": review.digest,
        "decision": None,
        "conditions": [],
        "url": f"http://127.0.0.1:8000/reviews/{review.pk}/",
    }


def test_every_member_is_kept(desk, agent):
    rejected = desk.review_in("rejected")
    sent = body(
        recommendation="reject",
        confidence=0.5,
        rationale=" Because. ",
        requester={"id": "customer-7", "contact": "a@example.com"},
        external_id="case-7",
        callback_url="https://example.com/hook",
        revises=str(rejected.pk),
        metadata={"model": "m1"},
    )
    with at(after(20)):
        answer = agent.post("reviews/", sent).json()
    shared = sent.keys() & answer.keys()
    assert {name: answer[name] for name in shared} == {name: sent[name] for name in shared}
    stored = Review.objects.get(pk=answer["id"])
    assert (stored.callback_url, stored.metadata) == (sent["callback_url"], sent["metadata"])
    assert stored.submitted_at == after(20)


def test_null_means_not_given(desk, agent):
    optional = [
        "context",
        "recommendation",
        "confidence",
        "rationale",
        "requester",
        "external_id",
        "callback_url",
        "revises",
        "metadata",
    ]
    factories.gate(slug="plain", context=())
    agent = by_key(factories.key())
    sent = {"gate": "plain", "proposal": PROPOSAL} | dict.fromkeys(optional)
    assert agent.post("reviews/", sent).status_code == 201


def test_only_gate_and_proposal_are_required(agent):
    assert errors_of(agent.post("reviews/", {})) == [
        ("/proposal", "required"),
        ("/gate", "required"),
    ]
    assert errors_of(agent.post("reviews/", body(proposal=None))) == [("/proposal", "null")]


@pytest.mark.parametrize(
    ("members", "pointer", "code"),
    [
        ({"gate": 7}, "/gate", "invalid"),
        ({"context": []}, "/context", "not_a_dict"),
        ({"recommendation": "modify"}, "/recommendation", "invalid_choice"),
        ({"recommendation": ["approve"]}, "/recommendation", "invalid_choice"),
        ({"confidence": 1.1}, "/confidence", "max_value"),
        ({"confidence": -0.1}, "/confidence", "min_value"),
        ({"confidence": True}, "/confidence", "invalid"),
        ({"confidence": "0.5"}, "/confidence", "invalid"),
        ({"rationale": 1}, "/rationale", "invalid"),
        ({"requester": "me"}, "/requester", "invalid"),
        ({"requester": {}}, "/requester/id", "required"),
        ({"requester": {"id": "a", "x/y": 1}}, "/requester/x~1y", "unknown_field"),
        ({"external_id": "x" * 201}, "/external_id", "max_length"),
        ({"callback_url": "ftp://example.com/"}, "/callback_url", "invalid"),
        ({"callback_url": "nowhere"}, "/callback_url", "invalid"),
        ({"revises": "nothing"}, "/revises", "invalid"),
        ({"revises": 1}, "/revises", "invalid"),
        ({"metadata": "x"}, "/metadata", "not_a_dict"),
        ({"contxt": {}}, "/contxt", "unknown_field"),
    ],
)
def test_a_wrong_member_is_named(agent, members, pointer, code):
    response = agent.post("reviews/", body(**members))
    assert code_of(response) == (422, code)
    assert errors_of(response) == [(pointer, code)]
    assert Review.objects.count() == 0


def test_all_that_is_wrong_is_told_at_once(agent):
    response = agent.post("reviews/", body(confidence=2, extra=1, gate=...))
    assert sorted(errors_of(response)) == [
        ("/confidence", "max_value"),
        ("/extra", "unknown_field"),
        ("/gate", "required"),
    ]


def test_what_the_gate_refuses_is_named_too(agent):
    response = agent.post("reviews/", body(proposal={"amount": -1}, context={}))
    assert response.status_code == 422
    assert ("/proposal/amount", "invalid_proposal") in errors_of(response)
    assert ("/context/refund_reason", "missing_context") in errors_of(response)


def test_a_gate_out_of_scope_does_not_exist(desk, agent, outsider):
    assert code_of(outsider.post("reviews/", body())) == (404, "not_found")
    assert code_of(agent.post("reviews/", body(gate="nothing"))) == (404, "not_found")


def test_what_nothing_catches_is_closed_at_once(db):
    gate = factories.gate(triggers=Triggers(stakes="proposal.amount > 1000"))
    answer = by_key(factories.key(gate)).post("reviews/", body()).json()
    assert {name: answer[name] for name in ("status", "outcome", "result", "why", "team")} == {
        "status": "closed",
        "outcome": "approved",
        "result": PROPOSAL,
        "why": [],
        "team": None,
    }
    assert answer["decision"] == {
        "verdict": "approve",
        "source": "policy",
        "reviewer": None,
        "reasons": [],
        "note": "",
        "patch": None,
        "decided_at": "2026-03-02T09:00:00.000000Z",
    }


def test_a_gate_that_tosses_a_coin_wants_an_external_id(db):
    gate = factories.gate(triggers=Triggers(calibration=1.0))
    agent = by_key(factories.key(gate))
    assert errors_of(agent.post("reviews/", body())) == [("/external_id", "required")]
    answer = agent.post("reviews/", body(external_id="case-7")).json()
    assert [why["code"] for why in answer["why"]] == ["calibration"]


def test_the_submission_time_is_the_clocks(desk, agent):
    assert agent.post("reviews/", body()).json()["submitted_at"] == (
        T0.isoformat(timespec="microseconds").replace("+00:00", "Z")
    )
