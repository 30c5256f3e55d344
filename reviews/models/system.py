"""Rows that keep the machinery honest: answers to repeated calls, and the sweep's pulse."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class IdempotencyKey(models.Model):
    """The stored answer of one POST, scoped to caller and route, kept 30 days."""

    scope = models.CharField(_("caller"), max_length=60)
    route = models.CharField(_("route"), max_length=200)
    key = models.CharField(_("key"), max_length=255)
    body_hash = models.CharField(_("hash of the body"), max_length=64)
    status_code = models.PositiveSmallIntegerField(_("HTTP status"))
    body = models.JSONField(_("answer"))
    created_at = models.DateTimeField(_("created"), db_index=True)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = (
            models.UniqueConstraint(
                fields=("scope", "route", "key"), name="reviews_idempotency_once"
            ),
        )

    def __str__(self) -> str:
        return self.key


class Heartbeat(models.Model):
    """When a cluster last showed that it works: by a sweep, or where it keeps no deadlines by a
    task that does nothing else.
    """

    cluster = models.CharField(_("cluster"), max_length=100, primary_key=True)
    at = models.DateTimeField(_("last beat"))
    sweeps = models.BooleanField(_("keeps deadlines"), default=True, db_default=True)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.cluster
