"""The page of one run, whole or in parts, and what people do to it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gates import clock
from reviews import engine
from reviews.errors import DomainError, WrongState
from reviews.models import Run
from reviews.queries.course import Course, course_of
from reviews.transitions.runs import people
from reviews.views.answers import go, person, varies
from reviews.views.shown import actor_of

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

WHOLE, PART, ASKING = "run.html", "run.html#course", "run_cancel.html"
Work = Callable[..., Run]
MOVES: dict[str, tuple[Work, StrPromise]] = {
    "retry": (people.retry, gettext_lazy("It is tried again.")),
    "skip": (people.skip, gettext_lazy("Skipped: the run goes on.")),
}
UNDO = {"yes": True, "no": False}


@require_safe
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """A run, whoever may see it; for a script only if something has changed since it looked."""
    if not request.user.is_authenticated:
        return _sign_in(request)
    course = _opened(person(request), run_id)
    if _script(request) and request.GET.get("seen") == course.mark:
        return varies(HttpResponse(status=HTTPStatus.NO_CONTENT))
    return _show(request, course)


@require_POST
@login_required
def move(request: HttpRequest, run_id: UUID, move: str) -> HttpResponse:
    """Retry or skip what failed."""
    if move not in MOVES:
        raise Http404
    course = _opened(person(request), run_id)
    work, done = MOVES[move]
    try:
        work(run_id, actor=actor_of(course.reader))
    except DomainError as refusal:
        return _show(request, _opened(course.reader, run_id), refusal)
    messages.success(request, done)
    return go(request, resolve_url("run", run_id))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Ask whether what was done is to be undone, then end the run."""
    course = _opened(person(request), run_id)
    if not course.manages:
        raise PermissionDenied
    if not course.open:
        return _show(request, course, WrongState("This run has ended already."))
    undo = UNDO.get(request.POST.get("undo", ""))
    if request.method != "POST" or undo is None or (undo and not course.deeds.undone):
        return _ask(request, course)
    try:
        people.cancel(run_id, actor=actor_of(course.reader), undo=undo)
    except DomainError as refusal:
        return _show(request, _opened(course.reader, run_id), refusal)
    messages.success(request, _("Cancelled: it is being undone.") if undo else _("Cancelled."))
    return go(request, resolve_url("run", run_id))


def _opened(reader: User, run_id: UUID) -> Course:
    """The run, after what time has done to it. Raises Http404."""
    if not Run.objects.visible_to(reader).filter(pk=run_id).exists():
        raise Http404
    engine.up_to_date(run_id)
    return course_of(run_id, reader, clock.now(), manages=reader.has_perm(people.MANAGE))


def _script(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def _sign_in(request: HttpRequest) -> HttpResponse:
    """A page that looks again by itself is left as a whole."""
    there = urlencode({"next": request.path})
    return go(request, f"{resolve_url('login')}?{there}")


def _show(request: HttpRequest, course: Course, refusal: DomainError | None = None) -> HttpResponse:
    context = {"course": course, "run": course.run, "now": course.now, "refusal": refusal}
    page = PART if _script(request) else WHOLE
    status = refusal.http if refusal else HTTPStatus.OK
    return varies(render(request, page, context, status=status))


def _ask(request: HttpRequest, course: Course) -> HttpResponse:
    """What is to be said with it stands in a button; another answer is asked for again."""
    missing = request.method == "POST"
    context = {"course": course, "run": course.run, "now": course.now, "missing": missing}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if missing else HTTPStatus.OK
    return varies(render(request, ASKING, context, status=status))
