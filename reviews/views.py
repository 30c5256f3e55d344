"""Pages about reviews."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from reviews import deadlines
from reviews.errors import DomainError, Expired, WrongState
from reviews.forms import ConditionForm
from reviews.models import Condition
from reviews.states import ConditionStatus
from reviews.transitions import conditions
from reviews.transitions.decisions import hash_of

_SHOWN = {"gone": HTTPStatus.NOT_FOUND, "late": HTTPStatus.GONE}
_ANSWERED = _SHOWN | {
    "open": HTTPStatus.UNPROCESSABLE_ENTITY,  # still open: the answer was neither yes nor no
    "waiting": HTTPStatus.CONFLICT,
}


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
    context = {"condition": asked, "state": state, "form": form}
    return render(request, "condition.html", context, status=status)


def _asked(secret: str) -> Condition | None:
    """What the link asks for, after what time has done to it."""
    rows = Condition.objects.select_related("review").filter(token_hash=hash_of(secret))
    found = rows.first()
    if found is None:
        return None
    deadlines.enforce(found.review_id)
    return rows.first()


def _state(asked: Condition | None) -> str:
    if asked is None:
        return "gone"
    return "late" if asked.status == ConditionStatus.EXPIRED else asked.status


def _answer(secret: str, *, met: bool) -> str:
    try:
        conditions.answer_by_link(secret, met=met)
    except WrongState:
        return "waiting"
    except Expired:
        return "late"
    except DomainError:
        return "gone"
    return "confirmed" if met else "denied"
