"""Approving on conditions: of the gate's catalogue, or in one's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates.policy import ConditionTemplate
from gates.routing import in_words
from reviews.errors import FieldError
from reviews.forms.approve import OVER_LIMIT
from reviews.forms.verdict import LinesField, Toggles, VerdictForm
from reviews.models.condition import CONFIRMS
from reviews.transitions.decisions import case_of
from reviews.verdicts import DEFAULT_TERMS_TIMEOUT

FREE = 2  # conditions in one's own words
LONGEST_TEXT, LONGEST_CONTACT, LONGEST_TIME = 1_000, 200, 3_650
_UNITS = {"hours": 3_600, "days": 86_400}
_PARTS = ("text", "confirms", "contact", "time")
_REWORDED = {
    "/conditions": _("Choose or write at least one condition."),
    "text": _("Say what must be confirmed."),
    "confirms": _("Choose who confirms."),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A condition of the catalogue, as it is offered."""

    template: ConditionTemplate
    who: str
    time: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Free:
    """The fields of a condition in one's own words; `open` if something is in them."""

    number: int
    text: BoundField
    confirms: BoundField
    contact: BoundField
    time: BoundField
    unit: BoundField
    open: bool


class ApproveIfForm(VerdictForm):
    """At least one condition, from the catalogue or free."""

    verdict = "approve_if"
    template = "verdicts/approve_if.html"
    title = _("Approve if…")
    hint = _("It is released once every condition is confirmed, and fails if one is not.")

    def build(self) -> None:
        """The catalogue, and room for a few of one's own."""
        if self.policy.conditions:
            self.fields["conditions"] = forms.MultipleChoiceField(
                label=_("Conditions"),
                required=False,
                choices=[(item.code, item.text) for item in self.policy.conditions],
                widget=Toggles,
            )
        for at in range(FREE):
            self.fields.update(_free_fields(at))

    @property
    def commit(self) -> str:
        """What the button says that it does."""
        return gettext("Approve on condition")

    @property
    def blocked(self) -> str:
        """A proposal outside the limits is not approved as it is, nor on conditions."""
        return str(OVER_LIMIT) if case_of(self.review).over_limit else ""

    @property
    def catalogue(self) -> list[Offer]:
        """The conditions to choose from."""
        chosen = self["conditions"].value() or () if "conditions" in self.fields else ()
        who = dict(CONFIRMS)
        return [
            Offer(
                item, str(who[item.confirms]), in_words(item.timeout, gettext), item.code in chosen
            )
            for item in self.policy.conditions
        ]

    @property
    def frees(self) -> list[Free]:
        """The conditions in one's own words. Without a catalogue the first is open."""
        return [self._free(at) for at in range(FREE)]

    def words(self) -> dict[str, Any]:
        """The chosen ones of the catalogue, then the free ones."""
        chosen = [{"code": code} for code in self.cleaned_data.get("conditions", ())]
        used = [at for at in range(FREE) if any(self._part(at, part) for part in _PARTS)]
        self._places = ["conditions"] * len(chosen) + [f"_{at}" for at in used]
        return {"conditions": (*chosen, *(self._terms(at) for at in used))}

    def field_at(self, pointer: str) -> str | None:
        """The catalogue, or the part of the free condition that the pointer counts to."""
        parts = pointer.split("/")
        if parts[1:2] != ["conditions"]:
            return super().field_at(pointer)
        if len(parts) < 4:  # noqa: PLR2004
            return "conditions" if "conditions" in self.fields else "text_0"
        place = self._places[int(parts[2])]
        return place if place == "conditions" else f"{parts[3]}{place}"

    def reworded(self, part: FieldError) -> str:
        """What is missing, in the words of the page."""
        last = part.pointer if part.pointer == "/conditions" else part.pointer.split("/")[-1]
        is_missing = part.code == "required" and part.pointer.startswith("/conditions")
        return str(_REWORDED[last]) if is_missing else super().reworded(part)

    def _part(self, at: int, part: str) -> Any:
        return self.cleaned_data.get(f"{part}_{at}")

    def _terms(self, at: int) -> dict[str, Any]:
        terms = {part: self._part(at, part) for part in ("text", "confirms", "contact")}
        time, unit = self._part(at, "time"), self._part(at, "unit") or "days"
        return {**terms, "timeout": time * _UNITS[unit] if time else None}

    def _free(self, at: int) -> Free:
        fields = {part: self[f"{part}_{at}"] for part in _PARTS}
        used = any(field.value() or field.errors for field in fields.values())
        is_open = used or (at == 0 and not self.policy.conditions)
        return Free(number=at + 1, **fields, unit=self[f"unit_{at}"], open=is_open)


def _free_fields(at: int) -> dict[str, forms.Field]:
    parts = {"text": _text(), "confirms": _confirms(), "contact": _contact()}
    named = {**parts, "time": _time(), "unit": _unit()}
    return {f"{part}_{at}": field for part, field in named.items()}


def _text() -> forms.Field:
    return LinesField(
        label=_("What must be confirmed"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def _confirms() -> forms.Field:
    choices = [("", _("Choose")), *CONFIRMS]
    return forms.ChoiceField(label=_("Who confirms"), required=False, choices=choices)


def _contact() -> forms.Field:
    return forms.CharField(
        label=_("Contact"),
        required=False,
        max_length=LONGEST_CONTACT,
        help_text=_("who to ask, such as an e-mail address"),
    )


def _time() -> forms.Field:
    return forms.IntegerField(
        label=_("Time to confirm"),
        required=False,
        min_value=1,
        max_value=LONGEST_TIME,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("%(time)s if empty") % {"time": in_words(DEFAULT_TERMS_TIMEOUT, gettext)},
    )


def _unit() -> forms.Field:
    choices = [("hours", _("hours")), ("days", _("days"))]
    return forms.ChoiceField(label=_("Unit"), required=False, choices=choices, initial="days")
