"""What the outside person answers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ConditionForm(forms.Form):
    """The outside person's yes or no."""

    answer = forms.ChoiceField(choices=(("confirm", _("Yes")), ("deny", _("No"))))

    @property
    def met(self) -> bool:
        """True if he confirms."""
        return bool(self.cleaned_data["answer"] == "confirm")
