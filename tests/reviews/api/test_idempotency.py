"""Each POST is done once per Idempotency-Key."""

import pytest
from django.urls import get_resolver

from gates.models import EscalationStep
from reviews import deadlines
from reviews.models import IdempotencyKey, Review
from tests import factories
from tests.factories import CONTEXT, PROPOSAL, after, at
from tests.reviews.api.calling import Caller, by_key, by_person, code_of
from tests.reviews.runs.shop import run_waiting

pytestmark = pytest.mark.django_db

BODY = {"gate": "refund", "proposal": PROPOSAL, "context": CONTEXT}
REPLAYED = "Idempotent-Replayed"


def test_a_repeated_submission_repeats_the_answer(desk, agent):
    first = agent.post("reviews/", BODY, Idempotency_Key="k1")
    with at(after(60)):
        again = agent.post("reviews/", BODY, Idempotency_Key="k1")
    assert Review.objects.count() == 1
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Location"] == first["Location"]
    assert (first.get(REPLAYED), again[REPLAYED]) == (None, "true")


def test_without_the_header_each_call_counts(desk, agent):
    for _ in range(2):
        assert agent.post("reviews/", BODY).status_code == 201
    assert (Review.objects.count(), IdempotencyKey.objects.count()) == (2, 0)


def test_the_same_body_may_be_written_differently(desk, agent):
    agent.post("reviews/", BODY, Idempotency_Key="k1")
    turned = dict(reversed(BODY.items()))
    assert agent.post("reviews/", turned, Idempotency_Key="k1")[REPLAYED] == "true"


def test_another_body_is_refused(desk, agent):
    agent.post("reviews/", BODY, Idempotency_Key="k1")
    response = agent.post("reviews/", BODY | {"rationale": "x"}, Idempotency_Key="k1")
    assert code_of(response) == (422, "idempotency_mismatch")
    assert Review.objects.count() == 1


def test_each_caller_has_keys_of_his_own(desk, agent):
    agent.post("reviews/", BODY, Idempotency_Key="k1")
    other = by_key(factories.key(desk.gate, name="other"))
    assert other.post("reviews/", BODY, Idempotency_Key="k1").get(REPLAYED) is None
    assert Review.objects.count() == 2


def test_each_route_and_each_review_has_keys_of_its_own(desk, ann):
    first, second = desk.submit(), desk.submit()
    for address in (f"{first.pk}/claim/", f"{second.pk}/claim/", f"{first.pk}/release/"):
        response = ann.post(f"reviews/{address}", Idempotency_Key="k1")
        assert (response.status_code, response.get(REPLAYED)) == (200, None)


def test_a_refusal_is_repeated_too(desk, ann, ben):
    review = desk.submit()
    ann.post(f"reviews/{review.pk}/claim/")
    first = ben.post(f"reviews/{review.pk}/claim/", Idempotency_Key="k1")
    ann.post(f"reviews/{review.pk}/release/")
    again = ben.post(f"reviews/{review.pk}/claim/", Idempotency_Key="k1")
    assert code_of(again) == code_of(first) == (409, "held_by_other")
    assert again.json() == first.json()
    assert again[REPLAYED] == "true"
    assert ben.post(f"reviews/{review.pk}/claim/", Idempotency_Key="k2").status_code == 200


def test_a_deadline_that_a_refused_call_applied_stays_applied(desk, ann):
    review = desk.submit()
    with at(after(300)):
        response = ann.post(
            f"reviews/{review.pk}/decide/", {"verdict": "approve"}, Idempotency_Key="k1"
        )
    assert code_of(response) == (409, "escalated")
    assert Review.objects.get(pk=review.pk).level == 1


@pytest.mark.parametrize(
    ("address", "body"),
    [("reviews/", {"gate": "refund"}), ("reviews/01a20466-6ac8-7319-8000-00000ff9932f/claim/", {})],
)
def test_wrong_bodies_and_missing_things_are_answers(desk, agent, address, body):
    first = agent.post(address, body, Idempotency_Key="k1")
    again = agent.post(address, body, Idempotency_Key="k1")
    assert first.status_code in {404, 422}
    assert (again.status_code, again.json(), again[REPLAYED]) == (
        first.status_code,
        first.json(),
        "true",
    )


def test_what_is_refused_at_the_door_is_not_stored(desk, agent):
    header = {"Idempotency_Key": "k1"}
    assert agent.raw("reviews/", "{", **header).status_code == 400
    assert agent.raw("reviews/", "[" * 40 + "]" * 40, **header).status_code == 413
    assert agent.raw("reviews/", "{}", content_type="text/plain", **header).status_code == 415
    assert agent.raw("reviews/", '{"a": NaN}', **header).status_code == 422
    assert Caller("wrong").post("reviews/", BODY, **header).status_code == 401
    assert IdempotencyKey.objects.count() == 0
    assert agent.post("reviews/", BODY, **header).status_code == 201


def test_a_fault_of_ours_stores_nothing(desk, agent):
    steps = list(EscalationStep.objects.all())
    EscalationStep.objects.all().delete()
    response = agent.post("reviews/", BODY, Idempotency_Key="k1")
    assert response.status_code == 500
    assert (Review.objects.count(), IdempotencyKey.objects.count()) == (0, 0)
    EscalationStep.objects.bulk_create(steps)
    assert agent.post("reviews/", BODY, Idempotency_Key="k1").status_code == 201


def test_links_are_stored_nowhere(desk, ann):
    review = desk.submit()
    sent = {"verdict": "approve_if", "conditions": [{"text": "Yes?", "confirms": "link"}]}
    first = ann.post(f"reviews/{review.pk}/decide/", sent, Idempotency_Key="k1").json()
    (link,) = first.pop("links")
    stored = IdempotencyKey.objects.get()
    secret = link["url"].split("/")[-2]
    assert secret not in str(stored.body)
    again = ann.post(f"reviews/{review.pk}/decide/", sent, Idempotency_Key="k1")
    assert (again.json(), again[REPLAYED]) == (first, "true")


def test_a_name_may_be_made_up_at_any_length(agent):
    address = f"gates/{'x' * 300}/check/"
    first, again = (agent.post(address, {}, Idempotency_Key="k1") for _ in range(2))
    assert code_of(first) == code_of(again) == (404, "not_found")
    assert again[REPLAYED] == "true"
    assert agent.post(f"gates/{'y' * 300}/check/", {}, Idempotency_Key="k1").get(REPLAYED) is None


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\tb"])
def test_a_key_is_printable_and_not_too_long(desk, agent, key):
    response = agent.post("reviews/", BODY, Idempotency_Key=key)
    assert code_of(response) == (400, "malformed")


def test_answers_are_kept_for_thirty_days(desk, agent):
    agent.post("reviews/", BODY, Idempotency_Key="k1")
    day = 86_400
    with at(after(30 * day)):
        deadlines.beat("test")
        assert agent.post("reviews/", BODY, Idempotency_Key="k1")[REPLAYED] == "true"
    with at(after(30 * day + 10)):
        deadlines.beat("test")
    assert IdempotencyKey.objects.count() == 0


def test_every_post_of_the_api_takes_the_header(db):
    """Whatever a call answers, it answers the same way twice."""
    desk = factories.desk()
    boss = by_person(factories.user("root", is_superuser=True))
    review = desk.submit()
    condition = factories.desk(slug="other").review_in("conditional").conditions.get()
    run = run_waiting()
    ids = {"review_id": review.pk, "slug": "refund", "condition_id": condition.pk, "run_id": run.pk}
    names = [name for name in get_resolver().reverse_dict if isinstance(name, str)]
    tried = 0
    for name in names:
        tried += _answers_twice(boss, name, ids)
    assert tried >= 20


def _answers_twice(caller, name: str, ids: dict) -> int:
    ((pattern, parameters),) = get_resolver().reverse_dict.getlist(name)[0][0][:1]
    if not pattern.startswith("api/v1/"):
        return 0
    address = (pattern % {part: ids[part] for part in parameters}).removeprefix("api/v1/")
    first, again = (caller.post(address, {}, Idempotency_Key="k1") for _ in range(2))
    if first.status_code in {302, 405}:
        return 0
    assert again.get(REPLAYED) == "true", address
    return 1
