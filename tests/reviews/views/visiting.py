"""A person in a browser, with and without its script."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from reviews.models import Review


def browser(person: User) -> Client:
    """A browser in which the person is signed in."""
    client = Client()
    client.force_login(person)
    return client


def script(target: str) -> dict[str, str]:
    """The headers with which the page's script asks for a part of it."""
    return {"HX-Request": "true", "HX-Target": target}


def text_of(response: Any) -> str:
    """The page with single blanks."""
    return " ".join(response.content.decode().split())


def page(review: Review, last: str = "") -> str:
    """The address of a review, or of what may be done to it."""
    return f"/reviews/{review.pk}/{last}"


def decide(client: Client, review: Review, verdict: str, **fields: Any) -> Any:
    """Send the form of a verdict, on what the review is now."""
    sent = {"verdict": verdict, "digest": review.digest, **fields}
    return client.post(page(review, "decide/"), sent)


def move(client: Client, review: Review, name: str, **fields: Any) -> Any:
    """Send the form of a move, or press its button."""
    return client.post(page(review, f"{name}/"), fields)


def rows(response: Any) -> list[Any]:
    """The ids of the reviews that a queue lists."""
    return [row.pk for row in response.context["page"].rows]


def where(response: Any) -> tuple[int, str]:
    """The status, and where to."""
    return response.status_code, response.headers.get("Location", "")


def stored(review: Review | None = None) -> Any:
    """The review as it is in the database now; the only one, if none is named."""
    return Review.objects.get(**({"pk": review.pk} if review else {}))
