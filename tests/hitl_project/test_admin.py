"""The admin site: what stands on its index, and what does not."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from reviews.models import Preference
from tests.admins import signed_in

pytestmark = pytest.mark.django_db
PARTS_OF_OTHERS = {"Membership", "EscalationStep", "ReasonCode", "Step"}
NOBODYS_BUSINESS = {"Draft"}
INDEX = reverse("admin:index")


def test_every_model_of_ours_has_a_page():
    configs = [apps.get_app_config(name) for name in ("gates", "reviews")]
    ours = [model for config in configs for model in config.get_models()]
    missing = {model.__name__ for model in ours if not admin.site.is_registered(model)}
    assert missing == PARTS_OF_OTHERS | NOBODYS_BUSINESS


@pytest.mark.parametrize(
    "model", ["django_q.Schedule", "django_q.Success", "rest_framework_api_key.APIKey"]
)
def test_what_could_run_code_or_go_round_our_keys_or_has_no_rows_has_no_page(model):
    assert not admin.site.is_registered(apps.get_model(model))


def test_the_index_begins_with_the_queue(admin_client):
    listed = admin_client.get(INDEX).context["app_list"]
    assert [app["app_label"] for app in listed] == ["reviews", "gates", "auth", "django_q"]
    assert [app["models"][0]["object_name"] for app in listed[:2]] == ["Review", "Gate"]


def test_a_reviewer_finds_the_queue_and_nothing_else():
    listed = signed_in("ann").get(INDEX).context["app_list"]
    models = [model["object_name"] for app in listed for model in app["models"]]
    assert models == ["Review"]


def test_every_page_has_the_search_and_the_ways_out(admin_client):
    page = admin_client.get(reverse("admin:gates_team_changelist")).content.decode()
    ways = ("admin:search", "home", "preferences", "admin:logout")
    assert [name for name in ways if f'"{reverse(name)}"' not in page] == []


def test_the_theme_is_the_persons_and_djangos_own_switch_is_gone(admin_client, admin_user):
    Preference.objects.create(user=admin_user, theme="dark")
    page = admin_client.get(INDEX).content.decode()
    assert '<body class="theme-dark dashboard"' in page
    assert [name for name in ("dark_mode.css", "theme.js", "theme-toggle") if name in page] == []


def test_nothing_on_the_index_is_inline(admin_client):
    page = admin_client.get(INDEX).content.decode()
    assert [item for item in (" style=", "<style", "onclick=") if item in page] == []
    assert page.count("<script") == page.count("<script src=")


def test_the_admin_is_ours_by_name(admin_client):
    assert b"Gatehouse" in admin_client.get(INDEX).content
