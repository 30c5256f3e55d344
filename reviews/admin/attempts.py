"""One request to make a move: what was sent, and the words in which it is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from gates.admin.display import pretty, visible
from gates.queries.policies import policy_of
from reviews.admin.expecting import expected
from reviews.admin.explaining import explained
from reviews.admin.making import Move, Shown
from reviews.errors import DomainError
from reviews.models import Review
from reviews.queries import outlook
from reviews.templatetags.facts import fact


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to make a move: on which reviews, as they were shown."""

    request: HttpRequest
    move: Move
    shown: Shown
    reviews: Mapping[UUID, Review]


def read_shown(posted: Sequence[str]) -> dict[UUID, str]:
    """The `id:digest` pairs of a form; what is none is left out."""
    pairs = [item.partition(":") for item in posted]
    return {pk: digest for raw, _colon, digest in pairs if digest and (pk := uuid_of(raw))}


def uuid_of(raw: str) -> UUID | None:
    """The id, or None for text that is none."""
    try:
        return UUID(raw)
    except ValueError:
        return None


def heading(move: Move, count: int) -> str:
    """The question that the page asks."""
    if count == 1:
        return _("%(move)s this review?") % {"move": move.label}
    return _("%(move)s: %(count)s reviews") % {"move": move.label, "count": count}


def details(review: Review) -> dict[str, Any]:
    """What is decided on, where it is one review."""
    return {
        "proposal": fact(review.proposed),
        "context": fact(review.context),
        "rationale": pretty(review.rationale),
        "explained": explained(review, outlook.names_of(policy_of(review.version))),
    }


def foreseen(move: Move, reviews: Sequence[Review]) -> list[tuple[Review, str]]:
    """The reviews, each with what will happen to it."""
    sentences = expected(move, reviews)
    return [(review, sentences[review.pk]) for review in reviews]


def done(attempt: Attempt, made: UUID) -> str:
    """What worked, with a link to it."""
    url = reverse("admin:reviews_review_change", args=[made])
    return format_html(
        '{}: <a href="{}">{}</a>', attempt.move.done, url, visible(attempt.reviews[made].title)
    )


def line_of(review: Review | None, refusal: DomainError | None) -> str:
    """Which review was refused, with which code, and why."""
    title = visible(review.title) if review is not None else "?"
    if refusal is None:
        return title
    codes = ", ".join([refusal.code, *refusal.extra.get("why", ())])
    return f"“{title}”: {refusal} ({codes})"
