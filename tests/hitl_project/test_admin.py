"""The admin site: what stands on its index, and what does not."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from tests.admins import signed_in

pytestmark = pytest.mark.django_db
PARTS_OF_OTHERS = {"Membership", "EscalationStep", "ReasonCode"}
INDEX = reverse("admin:index")


def test_every_model_of_ours_has_a_page():
    configs = [apps.get_app_config(name) for name in ("gates", "reviews")]
    ours = [model for config in configs for model in config.get_models()]
    missing = {model.__name__ for model in ours if not admin.site.is_registered(model)}
    assert missing == PARTS_OF_OTHERS


@pytest.mark.parametrize("model", ["django_q.Schedule", "rest_framework_api_key.APIKey"])
def test_what_could_run_code_or_go_round_our_keys_has_no_page(model):
    assert not admin.site.is_registered(apps.get_model(model))


def test_the_index_begins_with_the_queue(admin_client):
    listed = admin_client.get(INDEX).context["app_list"]
    assert [app["app_label"] for app in listed] == ["reviews", "gates", "auth", "django_q"]
    assert [app["models"][0]["object_name"] for app in listed[:2]] == ["Review", "Gate"]


def test_a_reviewer_finds_the_queue_and_nothing_else():
    listed = signed_in("ann").get(INDEX).context["app_list"]
    models = [model["object_name"] for app in listed for model in app["models"]]
    assert models == ["Review"]


def test_the_admin_is_ours_by_name(admin_client):
    assert b"Gatehouse" in admin_client.get(INDEX).content
