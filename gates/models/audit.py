"""The append-only audit trail. Triggers in the database refuse UPDATE, DELETE and TRUNCATE."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audited(models.Model):
    """A subject of events: it keeps the head and the length of its chain, so that a cut tail is
    found.
    """

    event_count = models.PositiveIntegerField(_("events"), default=0, editable=False)
    event_head = models.CharField(
        _("last event's hash"), max_length=64, default="", blank=True, editable=False
    )

    AUDIT_FIELDS = ("event_count", "event_head")

    class Meta:
        abstract = True


class Event(models.Model):
    """One row of the trail. `data` holds ids, codes and digests, never payloads or notes."""

    id = models.BigAutoField(primary_key=True)
    subject_type = models.CharField(_("subject"), max_length=20)
    subject_id = models.CharField(_("subject id"), max_length=40)
    seq = models.PositiveIntegerField(_("number"))
    at = models.DateTimeField(_("time"))
    verb = models.CharField(_("what"), max_length=40)
    actor = models.CharField(_("actor"), max_length=200)
    actor_id = models.BigIntegerField(_("actor id"), null=True)
    data = models.JSONField(_("data"), default=dict)
    prev = models.CharField(_("previous hash"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = (
            models.UniqueConstraint(
                fields=("subject_type", "subject_id", "seq"), name="gates_event_one_per_seq"
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id} #{self.seq} {self.verb}"
