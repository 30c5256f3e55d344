"""Which gates a caller may know."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from gates.models import ApiKey, EscalationStep, Gate, Membership
from reviews.models.review import SEE_ALL


def gates_visible_to(principal: AbstractBaseUser | AnonymousUser | ApiKey) -> QuerySet[Gate]:
    """The published gates of a key's scope, or of a person's teams; whoever sees all reviews sees all gates."""
    gates = Gate.objects.filter(version__isnull=False).select_related("version")
    gates = gates.defer("version__document")
    if isinstance(principal, ApiKey):
        return gates if principal.all_gates else gates.filter(keys=principal)
    if getattr(principal, "has_perm", lambda name: False)(SEE_ALL):
        return gates
    teams = Membership.objects.filter(user=principal.pk).values("team")
    asked = EscalationStep.objects.filter(version=OuterRef("version"), team__in=teams)
    return gates.filter(Exists(asked) | Q(owner__in=teams))
