"""What people say about a review: remarks and questions. Neither stops a clock."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from gates import clock
from gates.actors import Actor
from reviews.errors import invalid
from reviews.models import Comment, Review
from reviews.transitions import rights
from reviews.transitions.change import Change
from reviews.transitions.moves import lock_one, run


def comment(review_id: UUID, *, actor: Actor, text: str) -> Review:
    """Add an internal remark, whatever the review's state."""
    _check_text("/text", text)
    with transaction.atomic():
        review = lock_one(review_id)
        change = Change(now=clock.now(), actor=actor)
        _add(review, change, text)
        change.log(review, "commented")
        change.write()
    return review


def ask(review_id: UUID, *, actor: Actor, question: str) -> Review:
    """Ask for what is missing. The review stays pending, its deadline runs, and everybody sees the
    question.
    """
    _check_text("/question", question)

    def work(review: Review, change: Change) -> None:
        rights.free_of_others(review, change, rights.member_of_level(review, change))
        change.set(rights.assignment_of(review), question=question, asked_at=change.now)
        change.log(review, "asked")

    return run("ask", review_id, actor, work)


def see(review_id: UUID, *, actor: Actor) -> None:
    """Note that a person opened the review for the first time."""
    with transaction.atomic():
        review = lock_one(review_id)
        change = Change(now=clock.now(), actor=actor)
        if review.seen_at is None:
            rights.person_of(change)
            change.set(review, seen_at=change.now)
            change.log(review, "seen")
        change.write()


def _add(review: Review, change: Change, text: str) -> None:
    user_id = rights.person_of(change)
    change.new(
        Comment(
            id=clock.new_id(change.now), review=review, author_id=user_id, text=text, at=change.now
        )
    )


def _check_text(pointer: str, text: str) -> None:
    if not text.strip():
        raise invalid(pointer, "required", "Write something.")
