"""Home, and what machines ask about our health."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hitl_project import health


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The admin is the centre until there is a workspace."""
    return redirect("admin:index")


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """503 while nobody keeps the deadlines."""
    return _report(health.sweeping())


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """503 while the database is away or not migrated."""
    return _report(health.ready())


def _report(problem: str) -> HttpResponse:
    if problem:
        return JsonResponse({"status": "unavailable", "code": problem}, status=503)
    return JsonResponse({"status": "ok"})
