"""One execution of a workflow, and each node's passage in it."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from gates.models import ApiKey, Audited, Workflow, WorkflowVersion
from reviews.models.review import Review
from reviews.states import OPEN_STEPS, RunStatus, StepStatus

SEE_RUNS = "reviews.view_run"
_AWAKE = (StepStatus.READY, StepStatus.RUNNING)
_OVER = (StepStatus.FAILED, StepStatus.DONE, StepStatus.SKIPPED, StepStatus.CANCELLED)


class RunQuerySet(models.QuerySet["Run"]):
    """The vocabulary of lists of runs."""

    def visible_to(self, principal: AbstractBaseUser | AnonymousUser | ApiKey) -> RunQuerySet:
        """Those that a key has started; of people, all for who may see runs, else those in which a
        team of theirs was asked.
        """
        if isinstance(principal, ApiKey):
            return self.none() if principal.personal else self.filter(key=principal)
        if not principal.is_authenticated or not principal.is_active:
            return self.none()
        if getattr(principal, "has_perm", lambda name: False)(SEE_RUNS):
            return self
        asked = Review.objects.visible_to(principal).filter(step__run=OuterRef("pk"))
        return self.filter(Exists(asked))


class Run(Audited):
    """One execution of one version. Only `reviews.transitions` writes it.

    Undoing what a run did is a run of its own (`compensates`): what has ended never goes on.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    workflow = models.ForeignKey(
        Workflow, models.PROTECT, related_name="runs", verbose_name=_("workflow")
    )
    version = models.ForeignKey(
        WorkflowVersion, models.PROTECT, related_name="+", verbose_name=_("workflow version")
    )
    key = models.ForeignKey(
        ApiKey, models.PROTECT, related_name="runs", verbose_name=_("started with")
    )
    status = models.CharField(
        _("status"), max_length=12, choices=[(item, item) for item in RunStatus]
    )
    outcome = models.CharField(_("outcome"), max_length=64, blank=True)
    input = models.JSONField(_("input"), null=True)
    output = models.JSONField(_("output"), null=True)
    requester = models.JSONField(_("requester"), null=True)
    external_id = models.CharField(_("external id"), max_length=200, blank=True)
    callback_url = models.URLField(_("callback URL"), max_length=500, blank=True)
    compensates = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="compensations", verbose_name=_("undoes")
    )
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        permissions = (("manage_run", _("Can retry, skip and cancel runs")),)
        indexes = (
            models.Index("workflow", F("id").desc(), name="reviews_run_newest"),
            models.Index(F("id").desc(), condition=Q(status="stuck"), name="reviews_run_stuck"),
            models.Index(
                "external_id", condition=~Q(external_id=""), name="reviews_run_external_id"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=tuple(item.value for item in RunStatus)),
                name="reviews_run_status_known",
            ),
            models.CheckConstraint(
                condition=Q(~Q(outcome=""), status="ended", ended_at__isnull=False)
                | Q(~Q(status="ended"), outcome="", ended_at__isnull=True),
                name="reviews_run_ended_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.workflow} {self.pk}"


class Step(models.Model):
    """One node's passage. `id` is the idempotency key of what it does; `round` counts how often the
    run has come here.

    `data` is what the node was given, `output` what came of it, `outcome` the edge it left by.
    `wake_at` is the next moment at which something must happen to it: a task is looked for, an
    attempt is given up or made again, a condition lapses. `undoes` is set in a run
    that compensates another.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    run = models.ForeignKey(Run, models.PROTECT, related_name="steps", verbose_name=_("run"))
    workflow = models.ForeignKey(
        Workflow, models.PROTECT, related_name="+", verbose_name=_("workflow")
    )
    node = models.CharField(_("node"), max_length=64)
    kind = models.CharField(_("kind"), max_length=12)
    round = models.PositiveIntegerField(_("round"), default=1)
    status = models.CharField(
        _("status"), max_length=12, choices=[(item, item) for item in StepStatus]
    )
    data = models.JSONField(_("input"), null=True)
    output = models.JSONField(_("output"), null=True)
    outcome = models.CharField(_("outcome"), max_length=2000, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    error = models.TextField(_("last error"), blank=True)
    wake_at = models.DateTimeField(_("next wake-up"), null=True)
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    undoes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="undone_by", verbose_name=_("undoes")
    )

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ("id",)
        indexes = (
            models.Index("wake_at", condition=Q(wake_at__isnull=False), name="reviews_step_wake"),
            models.Index(
                "workflow",
                "node",
                "status",
                condition=Q(status__in=tuple(item.value for item in OPEN_STEPS)),
                name="reviews_step_open",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("run", "node", "round"), name="reviews_step_once_per_round"
            ),
            models.UniqueConstraint(
                fields=("run",),
                condition=Q(status__in=tuple(item.value for item in OPEN_STEPS)),
                name="reviews_step_one_open",
            ),
            models.CheckConstraint(
                condition=Q(status__in=tuple(item.value for item in _AWAKE), wake_at__isnull=False)
                | Q(status__in=tuple(item.value for item in _OVER), wake_at__isnull=True)
                | Q(status="waiting"),
                name="reviews_step_awake_while_owed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.node} ({self.round})"


class Endpoint(models.Model):
    """An address of an integrator that performs an action: called by `name`, signed with `secret`
    (`whsec_…`).
    """

    name = models.SlugField(_("name"), max_length=64, unique=True)
    url = models.URLField(_("URL"), max_length=500)
    secret = models.CharField(_("signing secret"), max_length=100)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("HTTP action")
        verbose_name_plural = _("HTTP actions")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
