"""What is said about a review: comments inside, deliveries to the outside."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Comment(models.Model):
    """An internal remark."""

    id = models.UUIDField(primary_key=True, editable=False)
    review = models.ForeignKey(
        "reviews.Review", models.PROTECT, related_name="comments", verbose_name=_("review")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="comments", verbose_name=_("author")
    )
    text = models.TextField(_("text"))
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.text[:60]


class Delivery(models.Model):
    """One outgoing message, written in the transaction it tells of. `seq` is the event number of
    its review or run.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    review = models.ForeignKey(
        "reviews.Review",
        models.PROTECT,
        null=True,
        related_name="deliveries",
        verbose_name=_("review"),
    )
    run = models.ForeignKey(
        "reviews.Run", models.PROTECT, null=True, related_name="deliveries", verbose_name=_("run")
    )
    url = models.URLField(_("URL"), max_length=500)
    type = models.CharField(_("type"), max_length=40)
    seq = models.PositiveIntegerField(_("event number"))
    body = models.JSONField(_("body"))
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = (
            models.UniqueConstraint(
                fields=("review", "seq", "type"), name="reviews_delivery_once_per_event"
            ),
            models.UniqueConstraint(
                fields=("run", "seq", "type"), name="reviews_delivery_once_per_run_event"
            ),
            models.CheckConstraint(
                condition=Q(review__isnull=False, run__isnull=True)
                | Q(review__isnull=True, run__isnull=False),
                name="reviews_delivery_of_a_review_or_a_run",
            ),
        )

    def __str__(self) -> str:
        return f"{self.type} to {self.url}"
