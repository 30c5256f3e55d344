"""App configuration of the project, and of the admin that it puts in place of Django's."""

import os
from time import monotonic

from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.admin import apps as admin_apps  # its class in our namespace would be found too

# When all this began, for those who ask what happened since: with this process, or with `up`.
STARTED = float(os.environ.get("GATEHOUSE_STARTED", monotonic()))


class ProjectConfig(AppConfig):
    """The seams: addresses, the broker, the commands that start and seed everything."""

    name = "hitl_project"
    verbose_name = "Gatehouse"


class GatehouseAdmin(admin_apps.AdminConfig):
    """The admin, on our site and without two models that must not be edited by hand."""

    default = False
    default_site = "hitl_project.admin.GatehouseAdminSite"

    def ready(self) -> None:
        """Find every admin, then take out two: a Schedule runs any function, and keys are ours."""
        super().ready()
        admin.site.unregister(apps.get_model("django_q", "Schedule"))
        admin.site.unregister(apps.get_model("rest_framework_api_key", "APIKey"))
