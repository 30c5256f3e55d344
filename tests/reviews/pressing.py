"""What people press in the admin: actions of the list, buttons of a page, forms that confirm."""

from __future__ import annotations

from typing import Any

from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from reviews.models import Review
from tests.admins import shown

QUEUE = reverse("admin:reviews_review_changelist")
MOVE = reverse("admin:reviews_review_move")
RESULT = reverse("admin:reviews_review_result")


def choose(client: Client, move: str, *reviews: Review) -> Any:
    """Choose reviews in the list, and what to do with them."""
    chosen = {"action": move, "_selected_action": [str(review.pk) for review in reviews]}
    return client.post(QUEUE, chosen | {"index": "0"})


def press(client: Client, move: str, *reviews: Review, **said: Any) -> Any:
    """Press a button of a page; `confirmed` in `said` presses that of the page that asks."""
    return client.post(MOVE, {"move": move, "shown": shown(*reviews), **said})


def confirm(client: Client, move: str, *reviews: Review, **said: Any) -> Any:
    """Press the button of the page that asks."""
    return press(client, move, *reviews, confirmed="yes", **said)


def told(response: Any) -> list[str]:
    """The messages that the next page shows."""
    return [str(message) for message in get_messages(response.wsgi_request)]


def refused(response: Any) -> list[str]:
    """The refusals on the page that asks."""
    return list(response.context["refusals"])


def became(client: Client) -> dict[Any, str]:
    """What the page of the last batch says: an empty code where it worked."""
    return {line.review.pk: line.code for line in client.get(RESULT).context["lines"]}
