"""One recorded verdict or vote."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reviews.states import Outcome, Source

VERDICTS = (
    ("approve", _("approve")),
    ("modify", _("modify")),
    ("partial", _("partly approve")),
    ("approve_if", _("approve on a condition")),
    ("reject", _("reject")),
    ("respond", _("answer")),
)
STANDING = Q(source="human", undone_at__isnull=True, superseded=False, overturns__isnull=True)


class Decision(models.Model):
    """What was decided, by whom and on what (`digest`). Exactly one of a closed review is final."""

    id = models.UUIDField(primary_key=True, editable=False)
    review = models.ForeignKey(
        "reviews.Review", models.PROTECT, related_name="decisions", verbose_name=_("review")
    )
    source = models.CharField(_("source"), max_length=10, choices=[(item, item) for item in Source])
    verdict = models.CharField(_("verdict"), max_length=10, blank=True, choices=VERDICTS)
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=[(item, item) for item in Outcome]
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="decisions",
        verbose_name=_("reviewer"),
    )
    actor = models.CharField(_("actor"), max_length=200)
    level = models.PositiveSmallIntegerField(_("level"))
    digest = models.CharField(_("digest"), max_length=64)
    result = models.JSONField(_("result"), null=True)
    patch = models.JSONField(_("patch"), null=True)
    items = models.JSONField(_("items"), null=True)
    reasons = models.JSONField(_("reasons"), default=list)
    note = models.TextField(_("note"), blank=True)
    message = models.TextField(_("answer"), blank=True)
    decided_at = models.DateTimeField(_("decided"))
    final = models.BooleanField(_("final"), default=False)
    undone_at = models.DateTimeField(_("undone"), null=True)
    superseded = models.BooleanField(_("superseded by an edit"), default=False)
    overturns = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="overturned_by", verbose_name=_("overturns")
    )

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = (
            models.UniqueConstraint(
                fields=("review",), condition=Q(final=True), name="reviews_one_final_decision"
            ),
            models.UniqueConstraint(
                fields=("review", "reviewer"),
                condition=STANDING,
                name="reviews_one_vote_per_person",
            ),
            models.CheckConstraint(
                condition=Q(source="human", reviewer__isnull=False) & ~Q(verdict="")
                | (~Q(source="human") & Q(reviewer__isnull=True)),
                name="reviews_a_person_iff_human",
            ),
            models.CheckConstraint(
                condition=Q(final=False)
                | Q(undone_at__isnull=True, superseded=False, overturns__isnull=True),
                name="reviews_final_stands",
            ),
        )

    def __str__(self) -> str:
        return f"{self.verdict or self.source} ({self.actor})"
