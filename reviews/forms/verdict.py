"""What every form of a verdict has: the digest, the reasons that the gate offers, a note."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from gates.policy import Reason
from gates.queries.policies import policy_of
from reviews import verdicts
from reviews.errors import FieldError, Invalid
from reviews.models import Review
from reviews.transitions.decisions import case_of

LONGEST_NOTE = 5_000
_KEYS = 9  # a reason after the ninth has no key
_REWORDED = {
    "reasons_required": _("Choose at least one reason."),
    "unchanged": _("Nothing is changed yet."),
}


class LinesField(forms.CharField):
    """Text of several lines; browsers send their ends as two signs, we keep one."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        """The text with plain line ends."""
        return super().to_python(one_line_end(value) if isinstance(value, str) else value) or ""


class Toggles(forms.CheckboxSelectMultiple):
    """Checkboxes; a link to the field leads to the first of them."""

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """The id of one of them."""
        return super().id_for_label(id_, index or "0")


def one_line_end(text: str) -> str:
    """The text with each line end written as one sign."""
    return re.sub("\r\n?", "\n", text)


@dataclass(frozen=True, slots=True)
class Toggle:
    """A reason as it is offered; `key` is the digit that chooses it."""

    reason: Reason
    key: str
    chosen: bool


class VerdictForm(forms.Form):
    """A verdict on one review. `answer()` is what the person says, once `is_valid()`."""

    verdict = ""
    template = "verdicts/plain.html"
    title: Any = ""
    hint: Any = ""
    use_required_attribute = False

    digest = forms.CharField(
        widget=forms.HiddenInput,
        max_length=64,
        error_messages={"required": _("Open the page again: it is not known what you looked at.")},
    )
    note = LinesField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "data-note": ""}),
    )

    def __init__(
        self,
        review: Review,
        data: QueryDict | None = None,
        kept: Mapping[str, list[str]] | None = None,
    ) -> None:
        super().__init__(data, auto_id="verdict_%s")
        self.review = review
        self.policy = policy_of(review.version)
        self.fields["digest"].initial = review.digest
        self.build()
        self._offer_reasons()
        own = [name for name in self.fields if name not in {"reasons", "note"}]
        self.order_fields([*own, "reasons", "note"])
        self.initial = self._kept(kept or {})

    def build(self) -> None:
        """Add the fields that this verdict asks for."""

    @property
    def commit(self) -> str:
        """What the button says that it does."""
        return str(self.title)

    @property
    def blocked(self) -> str:
        """Why this verdict cannot be given on this review, or nothing."""
        return ""

    @property
    def preview(self) -> Any:
        """What the answer would lead to, as it stands; None where there is nothing to show."""
        return None

    @property
    def by_vote(self) -> bool:
        """Whether several people must agree."""
        return self.policy.approvals > 1

    @property
    def offered(self) -> tuple[str, ...]:
        """The verdicts whose reasons may be given here."""
        return (self.verdict,)

    @property
    def toggles(self) -> list[Toggle]:
        """The reasons to choose from."""
        chosen = self["reasons"].value() or () if "reasons" in self.fields else ()
        return [
            Toggle(reason, str(at) if at <= _KEYS else "", reason.code in chosen)
            for at, reason in enumerate(self._reasons(), 1)
        ]

    def words(self) -> dict[str, Any]:
        """What the answer says besides digest, reasons and note."""
        return {}

    def answer(self) -> verdicts.Answer:
        """The answer."""
        cleaned = self.cleaned_data
        return verdicts.Answer(
            self.verdict,
            digest=cleaned["digest"],
            reasons=tuple(cleaned.get("reasons", ())),
            note=cleaned["note"],
            **self.words(),
        )

    def clean(self) -> dict[str, Any]:
        """What the gate says to the answer. The transition asks it again, on the locked review."""
        if not self.errors:
            try:
                verdicts.rule(self.policy, case_of(self.review), self.answer())
            except Invalid as error:
                self.refuse(error)
        return self.cleaned_data

    def refuse(self, error: Invalid) -> None:
        """Put each part of a refusal where the person can mend it."""
        for part in error.fields or (FieldError("", error.code, error.message),):
            name = self.field_at(part.pointer)
            self.add_error(name if name in self.fields else None, self.reworded(part))

    def field_at(self, pointer: str) -> str | None:
        """The field that a JSON Pointer into the answer speaks of."""
        head = pointer.split("/")[1] if "/" in pointer else ""
        return head if head in {"reasons", "note", "message"} else None

    def reworded(self, part: FieldError) -> str:
        """The sentence as it reads on a page."""
        return str(_REWORDED.get(part.code, part.message))

    def _reasons(self) -> list[Reason]:
        return [item for item in self.policy.reasons if {*self.offered} & {*item.verdicts}]

    def _offer_reasons(self) -> None:
        reasons = self._reasons()
        if reasons:
            self.fields["reasons"] = forms.MultipleChoiceField(
                label=_("Reasons"),
                required=False,
                choices=[(reason.code, reason.label) for reason in reasons],
                widget=Toggles,
            )

    def _kept(self, kept: Mapping[str, list[str]]) -> dict[str, Any]:
        """Texts typed earlier, by field; the digest is always that of what is shown now."""
        known = {name: texts for name, texts in kept.items() if name in self.fields and texts}
        known.pop("digest", None)
        return {name: self._typed(name, texts) for name, texts in known.items()}

    def _typed(self, name: str, texts: list[str]) -> Any:
        several = isinstance(self.fields[name], forms.MultipleChoiceField)
        return list(texts) if several else texts[-1]
