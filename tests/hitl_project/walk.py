"""Every kind of page, for the tests of what holds on each: add a page here and all of them see it.

This module is also the address list of those tests: the site's own, and what fails as it is told.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from gates.policy import Triggers
from tests.factories import LINES, PARTIAL, PASSWORD, T0, UNDO_WINDOW, after, at, desk, team, user
from tests.reviews.asking import TERMS, WEEK, answer, bound, look, released

Visit = Callable[[], Any]  # the answer of Django's test client

FAILURES: dict[int, type[Exception]] = {
    400: SuspiciousOperation,
    403: PermissionDenied,
    500: ZeroDivisionError,
}
MODES = ("approve", "modify", "partial", "approve_if", "reject", "respond")
EMPTY_IS_WRONG = ("modify", "approve_if", "reject", "respond")
MOVES = ("ask", "pass", "assign", "escalate", "cancel", "comment")


def fail(request: HttpRequest, status: int) -> HttpResponse:
    """Raise what ends in this status."""
    raise FAILURES[status]("internal words")


urlpatterns = [path("fails/<int:status>/", fail), path("", include("hitl_project.urls"))]
handler400 = "hitl_project.errors.bad_request"
handler403 = "hitl_project.errors.permission_denied"
handler404 = "hitl_project.errors.page_not_found"
handler500 = "hitl_project.errors.server_error"


@contextmanager
def walking() -> Iterator[None]:
    """At T0, with the addresses above."""
    with at(T0), override_settings(ROOT_URLCONF=__name__):
        yield


def _stranger() -> Client:
    return Client(raise_request_exception=False)


def _ann() -> Client:
    return _of("ann")


def _root() -> Client:
    return _of("root", is_staff=True, is_superuser=True)


def _boss() -> Client:
    """A lead with every permission: nothing is hidden from her."""
    team("support_team", lead=user("boss", is_superuser=True))
    return _of("boss")


def _of(name: str, **fields: bool) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user(name, **fields))
    return client


def _failing(status: int) -> Visit:
    return lambda: _stranger().get(f"/fails/{status}/")


def _kept() -> Any:
    client = _stranger()
    session = client.session
    session["kept"] = {"review": "1", "fields": {}}
    session.save()
    return client.get("/login/?next=/preferences/")


def _wrong_password() -> Any:
    return _stranger().post("/login/", {"username": "ann", "password": "wrong"})


def _untrusted() -> Any:
    return Client(enforce_csrf_checks=True).post("/login/", {"username": "a", "password": PASSWORD})


def _answered(value: str, *terms: dict[str, str]) -> Visit:
    return lambda: answer(_stranger(), released(*terms)[1][0], value)


def _preferences_saved() -> Any:
    client = _ann()
    chosen = {"theme": "dark", "density": "compact", "after_decision": "stay"}
    return client.post("/preferences/", chosen, follow=True)


def _queue(tab: str) -> Visit:
    def visit() -> Any:
        desk().review_in("pending")
        return _ann().get(f"/queues/support_team/?tab={tab}")

    return visit


def _beside_the_list() -> Any:
    review = desk().review_in("pending")
    return _ann().get(f"/queues/support_team/?review={review.pk}")


def _home() -> Any:
    at_desk = desk()
    for state in ("pending", "held", "conditional"):
        at_desk.review_in(state)
    return _ann().get("/")


def _review(state: str, **query: str) -> Visit:
    """A review as one sees it who may do everything; one that is held, before its window ends."""

    def visit() -> Any:
        at_desk = desk(**PARTIAL)
        proposal = {"amount": 120, "order": "A-17", "lines": LINES}
        review = at_desk.review_in(
            state,
            proposal=proposal,
            confidence=0.7,
            recommendation="approve",
            rationale="The lamp is broken.",
        )
        with at(after(1)):
            return _boss().get(f"/reviews/{review.pk}/", query)

    return visit


def _asked_for_everything() -> Any:
    triggers = Triggers(irreversible=True, stakes="proposal.amount > 100", confidence_below=0.9)
    review = desk(triggers=triggers, limits="proposal.amount < 100").submit(confidence=0.7)
    return _ann().get(f"/reviews/{review.pk}/")


def _refused(verdict: str) -> Visit:
    """An empty form comes back with what is wrong in it."""

    def visit() -> Any:
        review = desk().review_in("pending")
        sent = {"verdict": verdict, "digest": review.digest}
        return _ann().post(f"/reviews/{review.pk}/decide/", sent)

    return visit


def _too_late() -> Any:
    at_desk = desk()
    review = at_desk.review_in("closed_by_timeout")
    with at(after(100_000)):
        sent = {"verdict": "approve", "digest": review.digest}
        return _ann().post(f"/reviews/{review.pk}/decide/", sent)


def _listed(model: str) -> Any:
    desk().submit()
    return _root().get(f"/admin/{model}/")


PLAIN: dict[str, Visit] = {
    "sign-in": lambda: _stranger().get("/login/?next=/preferences/"),
    "sign-in, wrong": _wrong_password,
    "sign-in, kept": _kept,
    "sign-in, signed in": lambda: _ann().get("/login/"),
    "condition, open": lambda: look(_stranger(), released()[1][0]),
    "condition, one of two": lambda: look(_stranger(), released(TERMS, TERMS)[1][0]),
    "condition, neither": _answered("maybe"),
    "condition, waiting": lambda: look(_stranger(), bound()[1][0], 1),
    "condition, released": _answered("confirm"),
    "condition, confirmed": _answered("confirm", TERMS, TERMS),
    "condition, denied": _answered("deny"),
    "condition, late": lambda: look(_stranger(), released()[1][0], UNDO_WINDOW + WEEK),
    "condition, gone": lambda: look(_stranger(), "/conditions/unknown/"),
    "400": _failing(400),
    "403": _failing(403),
    "404": lambda: _stranger().get("/nothing/"),
    "500": _failing(500),
    "no token": _untrusted,
}
WORKSPACE: dict[str, Visit] = {
    "preferences": lambda: _ann().get("/preferences/"),
    "preferences, saved": _preferences_saved,
    "preferences, wrong": lambda: _ann().post("/preferences/", {"theme": "pink"}),
    "home": _home,
    "home, empty": lambda: _ann().get("/"),
    **{f"queue, {tab}": _queue(tab) for tab in ("available", "mine", "all", "done")},
    "queue, beside the list": _beside_the_list,
    **{f"review, {mode}": _review("pending", verdict=mode) for mode in MODES},
    **{f"review, {move}": _review("pending", move=move) for move in MOVES},
    **{
        f"review, {mode}, wrong": _refused(mode)
        for mode in ("modify", "approve_if", "reject", "respond")
    },
    "review, overturn": _review("rejected", move="overturn"),
    "review, asked for everything": _asked_for_everything,
    "review, too late": _too_late,
    **{
        f"review, {state}": _review(state)
        for state in (
            "pending",
            "held",
            "held_condition",
            "conditional",
            "closed_by_human",
            "rejected",
            "closed_by_timeout",
            "closed_by_cancel",
            "closed_by_policy",
        )
    },
}
ADMIN: dict[str, Visit] = {
    "admin": lambda: _root().get("/admin/"),
    "admin, sign-in": lambda: _stranger().get("/admin/login/"),
    "admin, reviews": lambda: _listed("reviews/review"),
    "admin, gates": lambda: _listed("gates/gate"),
    "admin, people": lambda: _root().get("/admin/auth/user/"),
    "admin, a person": lambda: _root().get("/admin/auth/user/add/"),
    "API, described": lambda: _stranger().get("/api/v1/docs/"),
}
