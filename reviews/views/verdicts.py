"""Verdicts: given, tried out, kept for later."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reviews.errors import DomainError, Invalid
from reviews.forms import VerdictForm, verdict_form
from reviews.models import Condition
from reviews.models.decision import VERDICTS
from reviews.models.person import AfterDecision
from reviews.transitions import decisions, drafts
from reviews.transitions.decisions import Decided
from reviews.views.answers import back_of, go, person, sign_in_again, typed
from reviews.views.cases import show
from reviews.views.queues import next_in
from reviews.views.shown import Case, actor_of, open_case


@require_POST
def decide(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Give the verdict that was typed; whatever is refused comes back with what was typed."""
    if not request.user.is_authenticated:
        return sign_in_again(request, review_id)
    case = open_case(person(request), review_id)
    form = _form(request, case)
    if "preview" in request.POST or not form.is_valid():
        return _again(request, case, form)
    try:
        decided = decisions.decide(review_id, actor=actor_of(case.reader), answer=form.answer())
    except Invalid as refusal:
        form.refuse(refusal)
        return _again(request, case, form)
    except DomainError as refusal:
        return _refused(request, case, refusal)
    return _decided(request, case, decided)


@require_POST
@login_required
def preview(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """What the verdict would do, as a part of its form. Nothing is written."""
    case = open_case(person(request), review_id, look=False)
    form = _form(request, case)
    form.is_valid()
    return render(request, f"{form.template}#preview", {"panel": form, "review": case.review})


def links_of(decided: Decided) -> list[dict[str, str]]:
    """The links that a verdict made, each with what it asks; they are shown this once."""
    asked = Condition.objects.in_bulk(list(decided.links))
    return [
        {
            "text": asked[pk].text,
            "contact": asked[pk].contact,
            "url": settings.BASE_URL + resolve_url("condition", secret),
        }
        for pk, secret in decided.links.items()
    ]


def _form(request: HttpRequest, case: Case) -> VerdictForm:
    verdict = request.POST.get("verdict", "")
    if verdict not in case.verdicts:
        raise Http404
    return verdict_form(case.review, verdict, request.POST)


def _again(request: HttpRequest, case: Case, form: VerdictForm) -> HttpResponse:
    """The form as it was sent, with what is wrong in it or what it would do."""
    tried = "preview" in request.POST
    status = HTTPStatus.OK if tried else HTTPStatus.UNPROCESSABLE_ENTITY
    return show(request, case, form, status=status)


def _refused(request: HttpRequest, case: Case, refusal: DomainError) -> HttpResponse:
    """The review has moved on: the page as it is now, with what was typed."""
    fields = typed(request)
    drafts.keep(case.review.pk, case.reader.pk, request.POST["verdict"], fields)
    now = open_case(case.reader, case.review.pk)
    form = verdict_form(now.review, request.POST["verdict"], kept=fields)
    return show(request, now, form, refusal=refusal, status=refusal.http)


def _decided(request: HttpRequest, case: Case, decided: Decided) -> HttpResponse:
    drafts.drop(case.review.pk, case.reader.pk)
    if decided.links:
        now = open_case(case.reader, case.review.pk)
        return show(request, now, links=links_of(decided))
    done = dict(VERDICTS)[request.POST["verdict"]]
    text = _("%(title)s: %(verdict)s.") % {"title": case.review.title, "verdict": done}
    messages.success(request, text)
    back = back_of(request, resolve_url("review", case.review.pk))
    stay = request.preference.after_decision == AfterDecision.STAY  # type: ignore[attr-defined]
    return go(request, back if stay else next_in(case.reader, back))
