"""How one comes to the pages of runs and workflows."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from reviews.models import Run
from tests.e2e import flows

Way = Callable[[Page], object]


def run_page(make: Callable[[], Run], last: str = "") -> Way:
    """The page of a run."""
    return lambda page: page.goto(f"/runs/{make().pk}/{last}")


def opened_steps(page: Page) -> None:
    """What a run was given, and what came of it."""
    page.goto(f"/runs/{flows.revised().pk}/")
    for fold in page.locator(".run details").all()[:3]:
        fold.locator("summary").click()


def undoing(page: Page) -> None:
    """The run that undoes another."""
    page.goto(f"/runs/{Run.objects.get(compensates=flows.undone()).pk}/")


def a_workflow(page: Page) -> None:
    """A graph with runs in many places."""
    page.goto(f"/workflows/{flows.some().slug}/")


def only_stuck(page: Page) -> None:
    """Those of its runs that wait for somebody."""
    page.goto(f"/workflows/{flows.workflow().slug}/?stuck")


def cancelling(page: Page) -> None:
    """The admin's question before runs are cancelled, as it comes back without an answer."""
    page.goto(f"/admin/reviews/run/{flows.stuck().pk}/change/")
    page.locator("button[name=move][value=cancel]").click()
    page.locator("button[name=confirmed]").click()
    expect(page.get_by_role("alert")).to_be_visible()


def run_in_admin(page: Page) -> None:
    """All there is about a run."""
    page.goto(f"/admin/reviews/run/{flows.stuck().pk}/change/")


def workflow_in_admin(page: Page) -> None:
    """A workflow with its versions."""
    page.goto(f"/admin/gates/workflow/{flows.workflow().pk}/change/")


def workflow_version(page: Page) -> None:
    """What was published."""
    page.goto(f"/admin/gates/workflowversion/{flows.workflow().version_id}/change/")


def stuck_runs(page: Page) -> None:
    """The dashboard with runs at a dead end."""
    flows.stuck()
    page.goto("/admin/")
