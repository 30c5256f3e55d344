"""The admin of HTTP actions."""

import base64
import json
from hashlib import sha256

import pytest
from django.urls import reverse

from gates.models import Workflow, WorkflowVersion
from reviews.admin.endpoint import EndpointAdmin
from reviews.errors import Conflict
from reviews.models import Endpoint, Run
from reviews.transitions import endpoints
from tests.admins import signed_in
from tests.factories import T0, key, person, user

pytestmark = pytest.mark.django_db
LIST, ADD = "admin:reviews_endpoint_changelist", "admin:reviews_endpoint_add"
PAGE, DELETE = "admin:reviews_endpoint_change", "admin:reviews_endpoint_delete"
SECRET, ROTATE = "admin:reviews_endpoint_secret", "admin:reviews_endpoint_rotate"


@pytest.fixture(autouse=True)
def here(settings):
    """Partners on this machine may be called."""
    settings.ACTION_NETWORKS = ["127.0.0.1", "worker"]


@pytest.fixture
def pay():
    return endpoints.add("pay", "http://127.0.0.1/pay", actor=person(user("ann")))


def page(name, endpoint):
    return reverse(name, args=[endpoint.pk])


def add(client, name="pay", address="http://127.0.0.1:8001/pay"):
    return client.post(reverse(ADD), {"name": name, "address": address})


def errors(response):
    return {name: list(said) for name, said in response.context["adminform"].errors.items()}


def workflow(*actions, slug="refund", published=True):
    """A workflow that calls these actions, one after the other."""
    nodes = [
        {"kind": "action", "name": f"n{at}", "action": name, "next": f"n{at + 1}"}
        for at, name in enumerate(actions)
    ]
    end = {"kind": "end", "name": f"n{len(actions)}"}
    made, _ = Workflow.objects.get_or_create(slug=slug)
    number = made.versions.count() + 1
    document = {"slug": slug, "start": "n0", "nodes": [*nodes, end]}
    version = made.versions.create(
        number=number,
        document=document,
        digest=sha256(json.dumps(document).encode()).hexdigest(),
        published_at=T0,
        published_by="user:ann",
    )
    if published:
        made.version = version
        made.save()
    return version


def run(version, **fields):
    """A run that follows this version."""
    return Run.objects.create(
        id=f"00000000-0000-7000-8000-{Run.objects.count():012}",
        workflow=version.workflow,
        version=version,
        key=key(),
        input={},
        started_at=T0,
        **fields,
    )


def test_its_admin_is_reached():
    assert EndpointAdmin.ordering == ("name",)
    assert reverse(LIST) == "/admin/reviews/endpoint/"


# --- making and changing ------------------------------------------------------------------------


def test_an_http_action_is_added_with_a_secret_of_ours(admin_client):
    assert add(admin_client).status_code == 302
    made = Endpoint.objects.get()
    assert (made.name, made.url) == ("pay", "http://127.0.0.1:8001/pay")
    prefix, _, secret = made.secret.partition("_")
    assert (prefix, len(base64.b64decode(secret, validate=True))) == ("whsec", 32)


def test_two_http_actions_have_two_secrets(admin_client):
    add(admin_client)
    add(admin_client, name="ship")
    assert len(set(Endpoint.objects.values_list("secret", flat=True))) == 2


def test_a_host_may_have_a_short_name(admin_client, monkeypatch):
    found = [(2, 1, 6, "", ("10.0.0.7", 0))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **kwargs: found)
    assert add(admin_client, address="http://worker:8000/pay").status_code == 302


def test_an_address_out_of_reach_is_refused(admin_client):
    response = add(admin_client, address="https://169.254.169.254/")
    assert errors(response) == {"address": ["169.254.169.254 is not on the public internet."]}
    assert not Endpoint.objects.exists()


def test_a_name_is_there_once(admin_client, pay):
    said = errors(add(admin_client))
    assert said == {"name": ["HTTP action with this Name already exists."]}


def test_a_function_of_ours_keeps_its_name(admin_client, monkeypatch):
    monkeypatch.setattr("gates.performers._performers", {"pay": print})
    said = errors(add(admin_client))
    assert said == {"name": ["A function of this installation performs that."]}


def test_the_address_changes_and_nothing_else(admin_client, pay):
    sent = {"name": "other", "address": "http://127.0.0.1/new", "secret": "whsec_x"}
    assert admin_client.post(page(PAGE, pay), sent).status_code == 302
    found = Endpoint.objects.get()
    assert (found.name, found.url, found.secret) == ("pay", "http://127.0.0.1/new", pay.secret)


def test_a_new_address_is_checked_too(admin_client, pay):
    response = admin_client.post(page(PAGE, pay), {"address": "http://10.0.0.1/"})
    assert errors(response) == {"address": ["10.0.0.1 is not on the public internet."]}
    assert Endpoint.objects.get().url == pay.url


# --- the secret ----------------------------------------------------------------------------------


def test_the_secret_is_on_no_page_but_its_own(admin_client, pay):
    for address in (reverse(LIST), page(PAGE, pay)):
        assert pay.secret not in admin_client.get(address).content.decode()
    response = admin_client.post(page(SECRET, pay))
    assert pay.secret in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_the_secret_is_replaced(admin_client, pay):
    response = admin_client.post(page(ROTATE, pay))
    assert response.url == page(PAGE, pay)
    assert Endpoint.objects.get().secret != pay.secret


@pytest.mark.parametrize("name", [SECRET, ROTATE])
def test_the_secret_is_neither_shown_nor_replaced_by_looking(admin_client, pay, name):
    assert admin_client.get(page(name, pay)).status_code == 405
    assert Endpoint.objects.get().secret == pay.secret


@pytest.mark.parametrize("name", [SECRET, ROTATE])
def test_who_may_only_see_http_actions_gets_no_secret(pay, name):
    onlooker = signed_in("ben", "reviews.view_endpoint")
    shown = onlooker.get(page(PAGE, pay)).content.decode()
    assert pay.url in shown
    assert page(name, pay) not in shown
    assert onlooker.post(page(name, pay)).status_code == 403
    assert Endpoint.objects.get().secret == pay.secret


def test_who_may_change_http_actions_sees_the_secret(pay):
    client = signed_in("ben", "reviews.change_endpoint", "reviews.view_endpoint")
    assert page(SECRET, pay) in client.get(page(PAGE, pay)).content.decode()
    assert pay.secret in client.post(page(SECRET, pay)).content.decode()


@pytest.mark.parametrize("name", [SECRET, ROTATE])
def test_the_secret_of_nothing_is_not_found(admin_client, name):
    assert admin_client.post(reverse(name, args=[7])).status_code == 404


# --- deleting ------------------------------------------------------------------------------------


def delete(client, endpoint):
    return client.post(page(DELETE, endpoint), {"post": "yes"}, follow=True)


def test_what_nobody_calls_is_deleted(admin_client, pay):
    workflow("ship")
    workflow("pay", slug="older", published=False)
    assert delete(admin_client, pay).status_code == 200
    assert not Endpoint.objects.exists()


def test_what_a_published_workflow_calls_stays(admin_client, pay):
    workflow("ship", "pay")
    workflow("pay", slug="credit")
    said = delete(admin_client, pay).content.decode()
    assert "“pay” is called by credit, refund." in said
    assert Endpoint.objects.get() == pay


def test_what_an_open_run_of_an_older_version_calls_stays(pay):
    older = workflow("pay")
    workflow("ship")
    run(older, status="running")
    with pytest.raises(Conflict, match=r"^“pay” is called by refund\.$"):
        endpoints.delete(pay.pk, actor=person(user("ann")))


def test_what_only_ended_runs_called_is_deleted(pay):
    older = workflow("pay")
    workflow("ship")
    run(older, status="ended", outcome="done", ended_at=T0)
    endpoints.delete(pay.pk, actor=person(user("ann")))
    assert not Endpoint.objects.exists()
    assert WorkflowVersion.objects.count() == 2


def test_the_page_says_who_calls_it(admin_client, pay):
    assert "no workflow" in admin_client.get(page(PAGE, pay)).content.decode()
    workflow("pay")
    assert "refund</div>" in admin_client.get(page(PAGE, pay)).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_for_one_as_for_three(
    admin_client, count, django_assert_num_queries
):
    for number in range(count):
        endpoints.add(f"pay{number}", "http://127.0.0.1/", actor=person(user("ann")))
    with django_assert_num_queries(5):
        admin_client.get(reverse(LIST))
