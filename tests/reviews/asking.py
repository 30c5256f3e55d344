"""Reviews that are approved on the word of an outside person, and his browser."""

from typing import Any
from uuid import UUID

from django.test import Client

from reviews.transitions import decisions
from reviews.verdicts import Answer
from tests.factories import T0, UNDO_WINDOW, after, at, desk, person, sweep

WEEK = 7 * 86_400
TERMS = {"text": "Jane Smith lives at <b>14 Alder Row</b>.", "confirms": "link"}


def bound(*terms: dict[str, str], **overrides: object) -> tuple[UUID, list[str]]:
    """A review that is approved on conditions at T0, and the addresses of their pages."""
    at_desk = desk(**overrides)
    with at(T0):
        review = at_desk.submit()
        answer = Answer("approve_if", conditions=terms or (TERMS,))
        decided = decisions.decide(review.pk, actor=person(at_desk.reviewer), answer=answer)
    return review.pk, [f"/conditions/{secret}/" for secret in decided.links.values()]


def released(*terms: dict[str, str], **overrides: object) -> tuple[UUID, list[str]]:
    """The same, past the undo window: the conditions are open."""
    review_id, pages = bound(*terms, **overrides)
    sweep(after(UNDO_WINDOW))
    return review_id, pages


def look(visitor: Client, page: str, seconds: float = UNDO_WINDOW + 60) -> Any:
    """Open the page."""
    with at(after(seconds)):
        return visitor.get(page)


def answer(
    visitor: Client, page: str, value: str = "confirm", seconds: float = UNDO_WINDOW + 60
) -> Any:
    """Press one of the two buttons."""
    with at(after(seconds)):
        return visitor.post(page, {"answer": value})
