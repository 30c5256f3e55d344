"""Who may call, and as whom."""

import pytest
from django.test import Client

from gates.models import Event
from reviews.models import Review
from tests import factories
from tests.factories import T0, after, at
from tests.reviews.api.calling import ROOT, Caller, by_key, by_person, code_of

pytestmark = pytest.mark.django_db


def test_a_caller_without_credentials_is_told_how_to_send_them(desk):
    response = Caller().get("reviews/")
    assert code_of(response) == (401, "no_credentials")
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_key_opens_the_door(agent):
    assert agent.get("reviews/").status_code == 200


def test_the_scheme_may_be_written_in_any_case(desk):
    secret = factories.secret_of(desk.key)
    assert Caller(Authorization=f"bearer {secret}").get("reviews/").status_code == 200


def test_another_scheme_is_no_key(desk):
    secret = factories.secret_of(desk.key)
    assert code_of(Caller(Authorization=f"Basic {secret}").get("reviews/")) == (
        401,
        "no_credentials",
    )


@pytest.mark.parametrize("secret", ["", "x", "\x00" * 41, "é" * 41, "12345678." + "a" * 32])
def test_a_key_that_is_none_is_refused(db, secret):
    response = Caller(Authorization=f"Bearer {secret}").get("reviews/")
    assert code_of(response) == (401, "invalid_key")
    assert response["WWW-Authenticate"] == "Bearer"


def test_the_right_prefix_is_not_enough(desk):
    secret = factories.secret_of(desk.key)
    assert code_of(Caller(secret[:-1] + "!").get("reviews/")) == (401, "invalid_key")
    assert code_of(Caller(secret[:9] + "a" * 32).get("reviews/")) == (401, "invalid_key")


def test_a_revoked_key_is_refused(desk, agent):
    desk.key.revoked = True
    desk.key.save()
    assert code_of(agent.get("reviews/")) == (401, "invalid_key")


def test_a_key_is_refused_from_the_instant_it_expires(desk):
    desk.key.expiry_date = T0
    agent = by_key(desk.key)
    with at(after(-1)):
        assert agent.get("reviews/").status_code == 200
    with at(T0):
        assert code_of(agent.get("reviews/")) == (401, "invalid_key")


@pytest.mark.parametrize("kind", ["personal", "integrator"])
def test_the_keys_of_a_person_who_left_are_refused(desk, kind):
    keys = {
        "personal": factories.personal_key(desk.reviewer),
        "integrator": factories.key(desk.gate, owner=desk.reviewer),
    }
    caller = by_key(keys[kind])
    desk.reviewer.is_active = False
    desk.reviewer.save()
    assert code_of(caller.get("reviews/")) == (401, "invalid_key")


def test_only_a_hash_of_the_key_is_stored(desk):
    secret = factories.secret_of(desk.key)
    desk.key.refresh_from_db()
    assert secret.partition(".")[2] not in desk.key.hashed_key


def test_a_personal_key_acts_as_its_person(desk, ann):
    review = desk.submit()
    answer = ann.post(f"reviews/{review.pk}/claim/").json()
    assert answer["assignment"]["reviewer"] == "ann"
    event = Event.objects.get(subject_id=str(review.pk), verb="claimed")
    assert (event.actor, event.actor_id) == ("user:ann", desk.reviewer.pk)


def test_an_integrators_key_acts_as_itself(desk, agent):
    review = desk.submit()
    agent.post(f"reviews/{review.pk}/cancel/")
    event = Event.objects.get(subject_id=str(review.pk), verb="cancelled")
    assert (event.actor, event.actor_id) == ("key:agent", desk.key.pk)


def test_a_signed_in_person_may_read(desk):
    browser = Client()
    browser.force_login(desk.reviewer)
    review = desk.submit()
    assert browser.get(f"{ROOT}reviews/{review.pk}/").json()["id"] == str(review.pk)


def test_a_signed_in_person_writes_with_a_csrf_token_only(desk):
    review = desk.submit()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(desk.reviewer)
    claim = f"{ROOT}reviews/{review.pk}/claim/"
    assert code_of(browser.post(claim, content_type="application/json")) == (403, "not_allowed")
    browser.get("/login/")
    token = {"X-CSRFToken": "a" * 32}
    browser.cookies["csrftoken"] = "a" * 32
    response = browser.post(claim, content_type="application/json", headers=token)
    assert response.status_code == 200


PEOPLES_MOVES = {
    "claim": {},
    "release": {},
    "renew": {},
    "decide": {"verdict": "approve"},
    "escalate": {},
    "assign": {"reviewer": "ann"},
    "ask": {"question": "Why?"},
    "pass": {},
    "comments": {"text": "Hm."},
}


@pytest.mark.parametrize("move", PEOPLES_MOVES)
def test_an_integrators_key_makes_no_move_of_people(desk, agent, move):
    review = desk.submit()
    response = agent.post(f"reviews/{review.pk}/{move}/", PEOPLES_MOVES[move])
    assert code_of(response) == (403, "not_allowed")
    assert Review.objects.get(pk=review.pk).event_count == 1


@pytest.mark.parametrize(
    ("state", "move", "body"),
    [("held", "undo", {}), ("rejected", "overturn", {"verdict": "approve", "note": "No."})],
)
def test_an_integrators_key_takes_nothing_back(desk, agent, state, move, body):
    review = desk.review_in(state)
    response = agent.post(f"reviews/{review.pk}/{move}/", body)
    assert code_of(response) == (403, "not_allowed")


def test_an_integrators_key_decides_no_batch_and_reads_no_comments(desk, agent):
    review = desk.submit()
    batch = {"ids": [str(review.pk)], "verdict": "reject", "reasons": ["fraud"]}
    assert code_of(agent.post("reviews/batch/", batch)) == (403, "not_allowed")
    assert code_of(agent.get(f"reviews/{review.pk}/comments/")) == (403, "not_allowed")


def test_a_person_submits_nothing(desk):
    someone = factories.user("root", is_superuser=True)
    body = {"gate": "refund", "proposal": factories.PROPOSAL, "context": factories.CONTEXT}
    assert code_of(by_person(someone).post("reviews/", body)) == (403, "not_allowed")
    assert Review.objects.count() == 0
