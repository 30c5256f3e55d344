"""Sign-in, sign-out, and coming back to where one was."""

from urllib.parse import quote

import pytest

from tests.factories import PASSWORD, user

pytestmark = pytest.mark.django_db

WANTED = "/admin/gates/gate/"
NEEDS_YOU = "The page you asked for needs you to sign in."
KEPT = "What you typed is kept; sign in to go on."


def page(response):
    """The text of a page, white space aside."""
    return " ".join(response.content.decode().split())


def sign_in(client, password=PASSWORD, **fields):
    return client.post("/login/", {"username": "ann", "password": password, **fields})


def test_home_asks_who_is_there(client):
    response = client.get("/")
    assert (response.status_code, response.headers["Location"]) == (302, "/login/?next=/")


def test_a_person_signs_in_and_comes_to_where_he_was_going(client):
    user("ann")
    response = sign_in(client, next=WANTED)
    assert (response.status_code, response.headers["Location"]) == (302, WANTED)


def test_without_a_goal_he_comes_home(client):
    user("ann")
    response = sign_in(client)
    assert (response.status_code, response.headers["Location"]) == (302, "/")


def test_nobody_is_sent_to_another_site(client):
    user("ann")
    response = sign_in(client, next="https://elsewhere.example/")
    assert response.headers["Location"] == "/"


def test_a_page_that_needs_signing_in_says_so(client):
    assert NEEDS_YOU in page(client.get(f"/login/?next={quote(WANTED)}"))


@pytest.mark.parametrize("address", ["/login/", "/login/?next=/"])
def test_who_just_comes_is_told_nothing(client, address):
    assert NEEDS_YOU not in page(client.get(address))


def test_who_typed_something_before_the_session_ended_is_told_that_it_is_kept(client):
    session = client.session
    session["kept"] = {"review": "1", "fields": {"note": ["The lamp is broken"]}}
    session.save()
    text = page(client.get(f"/login/?next={quote(WANTED)}"))
    assert KEPT in text
    assert NEEDS_YOU not in text
    assert "The lamp is broken" not in text


def test_what_was_typed_outlives_the_sign_in(client):
    user("ann")
    session = client.session
    session["kept"] = {"review": "1", "fields": {}}
    session.save()
    sign_in(client)
    assert client.session["kept"] == {"review": "1", "fields": {}}


def test_who_is_signed_in_learns_as_whom(client):
    client.force_login(user("ann"))
    text = page(client.get(f"/login/?next={quote(WANTED)}"))
    assert "You are signed in as ann. To go on as somebody else, sign in below." in text


def test_a_wrong_password_is_said_at_both_fields_and_the_name_stays(client):
    user("ann")
    response = sign_in(client, "wrong", next=WANTED)
    text = page(response)
    assert response.status_code == 200
    assert '<div class="wrong" id="wrong" role="alert">' in text
    assert "<p>Please enter a correct username and password." in text
    assert text.count('aria-invalid="true" aria-describedby="wrong"') == 2
    assert 'value="ann"' in text
    assert f'name="next" value="{WANTED}"' in text
    assert PASSWORD not in text


def test_an_empty_field_is_said(client):
    assert "<p>Please fill in both fields.</p>" in page(sign_in(client, ""))


def test_a_password_manager_finds_its_fields(client):
    text = page(client.get("/login/"))
    assert text.count('autocomplete="username"') == 1
    assert text.count('autocomplete="current-password"') == 1
    assert "aria-invalid" not in text


def test_the_first_empty_field_has_the_focus(client):
    assert 'spellcheck="false" required autofocus' in page(client.get("/login/"))
    tried = page(sign_in(client, "wrong"))
    assert tried.count("autofocus") == 1
    assert 'aria-describedby="wrong" autofocus > </p> <button' in tried


def test_the_sign_in_page_is_never_cached(client):
    assert "no-store" in client.get("/login/").headers["Cache-Control"]


def test_signing_out_leads_back_to_the_sign_in_page(client):
    client.force_login(user("ann"))
    response = client.post("/logout/")
    assert (response.status_code, response.headers["Location"]) == (302, "/login/")
    assert client.get("/").status_code == 302
