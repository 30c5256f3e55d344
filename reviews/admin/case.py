"""Everything there is about one review, as its page shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gates import clock
from gates.admin.display import pretty
from gates.policy import GatePolicy
from gates.queries.policies import policy_of
from reviews.admin.explaining import explained
from reviews.models import Assignment, Comment, Condition, Decision, Review
from reviews.queries import outlook
from reviews.states import Status
from reviews.templatetags.facts import fact
from reviews.templatetags.gatehouse import in_short
from reviews.templatetags.words import name_of

MOST_PARTS = 50
_ORIGINS = {
    "system": gettext_lazy("from our systems"),
    "ai": gettext_lazy("from the AI"),
    "customer": gettext_lazy("from the customer"),
}


@dataclass(frozen=True, slots=True)
class Clock:
    """A moment that somebody waits for, and in words what it brings; `since` where it began."""

    label: str
    until: datetime
    text: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the agent sent along; `ai` if the AI wrote it."""

    label: str
    origin: str
    shown: SafeString | str
    ai: bool = False


@dataclass(frozen=True, slots=True)
class Parts:
    """What belongs to the review, each kind in one statement; the first MOST_PARTS of each."""

    decisions: Sequence[Decision]
    conditions: Sequence[Condition]
    assignments: Sequence[Assignment]
    comments: Sequence[Comment]


def case_of(review: Review) -> dict[str, Any]:
    """What the page of the review needs beside the review."""
    now = clock.now()
    policy = policy_of(review.version)
    names = outlook.names_of(policy)
    return {
        "now": now,
        "clocks": list(clocks(review, names, now)),
        "explained": explained(review, names),
        "proposal": fact(review.proposal),
        "edit": fact(review.edit) if review.edit is not None else "",
        "facts": list(facts(review, policy)),
        "raw": {
            "proposal": pretty(review.proposal),
            "context": pretty(review.context),
            "result": pretty(review.result),
        },
        "requester": fact(review.requester) if review.requester else "",
        "metadata": fact(review.metadata) if review.metadata else "",
        "confidence": "" if review.confidence is None else f"{review.confidence:.2f}",
        "parts": parts_of(review),
        "revision": Review.objects.filter(revises=review.pk).only("pk", "title").first(),
    }


def clocks(review: Review, names: Mapping[str, str], now: datetime) -> Iterator[Clock]:
    """The gate's clock and the reviewer's, never mixed; a held verdict has one of its own."""
    assignment = review.assignment
    if review.status == Status.PENDING and review.due_at is not None:
        since = assignment.opened_at if assignment is not None else None
        what = outlook.consequence(review, names)
        said = _("{what} in {left}").format(what=what, left=in_short(review.due_at - now))
        yield Clock(_("Gate deadline"), review.due_at, said, since)
        until = assignment.lease_until if assignment is not None else None
        if assignment is not None and until is not None and until > now:
            said = _("%(who)s holds it for %(left)s")
            told = {"who": name_of(assignment.reviewer), "left": in_short(until - now)}
            yield Clock(_("Lease"), until, said % told)
    if review.status == Status.HELD and review.held_until is not None:
        said = _("Released in %(left)s") % {"left": in_short(review.held_until - now)}
        yield Clock(_("Undo window"), review.held_until, said)
    if review.status == Status.CONDITIONAL and review.wake_at is not None:
        said = _("Fails in %(left)s unless what is due by then is met")
        left = in_short(review.wake_at - now)
        yield Clock(_("Conditions"), review.wake_at, said % {"left": left})


def facts(review: Review, policy: GatePolicy) -> Iterator[Fact]:
    """The context in the order of the gate; what it does not name comes last."""
    context: Mapping[str, Any] = review.context
    for item in policy.context:
        if item.key in context:
            shown = fact(context[item.key], item.kind)
            yield Fact(item.label, str(_ORIGINS[item.origin]), shown, ai=item.origin == "ai")
    named = {item.key for item in policy.context}
    for key, value in context.items():
        if key not in named:
            yield Fact(key, str(_ORIGINS["ai"]), fact(value), ai=True)


def parts_of(review: Review) -> Parts:
    """In order of time, without what each part's own page shows."""
    decisions = review.decisions.order_by("id").defer("result", "patch", "items")
    assignments = review.assignments.select_related("team", "reviewer")
    return Parts(
        decisions=list(decisions[:MOST_PARTS]),
        conditions=list(review.conditions.order_by("id")[:MOST_PARTS]),
        assignments=list(assignments.order_by("opened_at", "id")[:MOST_PARTS]),
        comments=list(review.comments.select_related("author").order_by("id")[:MOST_PARTS]),
    )
