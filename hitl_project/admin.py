"""The admin site: its name, and its index with what people work on first."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

APPS = ("reviews", "gates", "auth")
FIRST = ("Review", "Gate", "GateVersion", "Team")


class GatehouseAdminSite(AdminSite):
    """Where everything that exists can be found, understood and acted on."""

    site_header = "Gatehouse"
    site_title = "Gatehouse"
    site_url = None  # `/` leads here
    index_title = _("Administration")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The queue first, then what leads to it, then the rest by name."""
        found = super().get_app_list(request, app_label)
        for app in found:
            app["models"].sort(key=lambda model: _place(model["object_name"], FIRST))
        return sorted(found, key=lambda app: _place(app["app_label"], APPS))


def _place(name: str, order: tuple[str, ...]) -> int:
    return order.index(name) if name in order else len(order)
