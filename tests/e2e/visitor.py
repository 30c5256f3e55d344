"""Somebody at a browser, and what his console complains about."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, Response, expect

from reviews.models import Review

DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB"}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
WITHOUT_SCRIPT: dict[str, Any] = {"java_script_enabled": False}
# A browser writes every refusal into its console; these are answers that a page then shows.
_REFUSED = re.compile(r"the server responded with a status of (403|404|409|410|422) ")
PATIENCE = 60_000  # ms; other tests may have the processors
expect.set_options(timeout=PATIENCE)


@dataclass
class Visitor:
    """A page with what went wrong on it."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._check)

    def carry(self, session: str, address: str) -> None:
        """Come with this session."""
        cookie: Any = {"name": "sessionid", "value": session, "url": address}
        self.page.context.add_cookies([cookie])

    def lose_session(self) -> None:
        """As if it had run out."""
        self.page.context.clear_cookies(name="sessionid")

    def open(self, review: Review, panel: str = "") -> None:
        """The page of a review, with a verdict's form open."""
        self.page.goto(f"/reviews/{review.pk}/" + (f"?verdict={panel}" if panel else ""))

    def choose(self, verdict: str) -> None:
        """Press one of the buttons of the bar."""
        self.page.locator(f"a.v-{verdict}").click()
        expect(self.panel).to_be_visible()

    @property
    def panel(self) -> Locator:
        """The open form."""
        return self.page.locator("form.panel")

    def commit(self) -> None:
        """Press the button of the open form."""
        self.panel.locator(".panel-foot button[type=submit]").click()

    def is_told(self, text: str) -> None:
        """The page says so, where everybody looks."""
        said = self.page.locator("ul.messages, .refusal, .errors, section.once")
        expect(said.filter(has_text=text)).to_be_visible()

    def _hear(self, message: ConsoleMessage) -> None:
        refused = _REFUSED.search(message.text) and "/static/" not in message.location["url"]
        if message.type in {"error", "warning"} and not refused:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _check(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.url}")
