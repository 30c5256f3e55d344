"""No list of reviews scans, counts or sorts what there is: 10^5 reviews, both databases."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client

from gates.models import Team
from reviews.models import Review
from tests.admins import signed_in
from tests.factories import Desk, personal_key, secret_of, team, user
from tests.reviews.plans.plans import asked_by, faults
from tests.reviews.pressing import QUEUE, choose, press

pytestmark = pytest.mark.django_db

Crowd = dict[str, Desk]
SEARCHES = ("case-777", "S-77", "0000030d-9a80-7000-8000-000000000000", "nothing")
PAGES = (
    "",
    *(f"status={it}" for it in ("held", "conditional", "closed", "all")),
    *(f"deadline={it}" for it in ("up", "hour", "today", "later")),
    *(f"holder={it}" for it in ("me", "somebody", "nobody")),
    *(f"priority={it}" for it in (0, 3)),
    "priority=0&status=closed",
    "escalated=yes",
    "escalated=no",
    *(f"team={{{it}_team}}{more}" for it in ("big", "tiny") for more in ("", "&status=closed")),
    *(f"gate={{{it}}}{more}" for it in ("big", "tiny") for more in ("", "&status=closed")),
    *(f"outcome={it}" for it in ("approved", "rejected", "cancelled", "skipped")),
    "outcome=skipped&gate={tiny}",
    *(f"q={it}" for it in SEARCHES),
)
CALLS = (
    "",
    "page_size=200",
    *(f"status={it}" for it in ("pending", "held", "conditional", "closed")),
    *(f"outcome={it}" for it in ("approved", "skipped")),
    *(f"gate={it}" for it in ("big", "tiny")),
    *(f"team={it}_team" for it in ("big", "tiny")),
    "priority=critical",
    "external_id=case-777",
    "submitted_after=2026-03-01T00:00:00Z",
    "mine=true",
)
# More pages of people, by address; `{tiny}` is the id of a gate, `{tiny_team}` that of its team.
WORKSPACE = ("/queues/big_team/", "/queues/tiny_team/")


def browser_of(who: str) -> Client:
    """Of one who sees all, or of a member of that desk's team."""
    if who == "auditor":
        return signed_in("ada", "reviews.view_all_reviews")
    team(f"{who}_team", user(who))
    return signed_in(who)


def filled(query: str, crowd: Crowd) -> str:
    """The query with the ids of gates and teams."""
    ids: dict[str, int] = {name: it.gate.pk for name, it in crowd.items()}
    return query.format(**ids, **dict(Team.objects.values_list("slug", "pk")))


@pytest.mark.parametrize("who", ["auditor", "tiny"])
def test_the_admins_queue(crowd: Crowd, who: str) -> None:
    client = browser_of(who)
    asked = [filled(page, crowd) for page in PAGES]
    found = {page: faults(partial(_read, client.get, f"{QUEUE}?{page}")) for page in asked}
    assert {page: wrong for page, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("who", ["auditor", "big"])
@pytest.mark.parametrize("query", ["", "status=closed", "status=all", "outcome=rejected"])
def test_a_deep_page_of_the_admins_queue(crowd: Crowd, who: str, query: str) -> None:
    client = browser_of(who)
    assert faults(lambda: _ok(client.get(f"{QUEUE}?{query}&p=20"))) == []


@pytest.mark.parametrize("term", SEARCHES)
def test_a_search_goes_by_indexes_alone(crowd: Crowd, term: str) -> None:
    auditor = browser_of("auditor")
    asked = asked_by(lambda: auditor.get(QUEUE, {"q": term}))
    assert [it.sql for it in asked if it.walks()] == []


def test_an_outcome_that_is_rare_goes_by_an_index(crowd: Crowd) -> None:
    auditor = browser_of("auditor")
    asked = asked_by(lambda: auditor.get(QUEUE, {"outcome": "skipped"}))
    assert [it.sql for it in asked if it.walks()] == []


@pytest.mark.parametrize("address", WORKSPACE)
@pytest.mark.parametrize("who", ["auditor", "member"])
def test_a_queue_of_the_workspace(crowd: Crowd, address: str, who: str) -> None:
    name = address.split("/")[2].removesuffix("_team") if who == "member" else who
    browser = browser_of(name)
    assert faults(lambda: _ok(browser.get(address))) == []


@pytest.mark.parametrize("move", ["approve", "reject", "escalate", "assign", "cancel"])
def test_the_page_that_asks(crowd: Crowd, move: str) -> None:
    reviewer = browser_of("big")
    chosen = list(Review.objects.filter(team=_team("big")).pending()[:500])
    assert faults(lambda: _ok(press(reviewer, move, *chosen))) == []
    assert faults(lambda: _ok(choose(reviewer, move, *chosen[:50]))) == []


def test_a_batch_of_everything_that_a_filter_leaves_is_refused_without_a_scan(crowd: Crowd) -> None:
    auditor = browser_of("auditor")
    sent = {"action": "escalate", "_selected_action": ["x"], "select_across": "1", "index": "0"}
    assert faults(lambda: auditor.post(QUEUE, sent)) == []


@pytest.mark.parametrize("who", ["agent", "tiny"])
def test_the_list_of_the_api(crowd: Crowd, who: str) -> None:
    call = _caller(crowd, who)
    found = {query: faults(partial(_read, call, f"/api/v1/reviews/?{query}")) for query in CALLS}
    assert {query: wrong for query, wrong in found.items() if wrong} == {}


def test_what_scans_or_counts_is_found(crowd: Crowd) -> None:
    """The proof of this proof."""
    found = faults(lambda: list(Review.objects.filter(recommendation="none").values_list("title")))
    assert [it.partition(":")[0] for it in found] == ["scans reviews_review"]
    assert "counts" in faults(Review.objects.count)[0]


def _team(name: str) -> Team:
    return Team.objects.get(slug=f"{name}_team")


def _caller(crowd: Crowd, who: str) -> Callable[[str], Any]:
    if who == "agent":
        secret = secret_of(crowd["big"].key)
    else:
        team(f"{who}_team", user(who))
        secret = secret_of(personal_key(user(who)))
    return partial(Client().get, headers={"Authorization": f"Bearer {secret}"})


def _ok(response: Any) -> None:
    assert response.status_code == 200
    response.content  # noqa: B018


def _read(get: Callable[[str], Any], address: str) -> None:
    _ok(get(address))
