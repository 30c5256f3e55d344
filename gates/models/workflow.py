"""Workflows and their immutable published versions."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from gates.models.audit import Audited
from gates.models.gate import Gate


class Workflow(Audited):
    """A graph of actions and gates. Its published version is what new runs follow."""

    slug = models.SlugField(_("slug"), max_length=50, unique=True)
    version = models.ForeignKey(
        "gates.WorkflowVersion",
        models.PROTECT,
        null=True,
        related_name="published_for",
        verbose_name=_("published version"),
    )

    class Meta:
        verbose_name = _("workflow")
        verbose_name_plural = _("workflows")
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.slug


class WorkflowVersion(models.Model):
    """One immutable revision. `document` is the whole graph; `gates` are those that it passes."""

    workflow = models.ForeignKey(
        Workflow, models.PROTECT, related_name="versions", verbose_name=_("workflow")
    )
    number = models.PositiveIntegerField(_("number"))
    document = models.JSONField(_("graph"))
    digest = models.CharField(_("digest"), max_length=64)
    gates = models.ManyToManyField(Gate, related_name="workflows", verbose_name=_("gates"))
    published_at = models.DateTimeField(_("published"))
    published_by = models.CharField(_("published by"), max_length=200)

    class Meta:
        verbose_name = _("workflow version")
        verbose_name_plural = _("workflow versions")
        constraints = (
            models.UniqueConstraint(
                fields=("workflow", "number"), name="gates_workflow_version_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.workflow} v{self.number}"
