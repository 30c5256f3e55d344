"""The list of workflows: who sees it, what it counts, how it goes on, and at what price."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gates.graph import Action, End
from gates.models import Workflow
from gates.performers import Refused
from reviews.models import Run
from reviews.queries import desks, run_pages
from tests.factories import permit, user
from tests.reviews.runs.shop import go_on, graph, publish, shop
from tests.reviews.views.test_page_counts import statements
from tests.reviews.views.visiting import browser, text_of, where

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

PAGE = "/workflows/"
LINK = f'href="{PAGE}"'


def auditor() -> Any:
    return permit(user("ada"), "reviews.view_run")


def refused(call: Any) -> Any:
    raise Refused("No.")


def shown(**query: str) -> Any:
    return browser(auditor()).get(PAGE, query).context["page"]


def counts() -> dict[str, tuple[int, int, int]]:
    return {row.slug: (row.running, row.waiting, row.failed) for row in shown().rows}


# --- who sees it


@pytest.mark.parametrize(
    ("permission", "status"),
    [("reviews.view_run", 200), ("gates.view_workflow", 200), ("reviews.view_review", 404)],
)
def test_who_may_see_workflows_or_runs_sees_it(permission, status):
    assert browser(permit(user("ada"), permission)).get(PAGE).status_code == status


def test_signed_out_one_signs_in_first():
    assert where(Client().get(PAGE)) == (302, "/login/?next=/workflows/")


def test_it_is_only_read():
    assert browser(auditor()).post(PAGE).status_code == 405


@pytest.mark.parametrize("permission", ["reviews.view_run", "gates.view_workflow"])
def test_the_menu_leads_there_whoever_may_see_it(permission):
    assert LINK in text_of(browser(permit(user("ada"), permission)).get("/"))
    assert LINK not in text_of(browser(user("ben", is_staff=True)).get("/"))


def test_the_page_of_one_leads_back():
    publish(graph(Action("tick", "tick", "done"), End("done")))
    page = browser(auditor()).get(f"{PAGE}refunds/")
    assert text_of(page).count(LINK) == 2  # the menu, and the way back


# --- what it says


def test_runs_are_counted_by_how_they_stand():
    publish(graph(Action("tick", "tick", "done"), End("done"), slug="idle"))
    with shop() as it:
        it.start()
        for _ in range(2):
            go_on(it.start())
        it.does["analyse_ticket"] = refused
        go_on(it.start())
        assert counts() == {"idle": (0, 0, 0), "refunds": (1, 2, 1)}


def test_what_has_ended_is_not_counted():
    with shop(Action("tick", "tick", "done"), End("done")) as it:
        go_on(it.start())
        assert counts() == {"refunds": (0, 0, 0)}


def test_a_run_that_undoes_is_counted_too():
    """As the list of what is stuck has it, to which the count leads."""
    with shop() as it:
        it.does["analyse_ticket"] = refused
        run = go_on(it.start())
        other = Run.objects.get(pk=it.start().pk)
        other.steps.update(undoes=run.steps.get())
        assert counts() == {"refunds": (1, 0, 1)}


def test_counts_stop(monkeypatch):
    monkeypatch.setattr(desks, "MOST", 2)
    with shop() as it:
        for _ in range(4):
            it.start()
        assert counts() == {"refunds": (3, 0, 0)}


def test_what_failed_leads_to_the_runs_that_are_stuck():
    with shop() as it:
        assert "?stuck" not in text_of(browser(auditor()).get(PAGE))
        it.does["analyse_ticket"] = refused
        go_on(it.start())
        assert 'href="/workflows/refunds/?stuck"' in text_of(browser(auditor()).get(PAGE))


def test_it_names_the_newest_version_and_leads_to_each_page():
    Workflow.objects.create(slug="draft")
    with shop():
        publish(graph())
        page = text_of(browser(auditor()).get(PAGE))
    assert 'href="/workflows/refunds/"' in page
    assert "version 2, March 2, 2026, 9 a.m." in page
    assert page.count("not published") == 1


def test_where_there_is_none_it_says_what_to_do():
    page = text_of(browser(auditor()).get(PAGE))
    assert "No workflow is published yet." in page
    assert "manage.py policy apply FILE" in page


# --- how it goes on


def test_workflows_come_by_name_a_page_at_a_time(monkeypatch):
    monkeypatch.setattr(run_pages.page_of_workflows, "__kwdefaults__", {"size": 2})
    for slug in ("b", "c", "a"):
        Workflow.objects.create(slug=slug)
    first, last = shown(), shown(after="b")
    assert ([row.slug for row in first.rows], first.after) == (["a", "b"], "b")
    assert ([row.slug for row in last.rows], last.after) == (["c"], "")
    assert 'href="?after=b"' in text_of(browser(auditor()).get(PAGE))


@pytest.mark.parametrize("after", ["zzz", "zzz\0"])
def test_after_the_last_there_are_no_more(after):
    Workflow.objects.create(slug="a")
    page = browser(auditor()).get(PAGE, {"after": after})
    assert list(page.context["page"].rows) == []
    assert "There are no more." in text_of(page)


# --- at what price


@pytest.mark.parametrize("count", [1, 3])
def test_it_takes_as_many_statements_for_three_workflows_as_for_one(count):
    """Session, person, preferences, permissions (2); the workflows; the desks beside it."""
    with shop() as it:
        for number in range(count - 1):
            publish(graph(slug=f"more-{number}"))
        for _ in range(count):
            go_on(it.start())
        assert statements(auditor(), PAGE) == 7
