"""App configuration of the project, and of the admin that it puts in place of Django's."""

import os
from importlib import import_module
from time import monotonic
from typing import Any

from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.admin import apps as admin_apps  # its class in our namespace would be found too
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

# When all this began, for those who ask what happened since: with this process, or with `up`.
STARTED = float(os.environ.get("GATEHOUSE_STARTED", monotonic()))


class ProjectConfig(AppConfig):
    """The seams: addresses, the broker, the commands that start and seed everything."""

    name = "hitl_project"
    verbose_name = "Gatehouse"
    known: set[int] | None = None  # permissions that were there before the migrations

    def ready(self) -> None:
        """Roles follow the permissions, which each app of the list adds after its migrations."""
        last = [config for config in apps.get_app_configs() if config.models_module][-1]
        pre_migrate.connect(self.remember, dispatch_uid="roles")
        post_migrate.connect(self.seed_roles, sender=last, dispatch_uid="roles")

    def remember(self, using: str, **kwargs: Any) -> None:
        """Note what is there before anything is new; the first app of the list asks."""
        if self.known is None:
            tables = connections[using].introspection.table_names()
            permissions = apps.get_model("auth", "Permission").objects.using(using)
            there = "auth_permission" in tables
            self.known = set(permissions.values_list("pk", flat=True)) if there else set()

    def seed_roles(self, using: str, **kwargs: Any) -> None:
        """Make the roles that are missing, and give the others what has just come."""
        known, self.known = self.known, None
        if using == "default":
            import_module("gates.transitions.roles").seed(known=known)


class GatehouseAdmin(admin_apps.AdminConfig):
    """The admin, on our site and without two models that must not be edited by hand."""

    default = False
    default_site = "hitl_project.admin.GatehouseAdminSite"

    def ready(self) -> None:
        """Find every admin, then take out two: a Schedule runs any function, and keys are ours.
        People and roles get pages on which nobody hands out more than he holds.
        """
        super().ready()
        import_module("hitl_project.people").register()
        admin.site.unregister(apps.get_model("django_q", "Schedule"))
        admin.site.unregister(apps.get_model("rest_framework_api_key", "APIKey"))
