"""The queue of a team: a list, and what is opened of it beside."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import Resolver404, resolve
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gates import clock
from gates.models import EscalationStep, Team
from reviews.errors import DomainError
from reviews.filters import QueueFilter
from reviews.models import Review
from reviews.models.review import ReviewQuerySet
from reviews.queries.desks import teams_of
from reviews.queries.lists import Page, Place, Tab, done, waiting
from reviews.queries.queues import available_to, held_by
from reviews.queries.trails import undoable
from reviews.templatetags.gatehouse import address
from reviews.transitions import leases
from reviews.views.answers import person, varies
from reviews.views.cases import page_of, panel_of, part_of
from reviews.views.shown import actor_of, open_case


@require_safe
@login_required
def queue(request: HttpRequest, team: str) -> HttpResponse:
    """The list, with its filters, and the review that the address opens."""
    reader, now = person(request), clock.now()
    desk = get_object_or_404(teams_of(reader), slug=team)
    context = {"desk": desk, "nav": desk.slug, "now": now, "undoable": undoable(reader, now)}
    context |= _listed(request, desk, reader, now) | _opened(request, reader)
    context["back"] = address(request.get_full_path(), verdict=None, move=None)
    return varies(render(request, part_of(request, "queue.html"), context))


def _listed(request: HttpRequest, desk: Team, reader: User, now: datetime) -> dict[str, Any]:
    tab = _tab(request.GET.get("tab", ""))
    filters = QueueFilter(request.GET, queryset=_rows(desk, reader), gates=_gates(desk), now=now)
    place = Place.read(request.GET.get("after", ""))
    page = listing(filters.qs, tab, reader, now, place)
    return {"tab": tab, "tabs": list(Tab), "page": page, "filters": filters}


@require_POST
@login_required
def take_next(request: HttpRequest, team: str) -> HttpResponse:
    """Claim the most urgent review that is the person's to decide, and open it."""
    reader = person(request)
    desk = get_object_or_404(teams_of(reader), slug=team)
    here = resolve_url("queue", desk.slug)
    for found in listing(_rows(desk, reader), Tab.AVAILABLE, reader, clock.now(), None).rows:
        try:
            leases.claim(found.pk, actor=actor_of(reader))
        except DomainError:
            continue  # somebody was quicker: the one after it
        return redirect(address(here, review=found.pk))
    messages.info(request, _("Nothing is waiting for you here."))
    return redirect(here)


def listing(
    rows: ReviewQuerySet, tab: Tab, reader: User, now: datetime, place: Place | None
) -> Page:
    """One page of one of the queue's lists."""
    if tab == Tab.DONE:
        here = now.astimezone(get_current_timezone())
        today = here.replace(hour=0, minute=0, second=0, microsecond=0)
        return done(rows.filter(closed_at__gte=today), place)
    if tab == Tab.MINE:
        return waiting(held_by(rows, reader, now), place)
    if tab == Tab.AVAILABLE:
        return waiting(available_to(rows, reader, now), place)
    return waiting(rows.pending(), place)


def next_in(reader: User, back: str) -> str:
    """The page that a verdict was given on, with the next review of its queue opened."""
    parts = urlsplit(back)
    try:
        found = resolve(parts.path)
    except Resolver404:
        return back
    if found.url_name != "queue":
        return back
    desk = teams_of(reader).filter(slug=found.kwargs["team"]).first()
    if desk is None:
        return back
    now = clock.now()
    query = QueryDict(mutable=True)
    query.update(dict(parse_qsl(parts.query)))
    filters = QueueFilter(query, queryset=_rows(desk, reader), gates=_gates(desk), now=now)
    rows = listing(filters.qs, Tab.AVAILABLE, reader, now, None).rows
    return address(back, review=rows[0].pk if rows else None, after=None)


def _rows(desk: Team, reader: User) -> ReviewQuerySet:
    return Review.objects.visible_to(reader).filter(team=desk)


def _gates(desk: Team) -> list[str]:
    """The gates that ask this team."""
    steps = EscalationStep.objects.filter(team=desk, version__published_for__isnull=False)
    return sorted(set(steps.values_list("version__gate__slug", flat=True)))


def _tab(name: str) -> Tab:
    return Tab(name) if name in set(Tab) else Tab.ALL


def _opened(request: HttpRequest, reader: User) -> dict[str, Any]:
    wanted = request.GET.get("review")
    if not wanted:
        return {"case": None}
    try:
        case = open_case(reader, UUID(wanted))
    except ValueError as error:
        raise Http404 from error
    return page_of(request, case, panel_of(request, case))
