"""Form fields of the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _


class PersonField(forms.ModelChoiceField):
    """A person by the name he signs in with: a select lists everybody, a search needs script."""

    widget = forms.TextInput
    default_error_messages = {"invalid_choice": _("Nobody signs in with that name.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(get_user_model().objects.all(), to_field_name="username", **kwargs)
