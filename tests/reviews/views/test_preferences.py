"""A person's own preferences."""

import pytest

from reviews.models import Preference
from tests.factories import user

pytestmark = pytest.mark.django_db

PAGE = "/preferences/"
CHOSEN = {
    "theme": "dark",
    "density": "compact",
    "time_zone": "Europe/Berlin",
    "after_decision": "stay",
}


@pytest.fixture
def ann(client):
    """She is signed in."""
    person = user("ann")
    client.force_login(person)
    return person


def text_of(response):
    return " ".join(response.content.decode().split())


def kept(person):
    fields = ("theme", "density", "time_zone", "shortcuts", "after_decision")
    return Preference.objects.values_list(*fields).get(user=person)


def test_a_stranger_is_asked_to_sign_in(client):
    response = client.get(PAGE)
    assert (response.status_code, response.headers["Location"]) == (302, f"/login/?next={PAGE}")
    assert client.post(PAGE, CHOSEN).status_code == 302
    assert Preference.objects.count() == 0


def test_who_has_none_sees_the_defaults_and_looking_saves_nothing(client, ann):
    response = client.get(PAGE)
    text = text_of(response)
    assert response.status_code == 200
    assert text.count(" checked") == 4
    assert '<option value="" selected>as the site: UTC</option>' in text
    assert Preference.objects.count() == 0


def test_what_is_chosen_is_saved_and_shown(client, ann):
    response = client.post(PAGE, CHOSEN)
    assert (response.status_code, response.headers["Location"]) == (302, PAGE)
    assert kept(ann) == ("dark", "compact", "Europe/Berlin", False, "stay")
    text = text_of(client.get(PAGE))
    assert "Your preferences are saved." in text
    assert 'data-theme="dark" data-density="compact"' in text
    assert '<option value="Europe/Berlin" selected>Berlin</option>' in text


def test_a_second_choice_takes_the_place_of_the_first(client, ann):
    client.post(PAGE, CHOSEN)
    client.post(PAGE, CHOSEN | {"theme": "light", "time_zone": "", "shortcuts": "on"})
    assert kept(ann) == ("light", "compact", "", True, "stay")


def test_nobody_chooses_for_another(client, ann):
    ben = user("ben")
    client.post(PAGE, CHOSEN | {"user": ben.pk})
    assert list(Preference.objects.values_list("user", flat=True)) == [ann.pk]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("theme", "pink"),
        ("theme", ""),
        ("density", "none"),
        ("time_zone", "Europe/Nowhere"),
        ("after_decision", "home"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_nothing_is_saved(client, ann, field, value):
    response = client.post(PAGE, CHOSEN | {field: value})
    text = text_of(response)
    assert response.status_code == 422
    assert "Not saved yet: one of the answers does not fit." in text
    assert f'id="id_{field}_error"' in text
    assert f'aria-describedby="id_{field}_error"' in text or "_helptext id_time_zone_error" in text
    assert Preference.objects.count() == 0


def test_a_choice_that_fits_stays_chosen_beside_one_that_does_not(client, ann):
    text = text_of(client.post(PAGE, CHOSEN | {"theme": "pink"}))
    assert '<option value="Europe/Berlin" selected>' in text
    assert 'value="compact"' in text
    assert text.count(" checked") == 2
    assert 'data-theme="auto" data-density="comfortable"' in text


def test_no_answer_at_all_is_no_look(client, ann):
    assert client.post(PAGE, {}).status_code == 422


def test_only_zones_that_are_named_after_places_are_offered(client, ann):
    zones = client.get(PAGE).context["form"].fields["time_zone"].choices
    regions = [label for label, places in zones if isinstance(places, list)]
    assert regions == sorted(regions)
    assert {"Africa", "America", "Asia", "Europe", "Pacific"} <= set(regions)
    assert not {"Etc", "SystemV", "US", "posix"} & set(regions)
    assert ("America/Argentina/Buenos_Aires", "Argentina/Buenos Aires") in dict(zones)["America"]


def test_the_page_knows_three_methods(client, ann):
    assert client.head(PAGE).status_code == 200
    assert client.put(PAGE).status_code == 405


def test_the_page_is_not_cached(client, ann):
    assert "no-store" in client.get(PAGE).headers["Cache-Control"]
