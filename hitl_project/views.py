"""What machines ask about our health, and the page for a form that cannot be trusted."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hitl_project import health


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


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a fresh token. The reason is for the log, which has it."""
    return render(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)


def _report(problem: str) -> HttpResponse:
    if problem:
        return JsonResponse({"status": "unavailable", "code": problem}, status=503)
    return JsonResponse({"status": "ok"})
