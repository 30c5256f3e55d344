"""How a refusal becomes a page, and where a person goes next."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from reviews.templatetags.gatehouse import address
from reviews.transitions import drafts

KEPT = "kept"
_OURS = frozenset({"csrfmiddlewaretoken", "digest", "back", "preview"})


def person(request: HttpRequest) -> User:
    """The person who is signed in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def go(request: HttpRequest, url: str) -> HttpResponse:
    """To another page, whoever asked: a browser or a script in it."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(url)
    return redirect(url)


def back_of(request: HttpRequest, fallback: str) -> str:
    """The page that a form was on; only one of ours."""
    back: str = request.POST.get("back", "")
    ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if ours else fallback


def typed(request: HttpRequest) -> dict[str, list[str]]:
    """What a person typed, by field."""
    return {name: texts for name, texts in request.POST.lists() if name not in _OURS}


def sign_in_again(request: HttpRequest, review_id: UUID, move: str | None = None) -> HttpResponse:
    """The session has ended: what was typed waits in the next one, where its form opens again."""
    fields = typed(request)
    if drafts.fits(fields):
        request.session[KEPT] = {"review": str(review_id), "fields": fields}
    verdict = next(iter(fields.get("verdict", [])), None)
    back = back_of(request, resolve_url("review", review_id))
    wanted = address(back, verdict=verdict, move=move)
    return go(request, f"{resolve_url('login')}?{urlencode({'next': wanted})}")


def kept_for(request: HttpRequest, review_id: UUID) -> dict[str, list[str]] | None:
    """What the person typed here before the session ended."""
    kept = request.session.get(KEPT)
    if not kept or kept.get("review") != str(review_id):
        return None
    fields: dict[str, list[str]] = request.session.pop(KEPT)["fields"]
    return fields


def varies(response: HttpResponse) -> HttpResponse:
    """The same address answers a script with a part of the page."""
    response["Vary"] = "HX-Request, Cookie"
    response["Cache-Control"] = "no-store"
    return response
