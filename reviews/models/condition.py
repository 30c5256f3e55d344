"""What must be confirmed before something is released."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reviews.models.decision import Decision
from reviews.states import ConditionStatus

CONFIRMS = (
    ("link", _("outside person by link")),
    ("api", _("submitting key")),
    ("reviewer", _("reviewer")),
)


class Condition(models.Model):
    """Made by `approve_if`, or by a workflow's node. Its clock (`timeout` seconds) starts when the
    verdict is released, or when the run gets there.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    review = models.ForeignKey(
        "reviews.Review",
        models.PROTECT,
        null=True,
        related_name="conditions",
        verbose_name=_("review"),
    )
    decision = models.ForeignKey(
        Decision,
        models.PROTECT,
        null=True,
        related_name="conditions",
        verbose_name=_("decision"),
    )
    step = models.OneToOneField(
        "reviews.Step", models.PROTECT, null=True, related_name="condition", verbose_name=_("step")
    )
    code = models.CharField(_("code"), max_length=50, blank=True)
    text = models.TextField(_("what must be confirmed"))
    confirms = models.CharField(_("confirmed by"), max_length=10, choices=CONFIRMS)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    timeout = models.PositiveIntegerField(_("timeout (seconds)"))
    status = models.CharField(
        _("status"), max_length=10, choices=[(item, item) for item in ConditionStatus]
    )
    due_at = models.DateTimeField(_("due"), null=True)
    token_hash = models.CharField(  # noqa: DJ001  unique, and only links have one
        _("hash of the link"), max_length=64, null=True, unique=True
    )
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_by = models.CharField(_("answered by"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(timeout__gt=0), name="reviews_condition_has_a_timeout"
            ),
            models.CheckConstraint(
                condition=~Q(status="open") | Q(due_at__isnull=False),
                name="reviews_open_condition_has_a_deadline",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("met", "denied"), answered_at__isnull=False)
                | (~Q(status__in=("met", "denied")) & Q(answered_at__isnull=True)),
                name="reviews_condition_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(review__isnull=False, decision__isnull=False, step__isnull=True)
                | Q(review__isnull=True, decision__isnull=True, step__isnull=False),
                name="reviews_condition_of_a_verdict_or_a_step",
            ),
        )

    def __str__(self) -> str:
        return self.text
