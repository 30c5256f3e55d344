"""The caller of one request, as the domain knows him."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from gates import actors
from gates.actors import Actor
from gates.models import ApiKey
from reviews.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Caller:
    """`principal` is whose rights count, `scope` whose idempotency keys."""

    principal: User | ApiKey
    actor: Actor
    scope: str

    @property
    def person(self) -> User | None:
        """The person who calls, by session or personal key; None for an integrator's key."""
        return self.principal if isinstance(self.principal, User) else None

    def integrator(self) -> ApiKey:
        """The integrator's key. Raises NotAllowed for people."""
        if isinstance(self.principal, ApiKey):
            return self.principal
        raise NotAllowed("Only an integrator's key may do this.")

    def reviewer(self) -> User:
        """The person. Raises NotAllowed for an integrator's key."""
        if self.person is not None:
            return self.person
        raise NotAllowed("Only a person may do this: use a personal key.")


def caller_of(request: Request) -> Caller:
    """Who calls. Raises NotAuthenticated, though the permission lets nobody unknown in."""
    key = request.auth
    if isinstance(key, ApiKey):
        principal = key.owner if key.personal and key.owner else key
        return Caller(principal, key.actor(), f"key:{key.pk}")
    user = request.user
    if not isinstance(user, User):
        raise NotAuthenticated
    return Caller(user, actors.person(user.pk, user.get_username()), f"user:{user.pk}")
