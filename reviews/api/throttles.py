"""How often one may call. Fixed windows, counted in this process: the limits hold per process.

An address is REMOTE_ADDR. `X-Forwarded-For` is not trusted, for anybody may write it: behind a
proxy the server must be told to set REMOTE_ADDR itself.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from gates.models import ApiKey

if (
    TYPE_CHECKING
):  # importing it here would go in a circle: it loads the settings, which name this module
    from rest_framework.views import APIView


class WindowThrottle(SimpleRateThrottle):
    """At most so many calls in each window of the clock's minute, hour or day."""

    num_requests: int
    duration: int

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the call; True if it is within the limit."""
        caller = self.get_cache_key(request, view)
        return caller is None or self.count(caller)

    def count(self, caller: str) -> bool:
        """Count one call; True if it is within the limit."""
        window = f"throttle:{self.scope}:{caller}:{int(monotonic() // self.duration)}"
        self.cache.add(window, 0, self.duration)
        try:
            calls: int = self.cache.incr(window)
        except ValueError:  # the window ended between the two statements
            return True
        return calls <= self.num_requests

    def wait(self) -> float:
        """Seconds until the next window."""
        return self.duration - monotonic() % self.duration


class KeyThrottle(WindowThrottle):
    """`API_RATE`, for each key and each signed-in person."""

    scope = "key"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """The key's or the person's id; None for anybody else."""
        if isinstance(request.auth, ApiKey):
            return f"key-{request.auth.pk}"
        return f"user-{request.user.pk}" if request.user.is_authenticated else None


class AddressThrottle(WindowThrottle):
    """Callers without a valid key."""

    scope = "address"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """The address; None for callers that are known."""
        known = isinstance(request.auth, ApiKey) or request.user.is_authenticated
        return None if known else address_of(request)


def address_of(request: Request) -> str:
    """Where the call came from."""
    return str(request.META.get("REMOTE_ADDR", ""))
