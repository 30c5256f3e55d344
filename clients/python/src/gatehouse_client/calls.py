"""One call: patient, and never done twice."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx2

from gatehouse_client.problems import Refused, Unreachable, refusal

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 15.0  # seconds
_NOT_NOW = frozenset({408, 425, 429})  # and every 5xx
_AT_WORK = "idempotency_in_progress"  # our first try is still being answered
_HOPELESS = (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError)  # it is our request that is bad


class Calls:
    """Calls the API with a key. Outages, overload and restarts are waited out for `patience` s."""

    def __init__(
        self, http: httpx2.Client, *, patience: float, pause: Callable[[float], None]
    ) -> None:
        self._http = http
        self._patience = patience
        self.pause = pause

    def get(
        self,
        path: str,
        query: Mapping[str, Any] | None = None,
        *,
        thinks: float = 0.0,
        patience: float | None = None,
    ) -> dict[str, Any]:
        """Read. `thinks`: seconds that the server may take beyond the usual."""
        request = self._http.build_request("GET", path, params=query)
        if thinks:
            times = request.extensions["timeout"]
            longer = None if times["read"] is None else times["read"] + thinks
            request.extensions["timeout"] = times | {"read": longer}
        return self._until_answered(request, self._patience if patience is None else patience)

    def post(self, path: str, body: Mapping[str, Any], key: str | None = None) -> dict[str, Any]:
        """Write. Every try carries the same Idempotency-Key."""
        given = {name: value for name, value in body.items() if value is not None}
        headers = {"Idempotency-Key": key or str(uuid4())}
        request = self._http.build_request("POST", path, json=given, headers=headers)
        return self._until_answered(request, self._patience)

    def _until_answered(self, request: httpx2.Request, patience: float) -> dict[str, Any]:
        end, pause = monotonic() + patience, FIRST_PAUSE
        while True:
            try:
                return self._answer(request)
            except _Later as later:
                # Not all at the same moment, when a server comes back.
                wanted = later.after or pause * random.uniform(0.5, 1)  # noqa: S311
                if monotonic() + wanted > end:
                    raise Unreachable(f"{request.method} {request.url}: {later.cause}") from (
                        later.cause
                    )
                self.pause(wanted)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _answer(self, request: httpx2.Request) -> dict[str, Any]:
        """The JSON of the answer. Raises _Later for what another try may get past."""
        try:
            response = self._http.send(request)
        except _HOPELESS:
            raise
        except httpx2.TransportError as error:
            raise _Later(error) from None
        document = _json(response)
        if response.is_success and document is not None:
            return document
        refused = refusal(response.status_code, document or {})
        if _passing(refused):
            raise _Later(refused, _told(response)) from None
        raise refused


class _Later(Exception):
    """Not now. `after`: seconds, where the server said so."""

    def __init__(self, cause: Exception, after: float = 0.0) -> None:
        super().__init__(cause)
        self.cause = cause
        self.after = after


def _passing(refused: Refused) -> bool:
    return refused.status in _NOT_NOW or refused.status >= 500 or refused.code == _AT_WORK  # noqa: PLR2004


def _told(response: httpx2.Response) -> float:
    after = response.headers.get("Retry-After", "")
    return float(after) if after.isascii() and after.isdigit() else 0.0


def _json(response: httpx2.Response) -> dict[str, Any] | None:
    """The JSON object of the answer; None where there is none."""
    try:
        document = response.json()
    except ValueError:
        return None
    return document if isinstance(document, dict) else None
