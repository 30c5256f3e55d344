"""Where a person begins: what he holds, what is due, what waits in his queues."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gates import clock
from reviews.queries.home import home_of
from reviews.views.answers import person, varies


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The person's desk."""
    reader, now = person(request), clock.now()
    context = {"nav": "home", "now": now, "back": request.get_full_path(), **home_of(reader, now)}
    return varies(render(request, "home.html", context))
