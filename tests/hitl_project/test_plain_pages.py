"""The pages of what went wrong: they say what happened and what to do next."""

import pytest
from django.test import Client, RequestFactory
from django.views import defaults

from hitl_project import views
from reviews.models import Preference
from tests.factories import user

pytestmark = pytest.mark.portable

HOME = '<a class="button" href="/">To the start</a>'


def page(response):
    """The text of a page, white space aside."""
    return " ".join(response.content.decode().split())


@pytest.mark.django_db
def test_an_address_of_nothing_leads_home_and_to_the_sign_in(client):
    response = client.get("/nothing/")
    text = page(response)
    assert response.status_code == 404
    assert "<h1>There is nothing here</h1>" in text
    assert HOME in text
    assert '<a class="button" href="/login/">Sign in</a>' in text


@pytest.mark.django_db
def test_who_is_signed_in_need_not_sign_in_to_see_nothing(client):
    client.force_login(user("ann"))
    assert "/login/" not in page(client.get("/nothing/"))


@pytest.mark.django_db
def test_a_missing_page_comes_in_the_persons_theme(client):
    ann = user("ann")
    Preference.objects.create(user=ann, theme="dark")
    client.force_login(ann)
    assert '<html lang="en" data-theme="dark">' in page(client.get("/nothing/"))


def test_what_may_not_be_done_is_said_without_the_reason_of_the_code():
    request = RequestFactory().get("/")
    response = defaults.permission_denied(request, PermissionError("internal words"))
    text = page(response)
    assert response.status_code == 403
    assert "<h1>You may not do this</h1>" in text
    assert HOME in text
    assert "internal words" not in text


def test_what_makes_no_sense_is_said():
    response = defaults.bad_request(RequestFactory().get("/"), ValueError("internal words"))
    text = page(response)
    assert response.status_code == 400
    assert "<h1>This request makes no sense</h1>" in text
    assert HOME in text


def test_a_failure_of_ours_is_said_without_the_database_and_the_list_of_static_files(settings):
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "nothing.at.All"}}
    response = defaults.server_error(RequestFactory().get("/"))
    text = page(response)
    assert response.status_code == 500
    assert "<h1>Something went wrong</h1>" in text
    assert '<link rel="stylesheet" href="/static/gatehouse/pages.css">' in text
    assert HOME in text


@pytest.mark.django_db
def test_a_form_without_its_token_says_that_nothing_was_changed():
    response = Client(enforce_csrf_checks=True).post("/login/", {"username": "ann"})
    text = page(response)
    assert response.status_code == 403
    assert '<h1>This form could not be trusted</h1> <p class="lede"> Nothing was changed.' in text
    assert HOME in text


def test_the_page_for_a_form_without_its_token_comes_in_the_persons_theme():
    request = RequestFactory().post("/login/")
    request.preference = Preference(theme="dark")  # type: ignore[attr-defined]
    response = views.csrf_failure(request, reason="internal words")
    assert response.status_code == 403
    assert '<html lang="en" data-theme="dark">' in page(response)
    assert "internal words" not in page(response)
