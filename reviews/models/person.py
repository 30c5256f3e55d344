"""What a person keeps here: preferences, and answers that are not given yet."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gates.models.team import check_zone


class Theme(models.TextChoices):
    """Light, dark, or what the device says."""

    AUTO = "auto", _("as the device")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


class Density(models.TextChoices):
    """How much room a row takes."""

    COMFORTABLE = "comfortable", _("comfortable")
    COMPACT = "compact", _("compact")


class AfterDecision(models.TextChoices):
    """What shows once a verdict is given."""

    NEXT = "next", _("the next review of the queue")
    STAY = "stay", _("the review that was decided")


class Preference(models.Model):
    """How a person wants to see the site. Who has no row gets the defaults."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="preference",
        verbose_name=_("person"),
    )
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    density = models.CharField(
        _("density"), max_length=11, choices=Density, default=Density.COMFORTABLE
    )
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[check_zone])
    shortcuts = models.BooleanField(_("single-key shortcuts"), default=True)
    after_decision = models.CharField(
        _("after a verdict, show"),
        max_length=4,
        choices=AfterDecision,
        default=AfterDecision.NEXT,
    )

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")

    def __str__(self) -> str:
        return f"preferences of {self.user}"


class Draft(models.Model):
    """What a person has typed and not sent: `fields` holds lists of texts by field name."""

    review = models.ForeignKey(
        "reviews.Review", models.CASCADE, related_name="drafts", verbose_name=_("review")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="drafts",
        verbose_name=_("person"),
    )
    verdict = models.CharField(_("verdict"), max_length=10)
    fields = models.JSONField(_("fields"), default=dict)
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        default_permissions = ()  # nobody reads what another has not sent
        constraints = (
            models.UniqueConstraint(fields=("review", "user"), name="reviews_draft_one_each"),
        )
        indexes = (models.Index("user", models.F("saved_at").desc(), name="reviews_drafts_of"),)

    def __str__(self) -> str:
        return f"{self.verdict} by {self.user}"
