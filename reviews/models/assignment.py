"""Who holds a review at one escalation level."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gates.models import Team


class Ending(models.TextChoices):
    """Why an assignment ended."""

    DECIDED = "decided", _("decided")
    ESCALATED = "escalated", _("escalated by a person")
    EXPIRED = "expired", _("time ran out")
    CANCELLED = "cancelled", _("cancelled")


class Assignment(models.Model):
    """A level's passage: team, its deadline, and the reviewer's lease, which ends by itself."""

    id = models.UUIDField(primary_key=True, editable=False)
    review = models.ForeignKey(
        "reviews.Review", models.PROTECT, related_name="assignments", verbose_name=_("review")
    )
    level = models.PositiveSmallIntegerField(_("level"))
    team = models.ForeignKey(
        Team, models.PROTECT, related_name="assignments", verbose_name=_("team")
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="assignments",
        verbose_name=_("reviewer"),
    )
    lease_until = models.DateTimeField(_("lease until"), null=True)
    opened_at = models.DateTimeField(_("opened"))
    due_at = models.DateTimeField(_("due"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    ending = models.CharField(_("ended by"), max_length=10, blank=True, choices=Ending)
    question = models.TextField(_("question"), blank=True)
    asked_at = models.DateTimeField(_("asked"), null=True)
    passed_by = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="passed_assignments", verbose_name=_("passed by")
    )

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = (
            models.UniqueConstraint(
                fields=("review",),
                condition=Q(ended_at__isnull=True),
                name="reviews_assignment_one_open",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ending="")
                | (Q(ended_at__isnull=False) & ~Q(ending="")),
                name="reviews_assignment_ends_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(lease_until__isnull=True) | Q(reviewer__isnull=False),
                name="reviews_lease_has_a_reviewer",
            ),
        )
        indexes = (
            models.Index(
                "reviewer",
                "lease_until",
                condition=Q(ended_at__isnull=True),
                name="reviews_held_by",
            ),
        )

    def __str__(self) -> str:
        return f"{self.team} (level {self.level})"

    def holder_at(self, now: datetime) -> int | None:
        """The id of the person whose lease is live."""
        return self.reviewer_id if self.lease_until is not None and self.lease_until > now else None
