"""Which reviews and gates a caller may know."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from gates.models import ApiKey, EscalationStep, Gate, GateVersion, Membership, WorkflowVersion
from reviews.models import Assignment, Review
from reviews.models.review import SEE_ALL

Principal = AbstractBaseUser | AnonymousUser | ApiKey


def sees(principal: Principal, review_id: UUID) -> bool:
    """True if `visible_to` shows it. Who was asked comes first: that is the least to ask, and most
    often so; permissions take two statements more than teams.
    """
    rows = Review.objects.filter(pk=review_id)
    if not isinstance(principal, ApiKey):
        asked = Assignment.objects.filter(
            review=review_id, team__memberships__user=principal.pk or 0
        )
        if asked.exists() or rows.of_teams_of(principal.pk or 0).exists():
            return True
    return rows.visible_to(principal).exists()


def published_for(principal: Principal) -> QuerySet[GateVersion]:
    """The published versions of a key's gates, or of those of a person's teams, by `slug`.

    Who sees all reviews sees all gates.
    """
    published = GateVersion.objects.filter(published_for__isnull=False).select_related("gate")
    versions = published.defer("document").annotate(slug=F("gate__slug"))
    if isinstance(principal, ApiKey):
        return versions if principal.all_gates else versions.filter(gate__keys=principal)
    if getattr(principal, "has_perm", lambda name: False)(SEE_ALL):
        return versions
    teams = Membership.objects.filter(user=principal.pk).values("team")
    asked = EscalationStep.objects.filter(version=OuterRef("pk"), team__in=teams)
    return versions.filter(Exists(asked) | Q(gate__owner__in=teams))


def workflows_for(principal: Principal) -> QuerySet[WorkflowVersion]:
    """The published versions of workflows all of whose gates the caller may know, by `slug`."""
    published = WorkflowVersion.objects.filter(published_for__isnull=False)
    versions = published.select_related("workflow").annotate(slug=F("workflow__slug"))
    gates = published_for(principal).values("gate")
    hidden = Gate.objects.filter(workflows=OuterRef("pk")).exclude(pk__in=gates)
    return versions.defer("document").exclude(Exists(hidden))
