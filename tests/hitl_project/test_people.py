"""People and roles in the admin: nobody hands out, or takes over, more than he holds."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from tests.factories import user

pytestmark = pytest.mark.django_db
BROWSED = {"is_active": "on", "is_staff": "on", "date_joined_0": "2026-03-02"}
JOINED = BROWSED | {"date_joined_1": "09:00:00"}


@pytest.fixture
def admin_role():
    """A person with the role admin, who is no superuser, in a browser."""
    someone = with_role("ada", "admin")
    client = Client()
    client.force_login(someone)
    return client


def with_role(name, role, **fields):
    someone = user(name, is_staff=True, **fields)
    someone.groups.add(Group.objects.get(name=role))
    return someone


def page(kind, row, action="change"):
    return reverse(f"admin:auth_{kind}_{action}", args=[row.pk])


def save(client, someone, **fields):
    """Send the page of a person, as the browser would."""
    form = JOINED | {"username": someone.username} | fields
    return client.post(page("user", someone), form).status_code


def permission(codename):
    return Permission.objects.get(codename=codename)


def group(name, *codenames):
    made = Group.objects.create(name=name)
    made.permissions.set([permission(codename) for codename in codenames])
    return made


def test_the_admin_role_cannot_make_itself_superuser(admin_role):
    ada = User.objects.get(username="ada")
    mine = [group.pk for group in ada.groups.all()]
    assert save(admin_role, ada, is_superuser="on", first_name="Ada", groups=mine) == 302
    ada.refresh_from_db()
    assert (ada.is_superuser, ada.first_name) == (False, "Ada")


def test_nor_anybody_else(admin_role):
    ben = user("ben")
    assert save(admin_role, ben, is_superuser="on") == 302
    assert not User.objects.get(pk=ben.pk).is_superuser


def test_a_superuser_can(admin_client):
    ben = user("ben")
    assert save(admin_client, ben, is_superuser="on") == 302
    assert User.objects.get(pk=ben.pk).is_superuser


@pytest.mark.parametrize("role", ["policy author", "policy approver", "reviewer", "auditor"])
def test_the_admin_role_hands_out_the_roles_within_its_own(admin_role, role):
    ben = user("ben")
    assert save(admin_role, ben, groups=[Group.objects.get(name=role).pk]) == 302
    assert [group.name for group in ben.groups.all()] == [role]


def test_a_group_that_holds_more_is_not_handed_out(admin_role):
    ben, more = user("ben"), group("more", "view_review", "delete_permission")
    assert save(admin_role, ben, groups=[more.pk]) == 200
    assert list(ben.groups.all()) == []


def test_a_permission_that_one_lacks_is_not_handed_out(admin_role):
    ben = user("ben")
    assert save(admin_role, ben, user_permissions=[permission("delete_permission").pk]) == 200
    assert save(admin_role, ben, user_permissions=[permission("view_review").pk]) == 302
    assert [row.codename for row in ben.user_permissions.all()] == ["view_review"]


def outranking(kind):
    """Somebody who holds more than the role admin."""
    if kind == "superuser":
        return user("root", is_superuser=True)
    if kind == "inactive superuser":
        return user("root", is_superuser=True, is_active=False)
    someone = user("root", is_active=kind != "inactive")
    someone.user_permissions.add(permission("delete_permission"))
    return someone


KINDS = ["superuser", "inactive superuser", "holds more", "inactive"]


@pytest.mark.parametrize("kind", KINDS)
def test_who_holds_more_is_not_edited(admin_role, kind):
    root = outranking(kind)
    assert save(admin_role, root, first_name="Gone") == 403
    assert User.objects.get(pk=root.pk).first_name == ""


@pytest.mark.parametrize("kind", KINDS)
def test_nor_is_his_password(admin_role, kind):
    root = outranking(kind)
    words = "a quite different phrase"
    form = {"password1": words, "password2": words, "usable_password": "true"}
    address = reverse("admin:auth_user_password_change", args=[root.pk])
    assert admin_role.post(address, form).status_code == 403
    assert not User.objects.get(pk=root.pk).check_password(words)


def test_nor_is_he_deleted_alone_or_among_others(admin_role):
    root, ben = outranking("superuser"), user("ben")
    assert admin_role.post(page("user", root, "delete"), {"post": "yes"}).status_code == 403
    form = {"action": "delete_selected", "_selected_action": [root.pk, ben.pk], "post": "yes"}
    admin_role.post(reverse("admin:auth_user_changelist"), form)
    assert User.objects.filter(username__in=("root", "ben")).count() == 2


def test_others_are_edited_and_deleted(admin_role):
    ben = with_role("ben", "reviewer")
    assert save(admin_role, ben, first_name="Ben") == 302
    assert admin_role.post(page("user", ben, "delete"), {"post": "yes"}).status_code == 302
    assert not User.objects.filter(username="ben").exists()


def test_a_group_gets_only_what_its_editor_holds(admin_role):
    mine = Group.objects.get(name="reviewer")
    form = {"name": "reviewer", "permissions": [permission("delete_permission").pk]}
    assert admin_role.post(page("group", mine), form).status_code == 200
    form["permissions"] = [permission("view_review").pk]
    assert admin_role.post(page("group", mine), form).status_code == 302
    assert [row.codename for row in mine.permissions.all()] == ["view_review"]


def test_a_group_that_holds_more_is_not_edited_or_deleted(admin_role):
    more = group("more", "delete_permission")
    assert admin_role.post(page("group", more), {"name": "less"}).status_code == 403
    assert admin_role.post(page("group", more, "delete"), {"post": "yes"}).status_code == 403
    assert Group.objects.get(pk=more.pk).name == "more"


def test_a_superuser_edits_any_group(admin_client):
    more = group("more", "delete_permission")
    form = {"name": "most", "permissions": [permission("add_permission").pk]}
    assert admin_client.post(page("group", more), form).status_code == 302
    assert [row.codename for row in more.permissions.all()] == ["add_permission"]


@pytest.mark.parametrize("role", ["policy author", "policy approver", "reviewer", "auditor"])
def test_other_roles_have_no_pages_of_people(role):
    client = Client()
    client.force_login(with_role("ben", role))
    pages = [reverse(f"admin:auth_{kind}_changelist") for kind in ("user", "group")]
    assert [client.get(address).status_code for address in pages] == [403, 403]
