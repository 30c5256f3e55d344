"""People and roles in the admin: nobody hands out, or takes over, more than he holds himself."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.filters import SimpleListFilter
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, Permission, User
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from gates.admin.base import ListAdmin

MOST_ROLES = 100
Somebody = AbstractBaseUser | AnonymousUser


def held_by(user: Somebody) -> QuerySet[Permission]:
    """What a person holds, by himself or by a Group; asked of the rows, so that of those who have
    left it is told too.
    """
    if getattr(user, "is_superuser", False):
        return Permission.objects.all()
    mine = Permission.objects.filter(Q(user=user.pk) | Q(group__user=user.pk))
    return Permission.objects.filter(pk__in=mine.values("pk"))


def groups_within(user: Somebody) -> QuerySet[Group]:
    """The Groups that hold nothing beyond what the person holds."""
    beyond = Permission.objects.exclude(pk__in=held_by(user).values("pk"))
    return Group.objects.exclude(permissions__in=beyond)


def outranks(user: Somebody, other: User) -> bool:
    """True if the person holds all that the other holds."""
    if getattr(user, "is_superuser", False):
        return True
    mine = held_by(user).values("pk")
    return not other.is_superuser and not held_by(other).exclude(pk__in=mine).exists()


class RoleFilter(SimpleListFilter):
    """Who has a role; Groups are few."""

    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The roles by name."""
        rows = Group.objects.order_by("name").values_list("pk", "name")
        return [(str(pk), name) for pk, name in rows[:MOST_ROLES]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        """Its people."""
        value = self.value()
        known = value in {key for key, _name in self.lookup_choices}
        return queryset.filter(groups=int(value)) if value and known else queryset


class PersonAdmin(ListAdmin, UserAdmin):
    """Django's page of a user, within what its reader holds."""

    list_display = ("username", "first_name", "last_name", "email", "is_staff", "is_active")
    list_filter = (RoleFilter,)
    search_fields = ("username",)
    search_help_text = _("A username, whole.")
    ordering = ("username",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Only a superuser makes superusers."""
        fixed = tuple(super().get_readonly_fields(request, obj))
        superuser = getattr(request.user, "is_superuser", False)
        return fixed if superuser else (*fixed, "is_superuser")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Nothing is offered, or taken, that the reader does not hold himself."""
        if db_field.name == "groups":
            kwargs["queryset"] = groups_within(request.user)
        elif db_field.name == "user_permissions":
            kwargs["queryset"] = held_by(request.user).select_related("content_type")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Not of somebody who holds more: whoever sets his password is him."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (not isinstance(obj, User) or outranks(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Not of somebody who holds more."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (not isinstance(obj, User) or outranks(request.user, obj))


class RoleAdmin(ListAdmin, GroupAdmin):
    """Django's page of a Group, within what its reader holds."""

    search_fields = ("name",)
    search_help_text = _("A name, whole.")
    ordering = ("name",)

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any
    ) -> Any:
        """Only what the reader holds himself."""
        if db_field.name == "permissions":
            kwargs["queryset"] = held_by(request.user if request else AnonymousUser())
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Not of a Group that holds more: its form would take away what it cannot show."""
        return super().has_change_permission(request, obj) and _within(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Not of a Group that holds more."""
        return super().has_delete_permission(request, obj) and _within(request, obj)


def _within(request: HttpRequest, obj: Group | None) -> bool:
    return obj is None or groups_within(request.user).filter(pk=obj.pk).exists()


def register() -> None:
    """Put these in the place of Django's own."""
    for model, page in ((User, PersonAdmin), (Group, RoleAdmin)):
        admin.site.unregister(model)
        admin.site.register(model, page)
