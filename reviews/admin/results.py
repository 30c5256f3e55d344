"""What became of the reviews of a batch: kept in the session, so that the page may be reloaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

from reviews.admin.making import MOVES
from reviews.admin.moving import Move
from reviews.models import Review
from reviews.transitions.batches import ItemResult

KEPT = "reviews.admin.result"  # the last one, of whichever tab


@dataclass(frozen=True, slots=True)
class Line:
    """One review, and what was said of it; no code where it worked."""

    review: Review
    code: str
    text: str

    @property
    def again(self) -> str:
        """What a form sends to choose it once more."""
        return f"{self.review.pk}:{self.review.digest}"


@dataclass(frozen=True, slots=True)
class Kept:
    """A move, and for each review the code and the sentence of its refusal."""

    move: Move
    items: Mapping[UUID, tuple[str, str]]

    def lines(self, reviews: Mapping[UUID, Review]) -> list[Line]:
        """Of what the person may see; the refused ones first."""
        found = [
            Line(reviews[pk], code, text)
            for pk, (code, text) in self.items.items()
            if pk in reviews
        ]
        return sorted(found, key=lambda line: not line.code)


def keep(session: SessionBase, move: Move, results: Sequence[ItemResult]) -> None:
    """Remember the results; ids, codes and sentences only."""
    items = [[str(result.id), *_said(result)] for result in results]
    session[KEPT] = {"move": move.name, "items": items}


def kept(session: SessionBase) -> Kept | None:
    """The last results of this person's browser."""
    stored: dict[str, Any] = session.get(KEPT, {})
    move = MOVES.get(stored.get("move", ""))
    if move is None:
        return None
    return Kept(move, {UUID(pk): (code, text) for pk, code, text in stored["items"]})


def _said(result: ItemResult) -> tuple[str, str]:
    refusal = result.refusal
    if refusal is None:
        return "", ""
    return ", ".join([refusal.code, *refusal.extra.get("why", ())]), refusal.message
