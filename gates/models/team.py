"""Teams and their working hours. Django Groups are roles only; membership is what lets a person
decide.
"""

from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from gates import worktime
from gates.models.audit import Audited


def check_zone(name: str) -> None:
    """Refuse a time zone that does not exist."""
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone."), params={"name": name})


def check_hours(hours: object) -> None:
    """Refuse working hours that are no week of spans, or that hold no hour at all."""
    try:
        worktime.check_hours(hours)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class Calendar(models.Model):
    """Weekly working hours, `{"mon": [["09:00", "17:00"]], …}`, read in the zone of the team that
    uses them.
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    hours = models.JSONField(_("weekly hours"), validators=[check_hours])

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Team(Audited):
    """People who decide together."""

    slug = models.SlugField(_("slug"), max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=100)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[check_zone]
    )
    calendar = models.ForeignKey(
        Calendar,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="teams",
        verbose_name=_("calendar"),
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a team; a lead may also assign reviews."""

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="memberships", verbose_name=_("team")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="memberships",
        verbose_name=_("person"),
    )
    lead = models.BooleanField(_("lead"), default=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (
            models.UniqueConstraint(fields=("team", "user"), name="gates_membership_once"),
        )

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"
