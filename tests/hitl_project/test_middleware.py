"""Each person sees the site as he prefers it; programs are not asked."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reviews.models import Preference
from tests.factories import T0, at, desk, key, secret_of, user
from tests.reviews.views.visiting import browser, text_of

pytestmark = pytest.mark.django_db


def preferring(**fields):
    """Somebody with these preferences."""
    ann = user("ann")
    Preference.objects.update_or_create(user=ann, defaults=fields)
    return browser(ann)


def asked(client, address):
    """How often preferences are looked up for an address."""
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return sum("reviews_preference" in query["sql"] for query in captured)


@pytest.mark.parametrize(
    ("zone", "text"),
    [("Europe/Berlin", "10 a.m."), ("America/New_York", "4 a.m."), ("", "9 a.m.")],
)
def test_moments_are_told_in_the_persons_zone(zone, text):
    with at(T0):
        at_desk = desk()
        review = at_desk.submit()
        response = preferring(time_zone=zone).get(f"/reviews/{review.pk}/")
        times = [line for line in text_of(response).split("<li>") if "Submitted" in line]
    assert f"March 2, 2026, {text}" in times[0]


def test_the_zone_ends_with_the_request():
    preferring(time_zone="Asia/Tokyo").get("/preferences/")
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_the_theme_is_the_persons(theme):
    response = preferring(theme=theme).get("/")
    assert f'data-theme="{theme}"' in response.content.decode()


def test_who_has_no_preferences_gets_the_defaults():
    response: Any = browser(user("ben")).get("/preferences/")
    preference = response.wsgi_request.preference
    assert (preference.theme, preference.density, preference.time_zone) == (
        "auto",
        "comfortable",
        "",
    )


def test_a_stranger_gets_them_too_and_nothing_is_looked_up(client):
    assert asked(client, "/login/") == 0
    assert client.get("/login/").wsgi_request.preference.theme == "auto"


def test_a_page_looks_them_up_once():
    assert asked(preferring(theme="dark"), "/") == 1


@pytest.mark.parametrize("address", ["/api/v1/reviews/", "/healthz", "/readyz"])
def test_programs_are_not_asked_for_theirs(address):
    client = preferring(theme="dark")
    assert asked(client, address) == 0
    assert not hasattr(client.get(address).wsgi_request, "preference")


def test_a_key_is_no_person(client):
    secret = secret_of(key(desk().gate, name="other"))
    response = client.get("/", headers={"Authorization": f"Bearer {secret}"})
    assert response.status_code == 302
