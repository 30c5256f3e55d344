"""What a transition leaves behind: events and outgoing messages."""

from __future__ import annotations

from typing import Any

from gates.chain import first_flaw
from gates.models import Event
from gates.transitions.events import link_of
from reviews.models import Decision, Delivery, Review


def now(review: Review) -> Review:
    """The row as the database has it."""
    return Review.objects.get(pk=review.pk)


def asked(review: Review) -> str:
    """The slug of the team that is asked now."""
    team = now(review).team
    assert team is not None
    return team.slug


def ended(review: Review) -> tuple[str, str]:
    """(outcome, source of the final decision) of a review that is closed."""
    stored = now(review)
    assert stored.final_decision is not None
    return stored.outcome, stored.final_decision.source


def final_of(review: Review) -> Decision:
    """The decision that stands for the closed review."""
    final = now(review).final_decision
    assert final is not None
    return final


def events_of(review: Review) -> list[tuple[str, str, dict[str, Any]]]:
    """(verb, actor, data) of the review's events in order; their chain is whole, up to its head."""
    rows = list(Event.objects.filter(subject_type="review", subject_id=review.pk).order_by("seq"))
    stored = now(review)
    assert first_flaw((link_of(row), row.hash) for row in rows) is None
    assert (stored.event_count, stored.event_head) == (len(rows), rows[-1].hash)
    return [(row.verb, row.actor, row.data) for row in rows]


def last_event(review: Review) -> tuple[str, str, dict[str, Any]]:
    """(verb, actor, data) of the review's newest event."""
    return events_of(review)[-1]


def verbs_of(review: Review) -> list[str]:
    """The verbs of the review's events in order."""
    return [verb for verb, _, _ in events_of(review)]


def messages_of(review: Review) -> list[tuple[int, str]]:
    """(seq, type) of the outgoing messages, in order of writing."""
    rows = Delivery.objects.filter(review=review).order_by("created_at", "seq", "id")
    return [(row.seq, row.type) for row in rows]
