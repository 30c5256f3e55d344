"""Answering in the AI's place."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.forms.verdict import LinesField, VerdictForm

LONGEST_MESSAGE = 20_000


class RespondForm(VerdictForm):
    """The answer that the workflow goes on with."""

    verdict = "respond"
    template = "verdicts/respond.html"
    title = _("Answer instead")
    hint = _("The workflow gets your answer. What was proposed is not executed.")

    message = LinesField(
        label=_("Your answer"),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write the answer that the workflow goes on with.")},
    )

    def words(self) -> dict[str, Any]:
        """The message."""
        return {"message": self.cleaned_data["message"]}
