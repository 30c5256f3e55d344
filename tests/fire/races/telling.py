"""What racers were told, and what is said of a race that went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from traceback import format_exception
from typing import Any

from reviews.errors import DomainError
from reviews.models import Review
from tests.fire.part import say

DONE = "done"
BROKEN = "broken: "  # what no caller should ever see


def codes_of(moves: Iterable[Future[Any]]) -> Counter[str]:
    """How many moves were told what: DONE, the code of a refusal, or BROKEN and what was raised."""
    return Counter(_code(move.exception()) for move in moves)


def broken(codes: Counter[str]) -> int:
    """How many were neither done nor refused."""
    return sum(times for code, times in codes.items() if code.startswith(BROKEN))


def holds(check: Callable[[Review], None], review: Review) -> bool:
    """True if what the check asserts is so."""
    try:
        check(review)
    except AssertionError as flaw:
        say(f"! {review.pk}: {''.join(format_exception(flaw))}")
        return False
    return True


def _code(refusal: BaseException | None) -> str:
    if refusal is None:
        return DONE
    return refusal.code if isinstance(refusal, DomainError) else f"{BROKEN}{refusal!r}"
