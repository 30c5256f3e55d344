"""The page of one review, whole or in parts."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_safe

from reviews.errors import DomainError
from reviews.forms import VerdictForm, verdict_form
from reviews.forms.moves import MoveForm, move_form
from reviews.templatetags.gatehouse import address
from reviews.views.answers import back_of, kept_for, person, varies
from reviews.views.shown import Case, open_case

Panel = VerdictForm | MoveForm
_PARTS = {"bar": "review.html#bar", "main": "review.html#case"}
WHOLE = "review.html"


@require_safe
@login_required
def review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """A review, whoever may see it; who may not decide is told why."""
    case = open_case(person(request), review_id)
    return show(request, case, panel_of(request, case))


def panel_of(request: HttpRequest, case: Case) -> Panel | None:
    """The form that the address asks for, with what was typed before."""
    kept = kept_for(request, case.review.pk)
    if "move" in request.GET:
        return move_form(case.review, request.GET["move"], kept=kept)
    verdict = request.GET.get("verdict", "")
    if verdict not in case.verdicts or (case.obstacle and kept is None):
        return None
    draft = case.draft
    if kept is None and draft is not None and draft.verdict == verdict:
        kept = draft.fields
    return verdict_form(case.review, verdict, kept=kept)


def show(
    request: HttpRequest,
    case: Case,
    panel: Panel | None = None,
    *,
    refusal: DomainError | None = None,
    status: int = HTTPStatus.OK,
    **more: Any,
) -> HttpResponse:
    """The page, or the part of it that a script asked for."""
    context = {**page_of(request, case, panel), "refusal": refusal, **more}
    return varies(render(request, part_of(request, WHOLE), context, status=status))


def part_of(request: HttpRequest, page: str) -> str:
    """The template of the page, or of the part of it that a script asked for."""
    target: str | None = getattr(request, "htmx", None) and request.htmx.target  # type: ignore[attr-defined]
    return _PARTS.get(target or "", page)


def page_of(request: HttpRequest, case: Case, panel: Panel | None) -> dict[str, Any]:
    """What the templates of a review need."""
    here = request.get_full_path()
    if request.method == "POST":
        here = back_of(request, resolve_url("review", case.review.pk))
    return {
        "case": case,
        "review": case.review,
        "now": case.now,
        "panel": panel,
        "back": address(here, verdict=None, move=None),
        "nav": case.review.team.slug if case.review.team else "",
    }
