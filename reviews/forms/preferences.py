"""How a person wants to see the site."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from reviews.models import Preference

_REGIONS = frozenset(
    {
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    }
)

Zones = list[tuple[str, list[tuple[str, str]]]]


class PreferenceForm(forms.ModelForm):
    """Every preference. The zone is chosen from those that are named after a place."""

    time_zone = forms.ChoiceField(
        label=_("time zone"),
        required=False,
        help_text=_("Dates and times on every page are shown in it."),
    )

    class Meta:
        model = Preference
        fields = ("theme", "density", "time_zone", "shortcuts", "after_decision")
        widgets = {
            "theme": forms.RadioSelect,
            "density": forms.RadioSelect,
            "after_decision": forms.RadioSelect,
        }
        help_texts = {
            "shortcuts": _("One letter opens a panel; it never gives a verdict."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site = _("as the site: %(zone)s") % {"zone": settings.TIME_ZONE}
        self.fields["time_zone"].choices = [("", site), ("UTC", "UTC"), *_zones()]  # type: ignore[attr-defined]

    def keep(self, person: User) -> Preference:
        """Save what was chosen, whether or not there were preferences before."""
        kept, _made = Preference.objects.update_or_create(user=person, defaults=self.cleaned_data)
        return kept


@cache
def _zones() -> Zones:
    """The zones of places, by region."""
    parts = sorted(name.partition("/") for name in available_timezones())
    placed = [(region, place) for region, _slash, place in parts if region in _REGIONS and place]
    return [
        (region, [(f"{region}/{place}", place.replace("_", " ")) for _region, place in places])
        for region, places in groupby(placed, key=lambda zone: zone[0])
    ]
