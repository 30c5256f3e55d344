"""Each person sees the site as he prefers it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from reviews.models import Preference

NOT_PAGES = ("/api/", "/healthz", "/readyz", "/static/")


class PreferenceMiddleware:
    """Puts `request.preference` beside every page's request, and its time zone in force."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """One look-up for a signed-in person; who has no preferences gets the defaults."""
        if request.path.startswith(NOT_PAGES):
            return self._get_response(request)
        preference = _of(request)
        request.preference = preference  # type: ignore[attr-defined]
        with timezone.override(preference.time_zone or None):
            return self._get_response(request)


def _of(request: HttpRequest) -> Preference:
    found = None
    if request.user.is_authenticated:
        found = Preference.objects.filter(user=request.user).first()
    return found or Preference()
