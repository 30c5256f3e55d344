"""What a person says when he confirms a move."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates.policy import Reason
from gates.queries.policies import policy_of
from reviews.models import Review

LONGEST_NOTE = 5_000


class ConfirmForm(forms.Form):
    """Nothing to say; `reviews` are those that the move is about."""

    def __init__(self, *args: Any, reviews: Iterable[Review], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(reviews)

    def offer(self, reviews: Iterable[Review]) -> None:
        """Fill in what depends on the reviews."""


class ApproveForm(ConfirmForm):
    """A note, for who reads this later."""

    note = forms.CharField(
        label=_("Note (optional)"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RejectForm(ApproveForm):
    """At least one of the gates' reasons."""

    reasons = forms.MultipleChoiceField(
        label=_("Reasons"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Give at least one reason.")},
    )
    field_order = ("reasons", "note")

    def offer(self, reviews: Iterable[Review]) -> None:
        """The reasons that the gates know."""
        field = self.fields["reasons"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = list(reasons_of(reviews).items())


def reasons_of(reviews: Iterable[Review]) -> dict[str, str]:
    """The codes that the gates of these reviews take for a rejection, with their labels."""
    versions = {review.version_id: review.version for review in reviews}
    return {
        reason.code: f"{reason.label} ({gettext('needs a note')})"
        if reason.needs_note
        else reason.label
        for version in versions.values()
        for reason in policy_of(version).reasons
        if "reject" in reason.verdicts
    }


def _labelled(reason: Reason) -> str:
    return f"{reason.label} ({gettext('needs a note')})" if reason.needs_note else reason.label
