"""Gatehouse, as an integrator calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil
from time import monotonic, sleep
from typing import Any, Self, Unpack
from urllib.parse import parse_qsl, quote, urlsplit
from uuid import UUID

import httpx2

from gatehouse_client.answers import CLOSED, ENDED, Forecast, Review, Run
from gatehouse_client.bodies import Answer, Content, Start
from gatehouse_client.calls import Calls

LONGEST_WAIT = 60  # seconds that one call may wait at the server
BREATH = 1.0  # seconds between two looks, when a busy server answers at once

Id = str | UUID


class Gatehouse:
    """Calls Gatehouse with an API key. Threads may share it.

    `timeout`: seconds for one try. `patience`: seconds for which an outage is waited out, in every
    call. All of them raise Refused (by its code: AlreadyDecided, Expired, ...) and Unreachable.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        timeout: float = 15.0,
        patience: float = 60.0,
        transport: httpx2.BaseTransport | None = None,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self._http = httpx2.Client(
            base_url=f"{base_url.rstrip('/')}/api/v1/",
            headers={"Authorization": f"Bearer {key}", "Accept": "application/json"},
            timeout=timeout,
            transport=transport,
        )
        self._calls = Calls(self._http, patience=patience, pause=pause)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    # --- reviews ---------------------------------------------------------------------------------

    def submit(
        self,
        gate: str,
        proposal: Any,
        *,
        idempotency_key: str | None = None,
        **content: Unpack[Content],
    ) -> Review:
        """Submit a proposal. The review is closed at once where no rule asks for a person."""
        body = {"gate": gate, "proposal": proposal, **content}
        return Review.read(self._calls.post("reviews/", body, idempotency_key))

    def review(self, review: Id) -> Review:
        """The review now."""
        return Review.read(self._calls.get(_path("reviews", review)))

    def reviews(self, **filters: str) -> Iterator[Review]:
        """Reviews, newest first, page by page as they are asked for: `gate="refund"`, ..."""
        query = dict(filters)
        while True:
            page = self._calls.get("reviews/", query)
            yield from map(Review.read, page["results"])
            if not page.get("next"):
                return
            # Only its query: behind a proxy the server's own address is not ours.
            query = dict(parse_qsl(urlsplit(page["next"]).query))

    def wait(self, review: Id, *, seconds: float | None = None) -> Review:
        """The review as soon as it is closed, or as it is after `seconds`. Without them: however
        long it takes.
        """
        return Review.read(self._follow(_path("reviews", review), seconds, CLOSED))

    def decide(
        self,
        review: Id,
        verdict: str,
        *,
        idempotency_key: str | None = None,
        **answer: Unpack[Answer],
    ) -> Review:
        """Give a verdict, with a person's key."""
        body = {"verdict": verdict, **answer}
        path = _path("reviews", review, "decide")
        return Review.read(self._calls.post(path, body, idempotency_key))

    def cancel(
        self, review: Id, *, code: str | None = None, idempotency_key: str | None = None
    ) -> Review:
        """Close the review as cancelled; `code` says why, in a word of one's own."""
        path = _path("reviews", review, "cancel")
        return Review.read(self._calls.post(path, {"code": code}, idempotency_key))

    def confirm(self, condition: Id, *, idempotency_key: str | None = None) -> Review | Run:
        """The condition is met. Returns what waited for it."""
        return self._answer(condition, "confirm", idempotency_key)

    def deny(self, condition: Id, *, idempotency_key: str | None = None) -> Review | Run:
        """The condition is not met. Returns what waited for it."""
        return self._answer(condition, "deny", idempotency_key)

    def _answer(self, condition: Id, said: str, key: str | None) -> Review | Run:
        document = self._calls.post(_path("conditions", condition, said), {}, key)
        return Run.read(document) if "workflow" in document else Review.read(document)

    def check(self, gate: str, proposal: Any, **content: Unpack[Content]) -> Forecast:
        """What would happen to a proposal, and why. Nothing is written."""
        body = {"proposal": proposal, **content}
        return Forecast.read(self._calls.post(_path("gates", gate, "check"), body))

    # --- runs ------------------------------------------------------------------------------------

    def start(
        self,
        workflow: str,
        input: Any,  # noqa: A002 (the member's name)
        *,
        idempotency_key: str | None = None,
        **more: Unpack[Start],
    ) -> Run:
        """Start a run of a workflow."""
        path = _path("workflows", workflow, "runs")
        return Run.read(self._calls.post(path, {"input": input, **more}, idempotency_key))

    def run(self, run: Id) -> Run:
        """The run now."""
        return Run.read(self._calls.get(_path("runs", run)))

    def wait_run(self, run: Id, *, seconds: float | None = None) -> Run:
        """The run as soon as it has ended, or as it is after `seconds`. Without them: however long
        it takes.
        """
        return Run.read(self._follow(_path("runs", run), seconds, ENDED))

    def cancel_run(
        self, run: Id, *, undo: bool | None = None, idempotency_key: str | None = None
    ) -> Run:
        """End the run where it is; with `undo`, a run of its own undoes what it did."""
        path = _path("runs", run, "cancel")
        return Run.read(self._calls.post(path, {"undo": undo}, idempotency_key))

    def retry_run(self, run: Id, *, idempotency_key: str | None = None) -> Run:
        """Try the step again on which the run is stuck."""
        return Run.read(self._calls.post(_path("runs", run, "retry"), {}, idempotency_key))

    def _follow(self, path: str, seconds: float | None, over: str) -> dict[str, Any]:
        """Wait at the server, call after call."""
        end = None if seconds is None else monotonic() + seconds
        while True:
            left = LONGEST_WAIT if end is None else max(end - monotonic(), 0.0)
            asked = max(1, min(LONGEST_WAIT, ceil(left)))
            begun = monotonic()
            document = self._calls.get(
                f"{path}wait/",
                {"seconds": asked},
                thinks=asked,
                patience=None if end is None else left,
            )
            if document["status"] == over or (end is not None and monotonic() >= end):
                return document
            if monotonic() - begun < BREATH:
                self._calls.pause(BREATH)


def _path(*parts: Id) -> str:
    """An address below the API's, whatever the parts hold."""
    return "".join(f"{quote(str(part), safe='')}/" for part in parts)
