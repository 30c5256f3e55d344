"""What `up --demo` adds: a planted database, an agent at work, and a line that decides."""

from __future__ import annotations

import json
import sys

from django import db
from django.db.models import F

from gates import clock
from hitl_project import connections
from hitl_project.demo import greeting
from hitl_project.demo.seeding import AGENT_KEY, REFUND, REVIEWER, Secrets, plant
from hitl_project.supervision.children import MANAGE, Child
from reviews.models import Review
from reviews.models.review import ReviewQuerySet

BODY = json.dumps({"verdict": "approve"}, separators=(",", ":"))


class AgentProcess(Child):
    """The demo's agent. It gets an address and a key, and its words go to our stdout: it waits
    until `invited`, so that the address comes first there.
    """

    invited = False

    def __init__(self, address: str, key: str) -> None:
        command = [sys.executable, MANAGE, "agent", "--url", address]
        super().__init__("agent", command, patience=1)
        self._key = key

    def may_start(self) -> bool:
        """Not before somebody has said where to look."""
        return self.invited and super().may_start()

    def output(self) -> int | None:
        """Our stdout."""
        return None

    def environment(self) -> dict[str, str]:
        """The key: unlike arguments, the environment is not for others to read."""
        return {"GATEHOUSE_KEY": self._key}


class Show:
    """The demo at one address. Making one plants it, with a month of history if it is the first."""

    def __init__(self, address: str, *, past: bool = True) -> None:
        self._address = address
        self._secrets: Secrets = plant(past=past)
        self._offered: Review | None = None
        self.agent = AgentProcess(address, self._secrets.agent)

    def greet(self) -> str:
        """What a person needs to begin; the agent may talk from now on."""
        self.agent.invited = True
        last = "All of it is simulated: no money moves, no letter is sent. Ctrl-C stops everything."
        return "\n".join(("", greeting.logins(), "", last, ""))

    def offer(self) -> str:
        """A line that decides a review that waits now; empty while the last one still would."""
        try:
            connections.renew()
            review = self._next()
        except db.Error:
            return ""
        if review is None:
            return ""
        self._offered = review
        return (
            f"\nFor you to decide: {review.title}. In another terminal:\n"
            f"curl -X POST {self._address}/api/v1/reviews/{review.pk}/decide/"
            f" -H 'Authorization: Bearer {self._secrets.reviewer}'"
            f" -H 'Content-Type: application/json' -d '{BODY}'\n"
        )

    def _next(self) -> Review | None:
        waiting = self._decidable()
        if self._offered is not None and waiting.filter(pk=self._offered.pk).exists():
            return None
        return waiting.order_by(F("submitted_at").desc()).first()

    def _decidable(self) -> ReviewQuerySet:
        """Refunds that the agent itself waits for and the reviewer could approve as they are."""
        mine = {"team__memberships__user__username": REVIEWER, "over_limit": False}
        agents = {"gate__slug": REFUND, "key__name": AGENT_KEY, "key__revoked": False, "step": None}
        return Review.objects.pending().filter(due_at__gt=clock.now(), **mine, **agents)
