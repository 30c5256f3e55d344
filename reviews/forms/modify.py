"""Modifying: a form made from the gate's schema, and what the edit changes."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reviews.forms.diff import Diff, diff_of
from reviews.forms.places import Place, edited, places_of
from reviews.forms.verdict import VerdictForm


class ModifyForm(VerdictForm):
    """One field for each place that the gate lets people edit."""

    verdict = "modify"
    template = "verdicts/modify.html"
    title = _("Modify")
    hint = _("The workflow goes on with your values. What was proposed is kept.")

    def build(self) -> None:
        """The fields, with what is proposed now in them."""
        self.places = places_of(self.policy, self.review.proposed)
        for place in self.places:
            self.fields[place.name] = place.control()

    @property
    def commit(self) -> str:
        """What the button says that it does."""
        return gettext("Vote for the edit") if self.by_vote else gettext("Go on with the edit")

    @property
    def blocked(self) -> str:
        """There may be nothing to edit in this very proposal."""
        return "" if self.places else gettext("Nothing in this proposal can be edited.")

    @property
    def edits(self) -> list[BoundField]:
        """The fields of the editable places."""
        return [self[place.name] for place in self.places]

    @property
    def preview(self) -> Diff:
        """What the texts, as they stand, would change."""
        document, wrong = self._read()
        sentences = [
            f"{place.label}: {' '.join(wrong[place.name].messages)}"
            for place in self.places
            if place.name in wrong
        ]
        return diff_of(self.review, self.places, self.review.proposed, document, sentences)

    def clean(self) -> dict[str, Any]:
        """What does not parse is said first; only a whole edit is put to the gate."""
        self._document, wrong = self._read()
        for name, error in wrong.items():
            if name not in self.errors:
                self.add_error(name, error)
        return super().clean()

    def words(self) -> dict[str, Any]:
        """The proposal with the edit."""
        return {"proposal": self._document}

    def field_at(self, pointer: str) -> str | None:
        """The field whose place is the pointer's, or holds it."""
        inner = pointer.removeprefix("/proposal")
        holding = [
            place
            for place in self.places
            if pointer.startswith("/proposal/")
            and (inner == place.pointer or inner.startswith(f"{place.pointer}/"))
        ]
        closest = max(holding, key=lambda place: len(place.pointer), default=None)
        return closest.name if closest else super().field_at(pointer)

    def _read(self) -> tuple[Any, dict[str, ValidationError]]:
        """The proposal with what can be read of the texts, and what cannot, by field."""
        changes: dict[str, Any] = {}
        wrong: dict[str, ValidationError] = {}
        for place in self.places:
            try:
                value = place.read(self._text(place))
            except ValidationError as error:
                wrong[place.name] = error
                continue
            if value is not place.value:
                changes[place.pointer] = value
        return edited(self.review.proposed, changes), wrong

    def _text(self, place: Place) -> str:
        """The text of a field; one that was not sent was not touched."""
        text = self[place.name].value()
        return place.text if text is None else str(text)
