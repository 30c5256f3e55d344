"""How an integrator calls Gatehouse: patiently, and never twice for one thing."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep
from typing import Any
from uuid import uuid4

import httpx2

LONGEST_PAUSE = 15.0
BUSY = 429


class Refused(Exception):
    """An answer that asking again will not change."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code


class Client:
    """Calls the API with a key. Outages, overload and restarts are waited out."""

    def __init__(
        self,
        address: str,
        key: str,
        *,
        transport: httpx2.BaseTransport | None = None,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._http = httpx2.Client(
            base_url=f"{address.rstrip('/')}/api/v1/",
            headers=headers,
            timeout=40,
            transport=transport,
        )
        self._pause = pause

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Read."""
        return self._until_answered("GET", path, params=query)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Write. Every try carries the same Idempotency-Key, so that it happens once."""
        headers = {"Idempotency-Key": str(uuid4())}
        return self._until_answered("POST", path, json=body, headers=headers)

    def _until_answered(self, method: str, path: str, **call: Any) -> dict[str, Any]:
        pause = 0.5
        while True:
            response = self._try(method, path, **call)
            if response is not None and response.status_code != BUSY and not response.is_server_error:
                return _answer(response)
            told = response.headers.get("Retry-After", "") if response is not None else ""
            self._pause(min(float(told) if told.isdigit() else pause, LONGEST_PAUSE))
            pause = min(pause * 2, LONGEST_PAUSE)

    def _try(self, method: str, path: str, **call: Any) -> httpx2.Response | None:
        try:
            return self._http.request(method, path, **call)
        except httpx2.TransportError:
            return None


def _answer(response: httpx2.Response) -> dict[str, Any]:
    if response.is_success:
        answer: dict[str, Any] = response.json()
        return answer
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    code, detail = problem.get("code", "no_problem_document"), problem.get("detail", "")
    raise Refused(response.status_code, str(code), str(detail))
