"""A session ends while somebody types: the text waits until he has signed in again, and only it."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from reviews.models import Comment, Decision
from tests.factories import PASSWORD, desk
from tests.reviews.views.visiting import decide, move, page, script, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

TYPED = {"reasons": "fraud", "note": "The lamp was never sent"}


def wanted(response):
    """Where the sign-in page will lead."""
    parts = urlsplit(response["Location"])
    assert (response.status_code, parts.path) == (302, "/login/")
    return parse_qs(parts.query)["next"][0]


def sign_in(client, there, username="ann"):
    """Sign in, and open where one was."""
    sent = {"username": username, "password": PASSWORD, "next": there}
    return client.post("/login/", sent, follow=True)


def test_a_verdict_comes_back_into_its_form():
    at_desk, client = desk(), Client()
    review = at_desk.submit()
    there = wanted(decide(client, review, "reject", **TYPED))
    assert there == f"{page(review)}?verdict=reject"
    panel = sign_in(client, there).context["panel"]
    assert (panel.verdict, panel["note"].value(), panel["reasons"].value()) == (
        "reject",
        TYPED["note"],
        ["fraud"],
    )
    assert Decision.objects.count() == 0


def test_it_comes_back_beside_the_list_too():
    at_desk, client = desk(), Client()
    review = at_desk.submit()
    back = f"/queues/support_team/?review={review.pk}"
    there = wanted(decide(client, review, "reject", **TYPED, back=back))
    assert there == f"{back}&verdict=reject"
    assert sign_in(client, there).context["panel"]["note"].value() == TYPED["note"]


def test_a_comment_comes_back_into_its_form():
    at_desk, client = desk(), Client()
    review = at_desk.submit()
    there = wanted(move(client, review, "comment", text="Well seen"))
    assert there == f"{page(review)}?move=comment"
    assert sign_in(client, there).context["panel"]["text"].value() == "Well seen"
    assert Comment.objects.count() == 0


def test_it_comes_back_once():
    at_desk, client = desk(), Client()
    there = wanted(decide(client, at_desk.submit(), "reject", **TYPED))
    sign_in(client, there)
    assert client.get(there).context["panel"]["note"].value() != TYPED["note"]
    assert "kept" not in client.session


def test_it_comes_back_for_its_review_only():
    at_desk, client = desk(), Client()
    review, other = at_desk.submit(), at_desk.submit()
    there = wanted(decide(client, review, "reject", **TYPED))
    response = sign_in(client, f"{page(other)}?verdict=reject")
    assert TYPED["note"] not in text_of(response)
    assert client.get(there).context["panel"]["note"].value() == TYPED["note"]


def test_who_may_not_see_the_review_gets_nothing_of_it():
    at_desk, client = desk(), Client()
    there = wanted(decide(client, at_desk.submit(), "reject", **TYPED))
    response = sign_in(client, there, "sid")
    assert (response.status_code, TYPED["note"] in text_of(response)) == (404, False)


def test_a_text_that_is_too_long_is_not_kept():
    at_desk, client = desk(), Client()
    wanted(decide(client, at_desk.submit(), "respond", message="x" * 64_001))
    assert "kept" not in client.session


def test_a_stranger_learns_nothing_of_what_there_is():
    client, review = Client(), desk().submit()
    other = review.pk.__class__("019caa00-0000-7000-8000-000000000000")
    known = wanted(decide(client, review, "reject"))
    review.pk = other
    unknown = wanted(decide(client, review, "reject"))
    assert unknown.replace(str(other), "") == known.replace(known.split("/")[2], "")


def test_the_sign_in_page_leads_to_no_other_site():
    client, review = Client(), desk().submit()
    there = wanted(decide(client, review, "reject", back="https://elsewhere.example/"))
    assert there == f"{page(review)}?verdict=reject"


def test_the_script_is_sent_to_sign_in_by_a_header():
    client, review = Client(), desk().submit()
    sent = {"verdict": "reject", "digest": review.digest, **TYPED}
    response = client.post(page(review, "decide/"), sent, headers=script("main"))
    assert response.status_code == 200
    assert response["HX-Redirect"].startswith("/login/?next=")
    assert client.session["kept"]["fields"]["note"] == [TYPED["note"]]


def test_what_proves_the_form_is_not_kept():
    client, review = Client(), desk().submit()
    decide(client, review, "reject", **TYPED, csrfmiddlewaretoken="t")
    assert set(client.session["kept"]["fields"]) == {"verdict", *TYPED}
