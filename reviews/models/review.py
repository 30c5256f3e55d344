"""The review: one passage of one proposal through a gate."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from gates.models import ApiKey, Audited, Gate, GateVersion, Membership, Team
from reviews.models.assignment import Assignment
from reviews.states import Outcome, Status

SEE_ALL = "reviews.view_all_reviews"


class Priority(models.IntegerChoices):
    """How urgent; a number, so that the queue's order is an index."""

    LOW = 0, _("low")
    NORMAL = 1, _("normal")
    HIGH = 2, _("high")
    CRITICAL = 3, _("critical")


class ReviewQuerySet(models.QuerySet["Review"]):
    """The vocabulary of lists of reviews."""

    def visible_to(self, principal: AbstractBaseUser | AnonymousUser | ApiKey) -> ReviewQuerySet:
        """What a person or a key may see. Every list goes through here."""
        if isinstance(principal, ApiKey):
            return self._for_key(principal)
        if not principal.is_authenticated or not principal.is_active:
            return self.none()
        if getattr(principal, "has_perm", lambda name: False)(SEE_ALL):
            return self
        return self.of_teams_of(principal.pk)

    def _for_key(self, key: ApiKey) -> ReviewQuerySet:
        if key.personal:
            return self.none() if key.owner is None else self.visible_to(key.owner)
        return self if key.all_gates else self.filter(gate__in=key.gates.values("pk"))

    def of_teams_of(self, user_id: int) -> ReviewQuerySet:
        """Those that a team of the person was ever asked about, or whose gate it owns."""
        teams = Membership.objects.filter(user_id=user_id).values("team")
        asked = Assignment.objects.filter(review=OuterRef("pk"), team__in=teams)
        return self.filter(Exists(asked) | Q(gate__owner__in=teams))

    def open(self) -> ReviewQuerySet:
        """Not closed yet. The predicate of the partial index, word for word."""
        return self.filter(wake_at__isnull=False)

    def pending(self) -> ReviewQuerySet:
        """Waiting for a person."""
        return self.filter(status=Status.PENDING)

    def due(self, now: datetime) -> ReviewQuerySet:
        """To which something must happen now."""
        return self.filter(wake_at__lte=now)

    def in_queue_order(self) -> ReviewQuerySet:
        """Most urgent first: priority, then deadline, then age."""
        return self.order_by(F("priority").desc(), "due_at", "id")


class Review(Audited):
    """The case a person works on. Only `reviews.transitions` writes it."""

    id = models.UUIDField(primary_key=True, editable=False)
    gate = models.ForeignKey(Gate, models.PROTECT, related_name="reviews", verbose_name=_("gate"))
    version = models.ForeignKey(
        GateVersion, models.PROTECT, related_name="+", verbose_name=_("gate version")
    )
    key = models.ForeignKey(
        ApiKey, models.PROTECT, related_name="reviews", verbose_name=_("submitted with")
    )
    status = models.CharField(_("status"), max_length=12, choices=[(item, item) for item in Status])
    outcome = models.CharField(
        _("outcome"), max_length=20, blank=True, choices=[(item, item) for item in Outcome]
    )

    title = models.CharField(_("title"), max_length=200)
    proposal = models.JSONField(_("proposal"))
    edit = models.JSONField(_("edit that is being voted on"), null=True)
    context = models.JSONField(_("context"), default=dict)
    recommendation = models.CharField(_("recommendation"), max_length=10, blank=True)
    confidence = models.FloatField(_("confidence"), null=True)
    rationale = models.TextField(_("rationale"), blank=True)
    requester = models.JSONField(_("requester"), null=True)
    external_id = models.CharField(_("external id"), max_length=200, blank=True)
    callback_url = models.URLField(_("callback URL"), max_length=500, blank=True)
    metadata = models.JSONField(_("metadata"), default=dict)
    revises = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="revision", verbose_name=_("revises")
    )
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    step = models.OneToOneField(
        "reviews.Step", models.PROTECT, null=True, related_name="review", verbose_name=_("step")
    )
    observes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="look_back", verbose_name=_("looks back at")
    )

    why = models.JSONField(_("why a person is asked"), default=list)
    over_limit = models.BooleanField(_("over the limit"), default=False)
    calibration = models.FloatField(_("chance of the coin"), null=True)
    digest = models.CharField(_("digest"), max_length=64)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=20, decimal_places=4, null=True)
    result = models.JSONField(_("result"), null=True)

    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, related_name="reviews", verbose_name=_("team")
    )
    level = models.PositiveSmallIntegerField(_("level"), default=0)
    assignment = models.OneToOneField(
        Assignment, models.PROTECT, null=True, related_name="+", verbose_name=_("assignment")
    )
    held_decision = models.OneToOneField(
        "reviews.Decision",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("held decision"),
    )
    final_decision = models.OneToOneField(
        "reviews.Decision",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("final decision"),
    )

    submitted_at = models.DateTimeField(_("submitted"))
    seen_at = models.DateTimeField(_("first opened"), null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    deadline_renewed = models.BooleanField(_("got a fresh deadline"), default=False)
    held_until = models.DateTimeField(_("held until"), null=True)
    wake_at = models.DateTimeField(_("next wake-up"), null=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        permissions = (
            ("view_all_reviews", _("Can see the reviews of all teams")),
            ("assign_review", _("Can assign any review")),
            ("cancel_review", _("Can cancel a review")),
            ("overturn_review", _("Can overturn a decision")),
        )
        indexes = (
            models.Index("wake_at", condition=Q(wake_at__isnull=False), name="reviews_wake"),
            models.Index(
                "team",
                F("priority").desc(),
                "due_at",
                "id",
                condition=Q(status="pending"),
                name="reviews_queue",
            ),
            models.Index(
                F("priority").desc(),
                "due_at",
                "id",
                condition=Q(status="pending"),
                name="reviews_waiting",
            ),
            models.Index("outcome", F("id").desc(), name="reviews_outcome"),
            models.Index(
                "gate",
                F("closed_at").desc(),
                condition=Q(closed_at__isnull=False),
                name="reviews_closed",
            ),
            models.Index(
                "gate",
                F("closed_at").desc(),
                condition=Q(closed_at__isnull=False, team__isnull=False),
                name="reviews_asked",
            ),
            models.Index(
                "team",
                F("closed_at").desc(),
                F("id").desc(),
                condition=Q(closed_at__isnull=False),
                name="reviews_done",
            ),
            models.Index("held_until", condition=Q(status="held"), name="reviews_held"),
            models.Index("external_id", condition=~Q(external_id=""), name="reviews_external_id"),
            models.Index(
                "gate",
                "subject",
                F("closed_at").desc(),
                condition=~Q(subject=""),
                name="reviews_subject",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=tuple(item.value for item in Status)),
                name="reviews_status_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    ~Q(outcome=""),
                    status="closed",
                    closed_at__isnull=False,
                    final_decision__isnull=False,
                    wake_at__isnull=True,
                )
                | Q(
                    ~Q(status="closed"),
                    outcome="",
                    closed_at__isnull=True,
                    final_decision__isnull=True,
                    wake_at__isnull=False,
                ),
                name="reviews_closed_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(status="held", held_until__isnull=False, held_until__lte=F("due_at"))
                | Q(~Q(status="held"), held_until__isnull=True),
                name="reviews_held_until_never_past_due",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("held", "conditional"), held_decision__isnull=False)
                | Q(status__in=("pending", "closed"), held_decision__isnull=True),
                name="reviews_held_decision_iff_held",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=("pending", "held"), assignment__isnull=False, due_at__isnull=False
                )
                | Q(status__in=("conditional", "closed"), assignment__isnull=True),
                name="reviews_assigned_while_undecided",
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__range=(0, 1)),
                name="reviews_confidence_range",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def proposed(self) -> Any:
        """What a decider decides on now: the edit that is being voted on, else the proposal."""
        return self.proposal if self.edit is None else self.edit
