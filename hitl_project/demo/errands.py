"""How the demo's agent goes about an errand: it starts a run, and tells how that goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

from hitl_project.demo.client import Client
from hitl_project.demo.shop.errands import Errand

Say = Callable[[str], None]
Json = dict[str, Any]

BREATH = 2.0  # seconds between two looks, however fast they come back


@dataclass(frozen=True, slots=True)
class Messenger:
    """Follows one run after the other until it ends, or until only a person can help it."""

    client: Client
    say: Say
    pause: Callable[[float], None] = sleep
    patience: int = 20  # seconds that one waiting call may take

    def work_on(self, errand: Errand) -> None:
        """From start to end."""
        run = self.client.post(f"workflows/{errand.workflow}/runs/", errand.body())
        self._tell(errand, f"starts {errand.wish}: {run['url']}")
        told: set[str] = set()
        while run["status"] == "running":
            self._news(errand, run, told)
            begun = monotonic()
            run = self.client.get(f"runs/{run['id']}/wait/", seconds=self.patience)
            if run["status"] == "running":
                self.pause(max(0.0, BREATH - (monotonic() - begun)))
        self._tell(errand, _ending(run))

    def _news(self, errand: Errand, run: Json, told: set[str]) -> None:
        """What the run waits for, once."""
        for step in run["steps"]:
            waits = _waiting(step)
            if waits and step["id"] not in told:
                told.add(step["id"])
                self._tell(errand, waits)

    def _tell(self, errand: Errand, text: str) -> None:
        self.say(f"agent  {errand.called}  {text}")


def _waiting(step: Json) -> str:
    if step["status"] != "waiting":
        return ""
    condition = step["condition"]
    if condition is not None and condition["url"]:
        return f"waits for the customer, who would get this link: {condition['url']}"
    return f"waits for people at “{step['node']}”" if step["review"] else ""


def _ending(run: Json) -> str:
    if run["status"] == "ended":
        return f"ended: {run['outcome']}"
    step = run["steps"][-1]
    return f"is stuck at “{step['node']}” ({step['error']}): see {run['url']}"
