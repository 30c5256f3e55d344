"""The site: its name, its index, what people work on first, and the search for everything."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

from hitl_project.admin import dashboard, search

APPS = ("reviews", "gates", "auth")
FIRST = ("Review", "Gate", "GateVersion", "Team")


class GatehouseAdminSite(AdminSite):
    """Where everything that exists can be found, understood and acted on."""

    enable_nav_sidebar = False  # the index and the search lead everywhere
    site_header = "Gatehouse"
    site_title = "Gatehouse"
    site_url = "/"
    index_title = _("What needs attention")

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """The search beside Django's own pages; first, as theirs end in one that catches all."""
        return [path("search/", self.admin_view(self.search), name="search"), *super().get_urls()]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The dashboard, then Django's list of what there is."""
        found = {"dashboard": dashboard.dashboard(request.user)}  # type: ignore[arg-type]
        return super().index(request, {**(extra_context or {}), **found})

    def search(self, request: HttpRequest) -> HttpResponse:
        """What the term names; straight to it where that is one thing."""
        term = request.GET.get("q", "").strip()
        groups = search.search(term, request.user)  # type: ignore[arg-type]
        only = search.only_hit(groups)
        if only is not None:
            return redirect(only.url)
        context = {
            **self.each_context(request),
            "title": _("Search"),
            "searched": term,
            "groups": groups,
        }
        return TemplateResponse(request, "admin/search.html", context)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The queue first, then what leads to it, then the rest by name."""
        found = super().get_app_list(request, app_label)
        for app in found:
            app["models"].sort(key=lambda model: _place(model["object_name"], FIRST))
        return sorted(found, key=lambda app: _place(app["app_label"], APPS))


def _place(name: str, order: tuple[str, ...]) -> int:
    return order.index(name) if name in order else len(order)
