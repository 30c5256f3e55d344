"""Which reviews are a person's to take, and which he holds."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Exists, OuterRef, Q

from gates.models import Membership
from reviews.models import Assignment, Decision
from reviews.models.decision import STANDING
from reviews.models.review import ReviewQuerySet


def available_to(rows: ReviewQuerySet, user: AbstractBaseUser, now: datetime) -> ReviewQuerySet:
    """Pending at a level of the person's teams, and nothing speaks against his deciding it.

    Nobody else's lease is live, he has not passed on it nor voted on it, and it was not proposed
    for him or by his key.
    """
    teams = Membership.objects.filter(user=user.pk).values("team")
    leased = Q(assignment__lease_until__gt=now) & ~Q(assignment__reviewer=user.pk)
    passed = Assignment.passed_by.through.objects.filter(
        assignment=OuterRef("assignment"), user=user.pk
    )
    voted = Decision.objects.filter(STANDING, review=OuterRef("pk"), reviewer=user.pk)
    free = rows.pending().filter(~leased, ~Exists(passed), ~Exists(voted), team__in=teams)
    return not_proposed_for(free, user)


def not_proposed_for(rows: ReviewQuerySet, user: AbstractBaseUser) -> ReviewQuerySet:
    """Without those that the person may not decide because they are his own."""
    return rows.exclude(requester__id=user.get_username()).exclude(key__owner=user.pk)


def held_by(rows: ReviewQuerySet, user: AbstractBaseUser, now: datetime) -> ReviewQuerySet:
    """Those on which the person has a live lease."""
    return rows.pending().filter(assignment__reviewer=user.pk, assignment__lease_until__gt=now)
