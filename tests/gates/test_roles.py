"""Roles: whole when they are made, given what is new later, and set back by request only."""

import io

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db.models.signals import post_migrate, pre_migrate

from gates.models import Gate
from gates.transitions import roles
from tests.factories import user

pytestmark = pytest.mark.django_db
EVERYBODY = set(roles.ROLES)
MATRIX = [
    ("reviews.view_all_reviews", {"admin", "auditor"}),
    ("reviews.view_review", {"admin", "reviewer", "auditor"}),
    ("reviews.assign_review", {"admin"}),
    ("reviews.cancel_review", {"admin"}),
    ("reviews.overturn_review", {"admin"}),
    ("reviews.view_run", {"admin", "auditor"}),
    ("reviews.manage_run", {"admin"}),
    ("gates.view_gate", EVERYBODY),
    ("gates.view_workflow", {"admin", "policy author", "policy approver", "auditor"}),
    ("gates.view_event", {"admin", "policy author", "policy approver", "auditor"}),
    ("gates.view_apikey", {"admin", "policy author", "policy approver", "auditor"}),
    ("gates.add_gateversion", {"admin", "policy author"}),
    ("gates.change_gate", {"admin", "policy approver"}),
    ("gates.change_team", {"admin"}),
    ("gates.add_apikey", {"admin"}),
    ("auth.change_user", {"admin"}),
    ("auth.change_group", {"admin"}),
    ("auth.change_permission", set()),
    ("django_q.change_schedule", set()),
]


def permission(name):
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def new_permission(codename="view_something"):
    """A permission of the gates app that has just come with a migration."""
    about = ContentType.objects.get_for_model(Gate)
    return Permission.objects.create(codename=codename, content_type=about, name=codename)


def holders(row):
    return set(Group.objects.filter(permissions=row).values_list("name", flat=True))


def migrated():
    """What `migrate` sends to the project's app, with a permission that comes in between."""
    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    told = {"verbosity": 0, "interactive": False, "using": "default"}
    pre_migrate.send(sender=apps.get_app_config("auth"), app_config=None, **told)
    row = new_permission()
    post_migrate.send(sender=last, app_config=last, **told)
    return row


def said(*arguments):
    out = io.StringIO()
    call_command("roles", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_a_migrated_database_has_the_five_roles():
    assert set(Group.objects.values_list("name", flat=True)) == EVERYBODY
    assert [drift.none for drift in roles.drifts()] == [True] * 5


@pytest.mark.parametrize(("name", "expected"), MATRIX, ids=[name for name, _ in MATRIX])
def test_roles_hold_what_they_need_and_no_more(name, expected):
    assert holders(permission(name)) == expected


@pytest.mark.parametrize(("name", "expected"), MATRIX, ids=[name for name, _ in MATRIX])
def test_a_person_may_what_his_role_may(name, expected):
    allowed = set()
    for role in roles.ROLES:
        someone = user(role.replace(" ", "_"))
        someone.groups.add(Group.objects.get(name=role))
        if User.objects.get(pk=someone.pk).has_perm(name):
            allowed.add(role)
    assert allowed == expected


def test_a_new_permission_comes_to_the_roles_that_list_it():
    assert holders(migrated()) == {"admin", "policy author", "policy approver", "auditor"}


def test_what_somebody_took_away_or_gave_stays_so():
    auditor = Group.objects.get(name="auditor")
    auditor.permissions.remove(permission("gates.view_apikey"))
    auditor.permissions.add(permission("reviews.cancel_review"))
    migrated()
    assert holders(permission("gates.view_apikey")) == {"admin", "policy author", "policy approver"}
    assert holders(permission("reviews.cancel_review")) == {"admin", "auditor"}


def test_a_role_that_is_missing_is_made_whole():
    Group.objects.get(name="reviewer").delete()
    migrated()
    assert [drift.none for drift in roles.drifts()] == [True] * 5


def test_without_knowing_what_is_new_nothing_is_given():
    row = new_permission()
    roles.seed()
    assert holders(row) == set()


def test_the_command_tells_how_a_role_differs():
    auditor = Group.objects.get(name="auditor")
    auditor.permissions.remove(permission("gates.view_apikey"))
    auditor.permissions.add(permission("reviews.cancel_review"))
    assert said() == [
        "admin: as listed",
        "policy author: as listed",
        "policy approver: as listed",
        "reviewer: as listed",
        "auditor: -gates.view_apikey +reviews.cancel_review",
    ]


def test_the_command_sets_right_the_roles_that_are_named():
    for role in ("auditor", "reviewer"):
        Group.objects.get(name=role).permissions.clear()
    lines = said("--reset", "auditor")
    assert lines[-1] == "auditor: as listed"
    assert lines[3].startswith("reviewer: -gates.view_escalationstep ")
