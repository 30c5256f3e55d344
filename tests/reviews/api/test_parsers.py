"""Bodies that are refused as a whole."""

import io
import json

import pytest

from reviews.api.parsers import LARGEST_BODY, StrictJSONParser, TooLarge
from reviews.models import Review
from tests.factories import CONTEXT, PROPOSAL
from tests.reviews.api.calling import code_of, errors_of

pytestmark = pytest.mark.django_db


def body_of(size: int) -> str:
    """A submission of exactly so many bytes."""
    body = {"gate": "refund", "proposal": PROPOSAL, "context": CONTEXT, "rationale": ""}
    return json.dumps(body | {"rationale": "x" * (size - len(json.dumps(body)))})


def test_the_largest_body_is_taken(agent):
    assert agent.raw("reviews/", body_of(LARGEST_BODY)).status_code == 201


def test_one_byte_more_is_too_large(agent):
    assert code_of(agent.raw("reviews/", body_of(LARGEST_BODY + 1))) == (413, "too_large")
    assert Review.objects.count() == 0


def test_a_large_body_is_refused_by_its_length_unread(agent):
    body = {"CONTENT_LENGTH": str(LARGEST_BODY + 1), "CONTENT_TYPE": "application/json"}
    response = agent.client.post("/api/v1/reviews/", **body)
    assert code_of(response) == (413, "too_large")


def test_a_body_of_unknown_length_is_not_taken_for_none(agent, desk):
    review = desk.submit()
    headers = {"Transfer-Encoding": "chunked"}
    response = agent.client.generic("POST", f"/api/v1/reviews/{review.pk}/cancel/", headers=headers)
    assert code_of(response) == (411, "length_required")
    assert Review.objects.get().status == "pending"


def test_a_body_without_a_length_is_read_to_the_limit_and_no_further():
    stream = io.BytesIO(b" " * (2 * LARGEST_BODY))
    with pytest.raises(TooLarge):
        StrictJSONParser().parse(stream)
    assert stream.tell() == LARGEST_BODY + 1


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_a_deep_body_is_too_large(agent, opening):
    for depth in (33, 20_000):
        closing = {"[": "]", '{"a":': "1}"}[opening]
        text = opening * depth + (closing[:-1] + closing[-1] * depth)
        assert agent.raw("reviews/", text).status_code == 413


@pytest.mark.parametrize("text", ["{", "", '{"gate": "a", "gate": "b"}', b"\xff", "x" * 1000])
def test_what_is_no_json_is_malformed(agent, text):
    response = agent.raw("reviews/", text)
    expected = (422, "required") if text == "" else (400, "malformed")
    assert code_of(response) == expected


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_only_json_is_read(agent, kind):
    response = agent.raw("reviews/", body_of(500), content_type=kind)
    assert code_of(response) == (415, "unsupported_media_type")


@pytest.mark.parametrize("text", ["[]", "null", "1", '"text"', "true"])
def test_a_body_is_an_object(agent, ann, desk, text):
    assert agent.raw("reviews/", text).status_code == 422
    review = desk.submit()
    assert ann.raw(f"reviews/{review.pk}/claim/", text).status_code == 422


def test_a_call_without_members_needs_no_body(desk, ann):
    review = desk.submit()
    assert ann.post(f"reviews/{review.pk}/claim/").status_code == 200
    assert ann.post(f"reviews/{review.pk}/release/", {}).status_code == 200


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ("NaN", "/proposal/amount"),
        ("9007199254740992", "/proposal/amount"),
        (r'"\u0000"', "/proposal/amount"),
        (r'"\ud800"', "/proposal/amount"),
        (r'{"\u0000": 1}', "/proposal/amount"),
        (r'{"\udfff": 1}', "/proposal/amount"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_place(agent, value, pointer):
    response = agent.raw("reviews/", f'{{"gate": "refund", "proposal": {{"amount": {value}}}}}')
    assert code_of(response) == (422, "unrepresentable")
    assert errors_of(response) == [(pointer, "unrepresentable")]


def test_content_is_checked_before_the_members_are(desk, ann):
    review = desk.submit()
    assert code_of(ann.raw(f"reviews/{review.pk}/claim/", "{")) == (400, "malformed")
