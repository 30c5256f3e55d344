"""Gates: read, and try."""

import pytest

from gates.models import Gate
from gates.policy import Triggers
from reviews.models import Review
from tests import factories
from tests.factories import CONTEXT, PROPOSAL
from tests.reviews.api.calling import by_key, by_person, code_of, errors_of

pytestmark = pytest.mark.django_db


def slugs(response) -> list[str]:
    return [row["slug"] for row in response.json()["results"]]


def test_a_gate_shows_its_version_teams_and_policy(desk, agent):
    assert agent.get("gates/refund/").json() == {
        "slug": "refund",
        "version": 1,
        "teams": ["support_team", "support_leads"],
        "policy": desk.policy.document(),
    }


def test_gates_are_listed_by_name_in_scope(desk, agent, outsider, ann, lea, sid):
    everything = by_key(factories.key())
    Gate.objects.create(slug="draft")
    assert slugs(everything.get("gates/")) == ["loan", "refund"]
    assert slugs(agent.get("gates/")) == ["refund"]
    assert slugs(outsider.get("gates/")) == ["loan"]
    assert slugs(ann.get("gates/")) == ["loan", "refund"]
    assert slugs(lea.get("gates/")) == ["loan", "refund"]
    assert slugs(sid.get("gates/")) == []
    auditor = factories.permit(desk.stranger, "reviews.view_all_reviews")
    assert slugs(by_person(auditor).get("gates/")) == ["loan", "refund"]


def test_who_owns_a_gate_sees_it(desk):
    factories.team("risk", desk.stranger)
    factories.gate(owner="risk")
    assert slugs(by_person(desk.stranger).get("gates/")) == ["refund"]


def test_gates_come_in_pages(desk):
    for slug in ("a", "b"):
        factories.gate(slug=slug)
    caller = by_key(factories.key())
    first = caller.get("gates/", page_size=2)
    assert slugs(first) == ["a", "b"]
    assert slugs(caller.client.get(first.json()["next"])) == ["refund"]
    assert errors_of(caller.get("gates/", cursor="cD0lMDA=")) == [("?cursor", "invalid")]
    assert errors_of(caller.get("gates/", slug="a")) == [("?slug", "unknown_parameter")]


@pytest.mark.parametrize("rows", [1, 3])
def test_gates_cost_the_same_for_one_and_for_three(db, django_assert_num_queries, rows):
    for number in range(rows):
        factories.gate(slug=f"gate{number}")
    caller = by_key(factories.key())
    caller.get("gates/")
    with django_assert_num_queries(2):  # key, gates
        assert len(slugs(caller.get("gates/"))) == rows


def test_a_gate_out_of_scope_does_not_exist(desk, agent, outsider, sid):
    for caller in (outsider, sid):
        assert code_of(caller.get("gates/refund/")) == (404, "not_found")
        response = caller.post("gates/refund/check/", {"proposal": PROPOSAL})
        assert code_of(response) == (404, "not_found")
    assert code_of(agent.get("gates/nothing/")) == (404, "not_found")


def test_check_tells_what_would_happen(db):
    triggers = Triggers(stakes="proposal.amount > 100", confidence_below=0.9)
    gate = factories.gate(triggers=triggers)
    agent = by_key(factories.key(gate))
    sent = {"proposal": PROPOSAL, "context": CONTEXT, "confidence": 0.5}
    answer = agent.post("gates/refund/check/", sent).json()
    assert (answer["gate"], answer["version"], answer["asks_person"]) == ("refund", 1, True)
    assert [why["code"] for why in answer["why"]] == ["stakes", "confidence_below"]
    assert (answer["team"], answer["timeout"]) == ("support_team", 300)
    assert "support_leads" in answer["if_nobody_answers"]
    quiet = sent | {"proposal": {"amount": 5}, "confidence": 0.95}
    answer = agent.post("gates/refund/check/", quiet).json()
    assert (answer["asks_person"], answer["why"], answer["team"]) == (False, [], "")


def test_check_writes_nothing(desk, agent, django_assert_num_queries):
    sent = {"proposal": PROPOSAL, "context": CONTEXT, "external_id": "case-7"}
    agent.post("gates/refund/check/", sent)
    with django_assert_num_queries(2):  # key, gate
        assert agent.post("gates/refund/check/", sent).status_code == 200
    assert Review.objects.count() == 0


def test_check_never_reveals_the_coin(db):
    gate = factories.gate(triggers=Triggers(calibration=0.5))
    agent = by_key(factories.key(gate))
    sent = {"proposal": PROPOSAL, "context": CONTEXT}
    answers = [
        agent.post("gates/refund/check/", sent | {"external_id": f"case-{number}"}).json()
        for number in range(8)
    ]
    assert all(answer == answers[0] for answer in answers)
    assert (answers[0]["asks_person"], answers[0]["calibration"]) == (False, 0.5)


def test_check_refuses_what_submitting_would_refuse(desk, agent):
    response = agent.post("gates/refund/check/", {"proposal": {"amount": -1}, "contxt": {}})
    assert errors_of(response) == [("/contxt", "unknown_field")]
    response = agent.post("gates/refund/check/", {"proposal": {"amount": -1}, "context": CONTEXT})
    assert errors_of(response) == [("/proposal/amount", "invalid_proposal")]
    response = agent.post("gates/refund/check/", {"proposal": PROPOSAL})
    assert response.json()["code"] == "missing_context"


def test_people_may_try_a_gate_of_theirs(desk, ann):
    sent = {"proposal": PROPOSAL, "context": CONTEXT}
    assert ann.post("gates/refund/check/", sent).status_code == 200
