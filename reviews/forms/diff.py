"""What an edit changes: values side by side, what the gate says to them, and the patch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import jsonpatch
import rfc8785
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gates import routing
from gates.admin.display import visible
from gates.queries.policies import policy_of
from reviews.forms.places import Place, at_pointer
from reviews.forms.values import ABSENT, is_number, number_shown, shared_decimals, shown
from reviews.models import Review

LONGEST_PATCH = 4_000
_MOST_CHECKS = 10
_MOST_PERCENT = 100_000


@dataclass(frozen=True, slots=True)
class Row:
    """One changed value, before and after; `delta` is the difference of two numbers."""

    label: str
    pointer: str
    before: str
    after: str
    is_number: bool
    delta: str


@dataclass(frozen=True, slots=True)
class Check:
    """Something the gate wants of the result, and whether it is so."""

    ok: bool
    text: str


@dataclass(frozen=True, slots=True)
class Diff:
    """What changes, and what does not."""

    rows: Sequence[Row]
    checks: Sequence[Check]
    patch: str
    unchanged: str

    @property
    def of_numbers(self) -> bool:
        """Whether every changed value is a number before and after."""
        return all(row.is_number for row in self.rows)


def diff_of(
    review: Review, places: Sequence[Place], before: Any, after: Any, wrong: Sequence[str] = ()
) -> Diff:
    """From `before` to `after`, as far as the places go. `wrong` are sentences about fields that
    could not be read.
    """
    rows = [row for place in places if (row := _row(place, before, after))]
    patch = jsonpatch.make_patch(review.proposal, after).patch if rows else []
    unread = [Check(ok=False, text=text) for text in wrong]
    checks = [*unread, *checks_of(review, after)] if rows else unread
    return Diff(rows, checks, _cut(patch) if patch else "", _unchanged(before, after))


def checks_of(review: Review, result: Any) -> list[Check]:
    """Whether a result fits the gate's schema and limits."""
    policy = policy_of(review.version)
    problems = routing.problems_with(policy, result, review.context)
    found = [Check(ok=False, text=_sentence(problem)) for problem in problems[:_MOST_CHECKS]]
    if not problems and policy.proposal_schema is not None:
        found.append(Check(ok=True, text=_("Fits the gate's schema")))
    if policy.limits:
        inside = routing.within_limits(policy, result, review.context, review.confidence)
        words = _("Inside the gate's limits") if inside else _("Outside the gate's limits")
        found.append(Check(inside, words))
    return found


def _sentence(problem: routing.FieldProblem) -> str:
    place = problem.pointer.removeprefix("/proposal").removeprefix("/")
    text = visible(problem.message)
    return f"{visible(place)}: {text}" if place else text


def _row(place: Place, before: Any, after: Any) -> Row | None:
    old, new = at_pointer(before, place.pointer), at_pointer(after, place.pointer)
    if _same(old, new):
        return None
    if not (is_number(old) and is_number(new)):
        return Row(place.label, place.pointer, shown(old), shown(new), is_number=False, delta="")
    first, second, decimals = Decimal(str(old)), Decimal(str(new)), shared_decimals([old, new])
    texts = number_shown(first, decimals), number_shown(second, decimals)
    delta = _delta(first, second)
    return Row(place.label, place.pointer, texts[0], texts[1], is_number=True, delta=delta)


def _same(old: Any, new: Any) -> bool:
    if old is ABSENT or new is ABSENT:
        return old is new
    return rfc8785.dumps(old) == rfc8785.dumps(new)


def _delta(old: Decimal, new: Decimal) -> str:
    """`+5 (+10%)`; nothing is a share of nought."""
    change = _signed(new - old)
    if not old:
        return change
    percent = (new - old) / abs(old) * 100
    if abs(percent) > _MOST_PERCENT:
        return change
    step = Decimal(1) if abs(percent) >= 1 else Decimal("0.01")
    return f"{change} ({_signed(percent.quantize(step))}%)"


def _signed(number: Decimal) -> str:
    return f"+{number_shown(number)}" if number > 0 else number_shown(number)


def _cut(patch: Any) -> str:
    text = visible(json.dumps(patch, indent=2, ensure_ascii=False))
    return text if len(text) <= LONGEST_PATCH else f"{text[:LONGEST_PATCH]}…"


def _unchanged(before: Any, after: Any) -> str:
    old, new = dict(_leaves(before)), dict(_leaves(after))
    count = sum(1 for place, value in old.items() if new.get(place, ABSENT) == value)
    return ngettext("%(count)s unchanged value", "%(count)s unchanged values", count) % {
        "count": count
    }


def _leaves(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every value that holds no other, by where it is."""
    if not isinstance(value, dict | list) or not value:
        yield place, value
        return
    members: Mapping[Any, Any] = value if isinstance(value, dict) else dict(enumerate(value))
    for name, part in members.items():
        yield from _leaves(part, (*place, name))
