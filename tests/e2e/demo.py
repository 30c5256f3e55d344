"""What the demo's seed has planted, found for a picture of it."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse

from gates import clock
from gates.models import ApiKey
from hitl_project.demo.cases import INVENTORS
from hitl_project.demo.seeding import AGENT_KEY
from reviews.models import Review
from reviews.transitions import decisions, submissions
from reviews.transitions.submissions import Submission
from reviews.verdicts import Answer
from tests.e2e.rooms import now, settled
from tests.factories import decide
from tests.factories import person as acting

STORIES = {"refund": ("broken", 149.0), "bulk_credit": ("outage",), "close_account": ("fraud",)}
CONFIRM = "The customer confirms the new address by e-mail."


def person(username: str) -> User:
    """One of the demo's people."""
    return User.objects.get(username=username)


def fresh(gate: str) -> Review:
    """A case that has just come and needs a person."""
    random = Random(len(gate))  # noqa: S311
    body = INVENTORS[gate](random, *STORIES.get(gate, ())).submission()
    key = ApiKey.objects.get(name=AGENT_KEY, revoked=False)
    body |= {"external_id": f"demo-{uuid4().hex[:6]}", "confidence": min(body["confidence"], 0.7)}
    return submissions.submit(Submission(**body), key=key)


def planted(**wanted: Any) -> Review:
    """A review of the past; the newest that there is."""
    return Review.objects.filter(**wanted).order_by("-id")[0]


def held() -> Review:
    """A refund that the reviewer has just approved."""
    return decide(fresh("refund"), person("reviewer"), note="Seen the picture.")


def conditional(confirms: str = "link") -> tuple[Review, str]:
    """A refund that waits for somebody, and the address at which he answers."""
    terms = {"text": CONFIRM, "confirms": confirms, "contact": "jane.smith@example.com"}
    review, links = bound(terms)
    moment = clock.now()  # its undo window is over: nobody waits for it
    Review.objects.filter(pk=review.pk).update(held_until=moment, wake_at=moment)
    settled(review, "conditional")
    return review, links[0] if links else ""


def bound(*terms: dict[str, str]) -> tuple[Review, list[str]]:
    """A refund that is approved on conditions, still held; where outsiders answer."""
    review, answer = fresh("refund"), Answer("approve_if", conditions=terms)
    decided = decisions.decide(review.pk, actor=acting(person("reviewer")), answer=answer)
    secrets = decided.links.values()
    return now(review), [settings.BASE_URL + reverse("condition", args=[one]) for one in secrets]
