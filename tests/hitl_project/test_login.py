"""Sign-in, sign-out, home."""

import pytest

from tests.factories import PASSWORD, user

pytestmark = pytest.mark.django_db


def test_home_asks_who_is_there(client):
    response = client.get("/")
    assert (response.status_code, response.headers["Location"]) == (302, "/login/?next=/")


def test_home_leads_to_the_admin(client):
    client.force_login(user("ann"))
    response = client.get("/")
    assert (response.status_code, response.headers["Location"]) == (302, "/admin/")


def test_the_sign_in_page_has_no_script_and_no_inline_style(client):
    page = client.get("/login/").content.decode()
    assert "<h1>Sign in</h1>" in page
    assert "<script" not in page
    assert "style=" not in page


def test_a_person_signs_in_and_comes_to_where_he_was_going(client):
    user("ann")
    form = {"username": "ann", "password": PASSWORD, "next": "/admin/gates/gate/"}
    response = client.post("/login/", form)
    assert (response.status_code, response.headers["Location"]) == (302, "/admin/gates/gate/")


def test_without_a_goal_he_comes_home(client):
    user("ann")
    response = client.post("/login/", {"username": "ann", "password": PASSWORD})
    assert (response.status_code, response.headers["Location"]) == (302, "/")


def test_nobody_is_sent_to_another_site(client):
    user("ann")
    form = {"username": "ann", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert client.post("/login/", form).headers["Location"] == "/"


def test_a_wrong_password_is_said_and_the_name_stays(client):
    user("ann")
    response = client.post("/login/", {"username": "ann", "password": "wrong"})
    page = response.content.decode()
    assert response.status_code == 200
    assert 'role="alert">Please enter a correct username and password.' in page
    assert 'value="ann"' in page


def test_signing_out_leads_back_to_the_sign_in_page(client):
    client.force_login(user("ann"))
    response = client.post("/logout/")
    assert (response.status_code, response.headers["Location"]) == (302, "/login/")
    assert client.get("/").status_code == 302
