"""Verdicts, their conditions, and batches."""

from uuid import UUID

import pytest

from reviews.models import Condition, Review
from reviews.transitions.links import hash_of
from tests import factories
from tests.factories import PROPOSAL, after, at
from tests.reviews.api.calling import by_key, by_person, code_of, errors_of

pytestmark = pytest.mark.django_db

EDIT = {**PROPOSAL, "amount": 80}


def test_a_verdict_answers_with_the_held_review(desk, ann):
    review = desk.submit()
    answer = ann.post(
        f"reviews/{review.pk}/decide/", {"verdict": "approve", "digest": review.digest}
    ).json()
    assert (answer["status"], answer["held_until"]) == ("held", "2026-03-02T09:00:10.000000Z")
    assert (answer["decision"]["verdict"], answer["decision"]["reviewer"]) == ("approve", "ann")
    assert "links" not in answer


@pytest.mark.parametrize(
    ("sent", "outcome", "result"),
    [
        ({"verdict": "approve"}, "approved", PROPOSAL),
        ({"verdict": "modify", "proposal": EDIT}, "modified", EDIT),
        ({"verdict": "reject", "reasons": ["fraud"], "note": "See."}, "rejected", None),
        ({"verdict": "respond", "message": "Hello"}, "answered", {"message": "Hello"}),
    ],
)
def test_the_integrator_gets_the_result_when_it_is_released(
    desk, agent, ann, sent, outcome, result
):
    review = desk.submit()
    assert ann.post(f"reviews/{review.pk}/decide/", sent).status_code == 200
    with at(after(10)):
        answer = agent.get(f"reviews/{review.pk}/").json()
    assert (answer["status"], answer["outcome"], answer["result"]) == ("closed", outcome, result)
    assert answer["decision"]["verdict"] == sent["verdict"]


def test_items_are_decided_one_by_one(db):
    desk = factories.desk(**factories.PARTIAL)
    review = desk.submit({"amount": 120, "lines": factories.LINES})
    items: list[dict] = [{"id": "a", "verdict": "approve"}, {"id": "b", "verdict": "reject"}]
    items[1] |= {"reasons": ["too_much"]}
    sent = {"verdict": "partial", "items": items}
    ann = by_person(desk.reviewer)
    assert ann.post(f"reviews/{review.pk}/decide/", sent).status_code == 200
    with at(after(10)):
        answer = by_key(desk.key).get(f"reviews/{review.pk}/").json()
    assert answer["outcome"] == "partially_approved"
    assert answer["result"] == {"amount": 120, "lines": [{"id": "a", "amount": 70}]}


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({"verdict": "yes"}, "/verdict", "invalid_choice"),
        ({"verdict": "approve", "note": 1}, "/note", "invalid"),
        ({"verdict": "approve", "digest": None, "reasons": "x"}, "/reasons", "not_a_list"),
        ({"verdict": "reject", "reasons": [1]}, "/reasons/0", "invalid"),
        ({"verdict": "reject"}, "/reasons", "reasons_required"),
        ({"verdict": "approve", "proposal": EDIT}, "/proposal", "not_with_verdict"),
        ({"verdict": "reject", "message": "No"}, "/message", "not_with_verdict"),
        ({"verdict": "modify", "items": []}, "/items", "not_with_verdict"),
        ({"verdict": "approve", "conditions": []}, "/conditions", "not_with_verdict"),
        ({"verdict": "modify"}, "/proposal", "required"),
        ({"verdict": "modify", "proposal": None}, "/proposal", "null"),
        ({"verdict": "modify", "proposal": PROPOSAL}, "/proposal", "unchanged"),
        ({"verdict": "modify", "proposal": {**EDIT, "order": "B"}}, "/proposal", "not_editable"),
        ({"verdict": "modify", "proposal": {**EDIT, "amount": -1}}, "/proposal/amount", None),
        ({"verdict": "partial"}, "/verdict", "verdict_not_offered"),
        ({"verdict": "partial", "items": [{"id": 1}]}, "/items/0/id", "invalid"),
        ({"verdict": "approve_if", "conditions": [{"codes": "x"}]}, "/conditions/0/codes", None),
        (
            {"verdict": "approve_if", "conditions": [{"code": "returned", "timeout": 0}]},
            "/conditions/0/timeout",
            "min_value",
        ),
        (
            {"verdict": "approve_if", "conditions": [{"code": "returned", "timeout": 10**12}]},
            "/conditions/0/timeout",
            "max_value",
        ),
        (
            {"verdict": "approve_if", "conditions": [{"code": "returned", "timeout": 1.5}]},
            "/conditions/0/timeout",
            "invalid",
        ),
        ({"verdict": "approve_if"}, "/conditions", "required"),
    ],
)
def test_a_wrong_verdict_is_refused_with_its_place(desk, ann, sent, pointer, code):
    review = desk.submit()
    response = ann.post(f"reviews/{review.pk}/decide/", sent)
    assert response.status_code == 422
    found = dict(errors_of(response))
    assert pointer in found
    assert code in {None, found[pointer]}
    assert Review.objects.get(pk=review.pk).status == "pending"


def test_what_changed_under_the_decider_is_a_conflict(desk, ann):
    review = desk.submit()
    sent = {"verdict": "approve", "digest": "0" * 64}
    assert code_of(ann.post(f"reviews/{review.pk}/decide/", sent)) == (409, "changed")


def test_the_second_verdict_comes_too_late(desk, ann, ben):
    review = desk.submit()
    ann.post(f"reviews/{review.pk}/decide/", {"verdict": "approve"})
    response = ben.post(f"reviews/{review.pk}/decide/", {"verdict": "approve"})
    assert code_of(response) == (409, "already_decided")


def test_a_verdict_after_the_deadline_of_the_level_meets_an_escalation(desk, ann):
    review = desk.submit()
    with at(after(300)):
        response = ann.post(f"reviews/{review.pk}/decide/", {"verdict": "approve"})
    assert code_of(response) == (409, "escalated")
    assert Review.objects.get(pk=review.pk).level == 1


def test_a_verdict_after_the_last_deadline_is_told_what_happened(db):
    desk = factories.desk(**factories.ONE_LEVEL)
    ann = by_person(desk.reviewer)
    review = desk.submit()
    with at(after(301)):
        responses = [
            ann.post(f"reviews/{review.pk}/decide/", {"verdict": "approve"}) for _ in range(2)
        ]
    for response in responses:
        assert code_of(response) == (410, "expired")
        assert response.json()["outcome"] == "rejected"
        assert response.json()["closed_at"] == "2026-03-02T09:05:01.000000Z"


def test_nobody_decides_his_own_proposal(desk, ann):
    review = desk.submit(requester={"id": "ann"})
    response = ann.post(f"reviews/{review.pk}/decide/", {"verdict": "approve"})
    assert code_of(response) == (403, "own_proposal")


def test_the_link_of_a_condition_is_shown_once(desk, agent, ann):
    review = desk.submit()
    conditions = [{"text": "Address confirmed", "confirms": "link", "contact": "a@example.com"}]
    sent = {"verdict": "approve_if", "conditions": conditions}
    answer = ann.post(f"reviews/{review.pk}/decide/", sent).json()
    condition = Condition.objects.get()
    (link,) = answer["links"]
    assert link["condition"] == str(condition.pk)
    secret = link["url"].removeprefix("http://127.0.0.1:8000/conditions/").removesuffix("/")
    assert condition.token_hash == hash_of(secret)
    for caller in (ann, agent):
        assert secret not in caller.get(f"reviews/{review.pk}/").content.decode()


def test_the_submitting_key_confirms(desk, agent):
    review = desk.review_in("conditional")
    condition = Condition.objects.get()
    with at(after(20)):
        answer = agent.post(f"conditions/{condition.pk}/confirm/").json()
    assert (answer["id"], answer["outcome"]) == (str(review.pk), "approved")
    assert [row["status"] for row in answer["conditions"]] == ["met"]
    response = agent.post(f"conditions/{condition.pk}/deny/")
    assert code_of(response) == (409, "already_decided")


def test_the_submitting_key_denies(desk, agent):
    desk.review_in("conditional")
    answer = agent.post(f"conditions/{Condition.objects.get().pk}/deny/").json()
    assert (answer["outcome"], answer["result"]) == ("condition_failed", None)
    assert [row["status"] for row in answer["conditions"]] == ["denied"]


@pytest.mark.parametrize("answer", ["confirm", "deny"])
def test_a_condition_out_of_scope_does_not_exist(desk, agent, outsider, sid, answer):
    desk.review_in("conditional")
    condition = Condition.objects.get()
    for caller in (outsider, sid):
        response = caller.post(f"conditions/{condition.pk}/{answer}/")
        assert code_of(response) == (404, "not_found")
    response = agent.post(f"conditions/{condition.pk}/{answer}/", {"sure": True})
    assert errors_of(response) == [("/sure", "unknown_field")]
    other = by_key(factories.key(desk.gate, name="other"))
    assert code_of(other.post(f"conditions/{condition.pk}/{answer}/")) == (403, "not_allowed")


def test_a_condition_of_a_held_verdict_does_not_exist_for_a_key(desk, agent, ann):
    desk.review_in("held_condition")
    condition = Condition.objects.get()
    response = agent.post(f"conditions/{condition.pk}/confirm/")
    assert code_of(response) == (404, "not_found")
    assert code_of(ann.post(f"conditions/{condition.pk}/confirm/")) == (409, "wrong_state")


def test_a_batch_answers_for_each_review(desk, ann):
    first, second = desk.submit(), desk.submit()
    hidden = factories.submit(factories.gate(slug="loan"), factories.key())
    ann.post(f"reviews/{second.pk}/decide/", {"verdict": "approve"})
    ids = [str(review.pk) for review in (first, hidden, second)]
    sent = {"ids": ids, "verdict": "reject", "reasons": ["fraud"], "note": "All."}
    response = ann.post("reviews/batch/", sent)
    assert response.status_code == 200
    results = [(row["id"], row["ok"], row["code"]) for row in response.json()["results"]]
    assert results[0] == (ids[0], True, "ok")
    assert results[2] == (ids[2], False, "already_decided")


def test_a_batch_does_not_reach_what_one_may_not_see(desk):
    review = desk.submit()
    caller = by_person(desk.stranger)
    sent = {"ids": [str(review.pk)], "verdict": "reject", "reasons": ["fraud"]}
    (result,) = caller.post("reviews/batch/", sent).json()["results"]
    assert (result["ok"], result["code"]) == (False, "not_found")


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({"ids": []}, "/ids", "min_length"),
        ({"ids": ["x"]}, "/ids/0", "invalid"),
        ({"ids": [str(UUID(int=7))] * 501}, "/ids", "max_length"),
        ({"verdict": "modify"}, "/verdict", "invalid_choice"),
        ({}, "/ids", "batch_not_allowed"),
    ],
)
def test_a_wrong_batch_is_refused_as_a_whole(desk, ann, sent, pointer, code):
    review = desk.submit()
    response = ann.post("reviews/batch/", {"ids": [str(review.pk)], "verdict": "approve"} | sent)
    assert response.status_code == 422
    assert dict(errors_of(response))[pointer] == code


@pytest.mark.parametrize("sent", [{"verdict": "approve"}, {"verdict": "sell"}, {}])
def test_who_may_not_see_a_review_learns_nothing_by_deciding_it(desk, sent):
    review, stranger = desk.submit(), by_person(desk.stranger)
    answer = stranger.post(f"reviews/{review.pk}/decide/", sent)
    assert code_of(answer) == (404, "not_found")
    assert Review.objects.get(pk=review.pk).status == "pending"
