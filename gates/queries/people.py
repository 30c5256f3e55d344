"""Who belongs where, and who may what.

Whether a person is active is asked where people come in: sessions and personal keys refuse those
who have left. So a verdict of the past can be played under the name of somebody who can no longer
sign in.
"""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from gates.models import Membership


def is_member(user_id: int, team_id: int) -> bool:
    """True if the person belongs to the team."""
    return _memberships(user_id, team_id).exists()


def leads(user_id: int, *team_ids: int | None) -> bool:
    """True if the person leads one of the teams."""
    return _memberships(user_id, *team_ids).filter(lead=True).exists()


def has_permission(user_id: int, permission: str) -> bool:
    """True if the person has the permission (`app.codename`), by a Group or as superuser."""
    user = get_user_model().objects.filter(pk=user_id).first()
    return user is not None and user.has_perm(permission)


def _memberships(user_id: int, *team_ids: int | None) -> QuerySet[Membership]:
    return Membership.objects.filter(
        user_id=user_id,
        team_id__in=[team_id for team_id in team_ids if team_id is not None],
    )
