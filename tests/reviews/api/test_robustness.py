"""Whatever JSON comes, the answer is ours: never a fault."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gates.policy import Boundary, Items, Triggers
from tests import factories
from tests.reviews.api.calling import by_key, by_person

NAMES = st.sampled_from(["amount", "order", "lines", "id", "kind", "a/b~c", "", "€", "x" * 300])
TEXTS = st.text(max_size=6) | st.sampled_from(["x" * 5000, "{{ proposal }}", "\u202e"])
NUMBERS = st.floats(-(2**53), 2**53, allow_nan=False) | st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda part: st.lists(part, max_size=4) | st.dictionaries(NAMES, part, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=4)
RULES = Triggers(
    stakes="proposal.amount > 100",
    boundary=(Boundary("edge", "context.order == proposal.order", "The edge."),),
    confidence_below=0.9,
    calibration=0.5,
    always_because="Tests ask a person.",
)
WILD = {
    "context": (),
    "proposal_schema": None,
    "triggers": RULES,
    "limits": "proposal.amount < 1000",
    "options": ("approve", "reject", "modify", "partial", "respond"),
    "editable": ("/amount", "/lines/0/x"),
}
usually = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.django_db
@usually
@given(proposal=VALUES | OBJECTS, context=OBJECTS, edit=VALUES | OBJECTS)
def test_any_proposal_is_judged_or_refused(proposal, context, edit):
    factories.gate(slug="wild", **WILD)
    agent = by_key(factories.key())
    body = {"gate": "wild", "proposal": proposal, "context": context, "external_id": "x"}
    response = agent.post("reviews/", body)
    assert response.status_code in {201, 413, 422}
    check = agent.post("gates/wild/check/", {"proposal": proposal, "context": context})
    assert check.status_code in {200, 413, 422}
    if response.status_code == 201:
        ann = factories.user("ann")
        factories.team("support_team", ann)
        sent = {"verdict": "modify", "proposal": edit}
        address = f"reviews/{response.json()['id']}/"
        assert by_person(ann).post(f"{address}decide/", sent).status_code in {200, 413, 422}
        assert agent.get(address).json()["proposal"] == proposal


@pytest.mark.django_db
@usually
@given(body=VALUES | OBJECTS)
def test_any_body_is_answered(body):
    desk = factories.desk()
    review, ann = desk.submit(), by_person(desk.reviewer)
    for move in ("decide", "cancel", "ask", "assign", "comments", "overturn", "claim"):
        response = ann.raw(f"reviews/{review.pk}/{move}/", json.dumps(body))
        assert response.status_code < 500
    assert ann.raw("reviews/batch/", json.dumps(body)).status_code < 500


@pytest.mark.django_db
@usually
@given(lines=st.lists(OBJECTS | VALUES, max_size=4) | VALUES)
def test_any_list_of_items_is_judged_or_refused(lines):
    factories.gate(slug="wild", **(WILD | {"items": Items("/lines", "id")}))
    agent = by_key(factories.key())
    body = {"gate": "wild", "proposal": {"lines": lines}, "external_id": "x"}
    assert agent.post("reviews/", body).status_code in {201, 413, 422}
