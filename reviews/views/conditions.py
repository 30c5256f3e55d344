"""The outside person's page: does the condition hold?"""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from gates import clock
from reviews import deadlines, engine
from reviews.errors import DomainError, Expired, WrongState
from reviews.forms import ConditionForm
from reviews.models import Condition, Review
from reviews.queries.rows import unanswered
from reviews.states import ConditionStatus, Status
from reviews.transitions import conditions
from reviews.transitions.links import hash_of

_SHOWN = {"gone": HTTPStatus.NOT_FOUND, "late": HTTPStatus.GONE}
_ANSWERED = _SHOWN | {
    "open": HTTPStatus.UNPROCESSABLE_ENTITY,  # still open: the answer was neither yes nor no
    "waiting": HTTPStatus.CONFLICT,
}
# The address is the secret: it goes to no other site and into no index.
_SECRET = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}


@csrf_exempt  # the secret in the address is the only credential: no cookie is looked at
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def condition(request: HttpRequest, secret: str) -> HttpResponse:
    """The outside person is asked whether a condition holds. GET decides nothing."""
    form = ConditionForm(request.POST if request.method == "POST" else None)
    asked = _asked(secret)
    state = _state(asked)
    if asked is not None and form.is_valid():
        state = _answer(secret, met=form.met)
    status = (_ANSWERED if form.is_bound else _SHOWN).get(state, HTTPStatus.OK)
    context = {"state": state, "form": form} | (_question(asked) if asked else {})
    page = render_to_string("condition.html", context, request)
    return HttpResponse(page, status=status, headers=_SECRET)


def _asked(secret: str) -> Condition | None:
    """What the link asks for, after what time has done to it."""
    rows = Condition.objects.select_related("review__gate__owner", "step")
    rows = rows.filter(token_hash=hash_of(secret))
    found = rows.first()
    if found is None:
        return None
    if found.step is not None:
        engine.up_to_date(found.step.run_id)
    elif found.review_id is not None:
        deadlines.enforce(found.review_id)
    return rows.first()


def _question(asked: Condition) -> dict[str, Any]:
    """What the outside person may know: who asks, what, and until when. The review's title is for
    reviewers; it may hold anything of the proposal and the context.
    """
    review = asked.review
    owner = review.gate.owner if review else None
    return {
        "asker": owner.name if owner else "",
        "condition": asked,
        "alone": review is None or unanswered([review])[review.pk] == [asked],
        "opened": asked.due_at and asked.due_at - timedelta(seconds=asked.timeout),
        "now": clock.now(),
    }


def _state(asked: Condition | None) -> str:
    if asked is None:
        return "gone"
    return "late" if asked.status == ConditionStatus.EXPIRED else asked.status


def _answer(secret: str, *, met: bool) -> str:
    try:
        answered = conditions.answer_by_link(secret, met=met)
    except WrongState:
        return "waiting"
    except Expired:
        return "late"
    except DomainError:
        return "gone"
    if not met:
        return "denied"
    waits = isinstance(answered, Review) and answered.status != Status.CLOSED
    return "confirmed" if waits else "released"
