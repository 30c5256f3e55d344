"""What a person has typed and not sent. It changes nothing but itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from gates import clock
from reviews.models import Draft

LARGEST = 64_000  # characters of all fields


def keep(
    review_id: UUID, user_id: int, verdict: str, fields: Mapping[str, Sequence[str]]
) -> Draft | None:
    """Keep the fields of a form, one draft for each review and person; None if it is too much."""
    if not fits(fields):
        return None
    kept = {"verdict": verdict, "fields": fields, "saved_at": clock.now()}
    found, _new = Draft.objects.update_or_create(
        review_id=review_id, user_id=user_id, defaults=kept
    )
    return found


def fits(fields: Mapping[str, Sequence[str]]) -> bool:
    """False for more than is kept for anybody."""
    return sum(len(text) for texts in fields.values() for text in texts) <= LARGEST


def drop(review_id: UUID, user_id: int) -> None:
    """Forget the draft, if there is one."""
    Draft.objects.filter(review=review_id, user=user_id).delete()
