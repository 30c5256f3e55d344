"""What a form about reviews sends, and the words in which it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html

from gates.admin.display import pretty, visible
from gates.queries.policies import policy_of
from reviews.admin.expecting import expected
from reviews.admin.explaining import explained
from reviews.admin.moving import Attempt, Move
from reviews.errors import DomainError
from reviews.models import Review
from reviews.queries import outlook
from reviews.queries.named import uuid_of
from reviews.templatetags.facts import fact


def read_shown(posted: Sequence[str]) -> dict[UUID, str]:
    """The `id:digest` pairs of a form; what is none is left out."""
    pairs = [item.partition(":") for item in posted]
    return {pk: digest for raw, _colon, digest in pairs if digest and (pk := uuid_of(raw))}


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
        '{}: <a href="{}">{}</a>', attempt.move.done, url, visible(attempt.rows[made].title)
    )


def line_of(review: Review | None, refusal: DomainError | None) -> str:
    """Which review was refused, with which code, and why."""
    title = visible(review.title) if review is not None else "?"
    if refusal is None:
        return title
    codes = ", ".join([refusal.code, *refusal.extra.get("why", ())])
    return f"“{title}”: {refusal} ({codes})"
