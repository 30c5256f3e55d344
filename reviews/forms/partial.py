"""Approving some items of a list, with what that comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviews.errors import FieldError
from reviews.forms.diff import Check, checks_of
from reviews.forms.places import at_pointer, edited
from reviews.forms.values import is_number, number_shown, shared_decimals, shown
from reviews.forms.verdict import VerdictForm

MOST_ITEMS = 200
MOST_COLUMNS = 6
LONGEST_CELL = 120
CHOICES = (("approve", _("Approve")), ("reject", _("Reject")))


@dataclass(frozen=True, slots=True)
class Column:
    """A member that items have beside their id; `decimals` of its numbers, if they can share it."""

    name: str
    label: str
    is_number: bool
    decimals: int | None = None

    def cell(self, item: Mapping[str, Any]) -> str:
        """What an item holds there."""
        if self.name not in item:
            return ""
        value = item[self.name]
        return self.number(Decimal(str(value))) if self.is_number else shown(value, LONGEST_CELL)

    def number(self, value: Decimal) -> str:
        """One of its numbers, or a sum of them."""
        return number_shown(value, self.decimals)


@dataclass(frozen=True, slots=True)
class Line:
    """One item: what it holds, and the question about it."""

    id: str
    cells: Sequence[tuple[Column, str]]
    field: BoundField


@dataclass(frozen=True, slots=True)
class Total:
    """Some of the items, added up."""

    label: str
    count: int
    sums: Sequence[str]


@dataclass(frozen=True, slots=True)
class Totals:
    """What is approved and what is left out."""

    columns: Sequence[Column]
    rows: Sequence[Total]
    checks: Sequence[Check]


class Pair(forms.RadioSelect):
    """Yes or no; a link to the field leads to the first of them."""

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """The id of one of them."""
        return super().id_for_label(id_, index or "0")


class PartialForm(VerdictForm):
    """A yes or no to each item; the reasons go with each item that is rejected."""

    verdict = "partial"
    template = "verdicts/partial.html"
    title = _("Approve part")
    hint = _("The workflow goes on with the items that you approve.")

    def build(self) -> None:
        """One question per item, none of them answered."""
        self.items = list(self._listed())
        self.columns = columns_of(self.items, self.key)
        for at, item in enumerate(self.items[:MOST_ITEMS]):
            self.fields[f"item_{at}"] = forms.ChoiceField(
                label=shown(item[self.key], LONGEST_CELL),
                choices=CHOICES,
                widget=Pair,
                error_messages={"required": _("Choose approve or reject.")},
            )

    @property
    def key(self) -> str:
        """The member that names an item."""
        return self.policy.items.id if self.policy.items else ""

    @property
    def offered(self) -> tuple[str, ...]:
        """Items are rejected here too."""
        return (self.verdict, "reject")

    @property
    def blocked(self) -> str:
        """A list may be too long for a page."""
        if len(self.items) <= MOST_ITEMS:
            return ""
        text = gettext("%(count)s items are too many for this page. Decide them by the API.")
        return text % {"count": len(self.items)}

    @property
    def commit(self) -> str:
        """What the button says that it does, as far as the items are chosen."""
        approved, all_of_them = len(self._chosen("approve")), len(self.items)
        if not approved and len(self._chosen("reject")) == all_of_them:
            return gettext("Reject all %(count)s") % {"count": all_of_them}
        return gettext("Approve %(some)s of %(count)s") % {"some": approved, "count": all_of_them}

    @property
    def lines(self) -> Iterator[Line]:
        """The items as the table shows them."""
        for at, item in enumerate(self.items[:MOST_ITEMS]):
            cells = [(column, column.cell(item)) for column in self.columns]
            yield Line(shown(item[self.key], LONGEST_CELL), cells, self[f"item_{at}"])

    @property
    def preview(self) -> Totals:
        """The sums of what is chosen so far."""
        numbers = [column for column in self.columns if column.is_number]
        approved, rejected = self._chosen("approve"), self._chosen("reject")
        open_ones = len(self.items) - len(approved) - len(rejected)
        rows = [
            _total(gettext("All"), self.items, numbers),
            _total(gettext("Approved"), approved, numbers),
            _total(gettext("Left out"), rejected, numbers),
        ]
        if open_ones:
            rows.append(Total(gettext("Not chosen yet"), open_ones, [""] * len(numbers)))
        return Totals(numbers, rows, [] if open_ones or not approved else self._checks(approved))

    def clean(self) -> dict[str, Any]:
        """A list that is not shown whole is not decided here."""
        if self.blocked:
            self.add_error(None, self.blocked)
        return super().clean()

    def words(self) -> dict[str, Any]:
        """The verdict on each item, in the order of the list."""
        return {"items": tuple(self._verdicts())}

    def field_at(self, pointer: str) -> str | None:
        """The question about the item that the pointer counts to."""
        parts = pointer.split("/")
        is_item = len(parts) > 2 and parts[1] == "items"  # noqa: PLR2004
        return f"item_{parts[2]}" if is_item else super().field_at(pointer)

    def reworded(self, part: FieldError) -> str:
        """If nothing is approved it is a rejection, which needs a reason."""
        if part.code == "reasons_required":
            return gettext("To reject every item, choose at least one reason.")
        return super().reworded(part)

    def _listed(self) -> list[dict[str, Any]]:
        if self.policy.items is None:
            return []
        listed = at_pointer(self.review.proposed, self.policy.items.list)
        return listed if isinstance(listed, list) else []

    def _verdicts(self) -> Iterator[dict[str, Any]]:
        reasons = list(self.cleaned_data.get("reasons", ()))
        for at, item in enumerate(self.items):
            verdict = self.cleaned_data[f"item_{at}"]
            why = {"reasons": reasons} if verdict == "reject" and reasons else {}
            yield {"id": item[self.key], "verdict": verdict, **why}

    def _chosen(self, verdict: str) -> list[dict[str, Any]]:
        shown_items = enumerate(self.items[:MOST_ITEMS])
        return [item for at, item in shown_items if self[f"item_{at}"].value() == verdict]

    def _checks(self, approved: list[dict[str, Any]]) -> list[Check]:
        pointer = self.policy.items.list if self.policy.items else ""
        return checks_of(self.review, edited(self.review.proposed, {pointer: approved}))


def columns_of(items: Sequence[Mapping[str, Any]], key: str) -> list[Column]:
    """The first members that the items have beside their id; numbers if they are nothing else."""
    names = list(dict.fromkeys(name for item in items for name in item if name != key))
    return [_column(items, name) for name in names[:MOST_COLUMNS]]


def _column(items: Sequence[Mapping[str, Any]], name: str) -> Column:
    label = shown(name.replace("_", " ").strip() or name, LONGEST_CELL)
    values = [item[name] for item in items if name in item]
    if not all(is_number(value) for value in values):
        return Column(name, label, is_number=False)
    return Column(name, label, is_number=True, decimals=shared_decimals(values))


def _total(label: str, items: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> Total:
    return Total(label, len(items), [column.number(_sum(items, column)) for column in columns])


def _sum(items: Sequence[Mapping[str, Any]], column: Column) -> Decimal:
    values = (Decimal(str(item[column.name])) for item in items if column.name in item)
    return sum(values, Decimal())
