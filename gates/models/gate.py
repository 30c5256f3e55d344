"""Gates and their immutable published versions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gates.models.audit import Audited
from gates.models.team import Team


class TimeoutAction(models.TextChoices):
    """What happens when nobody answers in time."""

    REJECT = "reject", _("reject")
    APPROVE = "approve", _("approve")
    SKIP = "skip", _("skip")
    ESCALATE = "escalate", _("escalate")


class Gate(Audited):
    """A definition: what is gated and how. Its published version holds the settings."""

    slug = models.SlugField(_("slug"), max_length=50, unique=True)
    version = models.ForeignKey(
        "gates.GateVersion",
        models.PROTECT,
        null=True,
        related_name="published_for",
        verbose_name=_("published version"),
    )
    owner = models.ForeignKey(
        Team, models.PROTECT, null=True, related_name="owned_gates", verbose_name=_("owner")
    )

    class Meta:
        verbose_name = _("gate")
        verbose_name_plural = _("gates")
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.slug


class GateVersion(models.Model):
    """One immutable revision. `document` is the whole policy; the columns mirror what the database
    guards.
    """

    gate = models.ForeignKey(Gate, models.PROTECT, related_name="versions", verbose_name=_("gate"))
    number = models.PositiveIntegerField(_("number"))
    document = models.JSONField(_("policy"))
    digest = models.CharField(_("digest"), max_length=64)
    timeout = models.PositiveIntegerField(_("timeout (seconds)"))
    timeout_action = models.CharField(
        _("when nobody answers"), max_length=10, choices=TimeoutAction
    )
    final_action = models.CharField(
        _("at the end of the chain"), max_length=10, blank=True, choices=TimeoutAction
    )
    levels = models.PositiveSmallIntegerField(_("escalation levels"))
    published_at = models.DateTimeField(_("published"))
    published_by = models.CharField(_("published by"), max_length=200)

    class Meta:
        verbose_name = _("gate version")
        verbose_name_plural = _("gate versions")
        constraints = (
            models.UniqueConstraint(fields=("gate", "number"), name="gates_version_number_once"),
            models.CheckConstraint(condition=Q(timeout__gt=0), name="gates_version_has_a_timeout"),
            models.CheckConstraint(
                condition=Q(timeout_action__in=TimeoutAction.values),
                name="gates_version_has_an_action",
            ),
            models.CheckConstraint(
                condition=Q(
                    timeout_action="escalate",
                    levels__gt=0,
                    final_action__in=("reject", "approve", "skip"),
                )
                | (~Q(timeout_action="escalate") & Q(levels=0, final_action="")),
                name="gates_version_escalates_iff_levels",
            ),
        )

    def __str__(self) -> str:
        return f"{self.gate} v{self.number}"


class EscalationStep(models.Model):
    """Who is asked at one level of a version's chain; level 0 is the assignee."""

    version = models.ForeignKey(
        GateVersion, models.PROTECT, related_name="steps", verbose_name=_("version")
    )
    level = models.PositiveSmallIntegerField(_("level"))
    team = models.ForeignKey(Team, models.PROTECT, related_name="+", verbose_name=_("team"))
    timeout = models.PositiveIntegerField(_("timeout (seconds)"))

    class Meta:
        verbose_name = _("escalation step")
        verbose_name_plural = _("escalation steps")
        ordering = ("version", "level")
        constraints = (
            models.UniqueConstraint(fields=("version", "level"), name="gates_step_level_once"),
            models.CheckConstraint(condition=Q(timeout__gt=0), name="gates_step_has_a_timeout"),
        )

    def __str__(self) -> str:
        return f"{self.level}: {self.team}"


class ReasonCode(models.Model):
    """A coded reason that a decider may give under one version."""

    version = models.ForeignKey(
        GateVersion, models.PROTECT, related_name="reasons", verbose_name=_("version")
    )
    code = models.SlugField(_("code"), max_length=50)
    label = models.CharField(_("label"), max_length=200)

    class Meta:
        verbose_name = _("reason code")
        verbose_name_plural = _("reason codes")
        constraints = (
            models.UniqueConstraint(fields=("version", "code"), name="gates_reason_code_once"),
        )

    def __str__(self) -> str:
        return self.label
