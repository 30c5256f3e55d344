"""Who calls: `Authorization: Bearer <key>`, or a person's session."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser, User
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from gates import clock
from gates.models import ApiKey
from reviews.api.throttles import AddressThrottle, address_of

if (
    TYPE_CHECKING
):  # importing it here would go in a circle: it loads the settings, which name this module
    from rest_framework.views import APIView

_KEY = re.compile(r"[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}")


class KeyAuthentication(BaseAuthentication):
    """`request.auth` is the key; `request.user` is its person, nobody for an integrator's key."""

    def authenticate(self, request: Request) -> tuple[User | AnonymousUser, ApiKey] | None:
        """The caller; None if there is no bearer key. Raises AuthenticationFailed, Throttled."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = usable_key(secret.strip())
        if key is None:
            _count_failure(request)
            raise AuthenticationFailed("This key is not valid.")
        return key.owner if key.personal and key.owner else AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        """For `WWW-Authenticate`: with it a caller without credentials gets 401, not 403."""
        return "Bearer"


class HasCaller(BasePermission):
    """Somebody we know calls: a key, or a person. What he may do is for the transitions to say."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True for a key or a signed-in person."""
        return isinstance(request.auth, ApiKey) or bool(request.user.is_authenticated)


def usable_key(secret: str) -> ApiKey | None:
    """The key with this secret, unless it is revoked or expired or its person has left."""
    if not _KEY.fullmatch(secret):
        return None
    usable = ApiKey.objects.get_usable_keys().select_related("owner")
    key: ApiKey | None = usable.filter(prefix=secret.partition(".")[0]).first()
    if key is None or not key.is_valid(secret):
        return None
    expired = key.expiry_date is not None and key.expiry_date <= clock.now()
    left = key.owner is not None and not key.owner.is_active
    return None if expired or left else key


def _count_failure(request: Request) -> None:
    """A wrong key ends the call before the throttles are asked, so it is counted here."""
    throttle = AddressThrottle()
    if not throttle.count(address_of(request)):
        raise Throttled(throttle.wait())
