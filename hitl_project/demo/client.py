"""How an integrator calls Gatehouse: patiently, and never twice for one thing."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep
from typing import Any
from uuid import uuid4

import httpx2

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0  # seconds
BUSY = 429
AT_WORK = "idempotency_in_progress"  # our first try is still being answered


class Refused(Exception):
    """An answer that asking again will not change."""

    def __init__(self, http_status: int, code: str, detail: str) -> None:
        super().__init__(f"{http_status} {code}: {detail}")
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
        pause = FIRST_PAUSE
        while True:
            response = self._try(method, path, **call)
            if response is not None and not _passing(response):
                return _answer(response)
            told = response.headers.get("Retry-After", "") if response is not None else ""
            self._pause(min(float(told) if told.isdigit() else pause, LONGEST_PAUSE))
            pause = min(pause * 2, LONGEST_PAUSE)

    def _try(self, method: str, path: str, **call: Any) -> httpx2.Response | None:
        try:
            return self._http.request(method, path, **call)
        except httpx2.TransportError:
            return None


def _passing(response: httpx2.Response) -> bool:
    """True for what another try may get past."""
    if response.status_code == BUSY or response.is_server_error:
        return True
    return response.is_error and _problem(response).get("code") == AT_WORK


def _answer(response: httpx2.Response) -> dict[str, Any]:
    if response.is_success:
        answer: dict[str, Any] = response.json()
        return answer
    problem = _problem(response)
    code, detail = problem.get("code", "no_problem_document"), problem.get("detail", "")
    raise Refused(response.status_code, str(code), str(detail))


def _problem(response: httpx2.Response) -> dict[str, Any]:
    try:
        problem = response.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
