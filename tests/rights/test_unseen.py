"""No view shows anybody a review that `visible_to` does not show him."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from gates.models import Membership
from tests.factories import at
from tests.rights import tables
from tests.rights.calls import Call, address
from tests.rights.test_matrix import MODELS, USES, quiet
from tests.rights.world import NOW, World, world

pytestmark = pytest.mark.portable

MARK = "Zaubernuss"  # in every text that somebody wrote about the reviews of `support_team`
OTHERS = ("other", "author", "approver", "other key", "stranger's key")
TERMS = ("external_id", "subject", "id")
FILTERS = (
    *({"status": state} for state in ("pending", "held", "conditional", "closed", "all")),
    {"outcome": "approved"},
    {"deadline": "hour"},
    {"priority": "2"},
    {"gate": "1"},
    {"team": "1"},
)
__all__ = ["quiet"]


@pytest.fixture
def made() -> World:
    """A world in which every text is marked, and in which somebody from elsewhere begins things."""
    return world(MARK)


def reads(made: World) -> Iterator[tuple[str, dict[str, str]]]:
    """Every address that is read, with what lists and searches may be asked."""
    calls = [call for call in (*tables.PAGES, *tables.API, *tables.SITE) if call.method == "GET"]
    for call in calls:
        if call.name != "condition":  # who has the link may read its one sentence
            yield address(call, made), {}
    for model in MODELS:
        of = model.rpartition("_")[2]
        for method, view in USES:
            if method == "GET":
                yield address(Call(method, f"admin:{model}_{view}", of), made), {}
    yield from searches(made)


def searches(made: World) -> Iterator[tuple[str, dict[str, str]]]:
    """Lists narrowed to what is hidden, by what a person may have heard of it."""
    hidden = made.things["pending"]
    for name in TERMS:
        term = str(getattr(hidden, "pk" if name == "id" else name))
        yield "/admin/search/", {"q": term}
        for model in MODELS:
            app, _, kind = model.rpartition("_")
            yield f"/admin/{app}/{kind}/", {"q": term}
    for query in FILTERS:
        yield "/admin/reviews/review/", query
    for state in ("pending", "held", "conditional", "closed"):
        yield "/api/v1/reviews/", {"status": state}
    yield "/api/v1/reviews/", {"external_id": hidden.external_id}
    for team in ("support_team", "vault_team"):
        for tab in ("mine", "available", "all", "done"):
            yield f"/queues/{team}/", {"tab": tab, "review": str(hidden.pk)}
            yield f"/queues/{team}/", {"tab": tab}


def told(made: World, role: str) -> set[str]:
    """The addresses at which the mark shows to somebody."""
    found = set()
    for where, query in reads(made):
        with at(NOW):
            client = made.visitor(role)
            response = client.get(where, query)
            # What a page repeats of one's own question tells nothing.
            text = response.content.decode().replace(query.get("q", "\0"), "")
        asked = query.get("external_id", "\0")
        if MARK in text.replace(asked, ""):
            found.add(f"{where} {query}")
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("role", OTHERS)
def test_nothing_is_told_of_reviews_of_another_team(made: World, role: str) -> None:
    assert told(made, role) == set()


@pytest.mark.django_db
def test_the_mark_would_show(made: World) -> None:
    """To the team it does, so that the test above looks at something."""
    found = told(made, "reviewer")
    pk = made.things["pending"].pk
    places = ("/ {}", f"/reviews/{pk}/ {{}}", "/queues/support_team/ {}", "/api/v1/reviews/ {}")
    lists = ("review", "decision", "condition", "comment", "assignment")
    assert found >= {*places, *(f"/admin/reviews/{name}/ {{}}" for name in lists)}
    assert f"/admin/reviews/review/{pk}/change/ {{}}" in found


@pytest.mark.django_db
def test_who_left_the_team_is_told_nothing_any_more(made: World) -> None:
    """Not of what he held, decided or began there either."""
    reviewer = made.people["reviewer"]
    draft = Call("POST", "review-draft", "pending", {"verdict": "reject", "note": "Well"})
    with at(NOW):
        made.visitor("reviewer").post(address(draft, made), draft.body)
    Membership.objects.filter(user=reviewer).delete()
    assert told(made, "reviewer") == set()


# --- the source

OWN = ("models", "queries", "transitions", "management")  # packages of `reviews` that may
OWN_FILES = ("reviews/deadlines.py", "reviews/tasks.py")
# How often elsewhere, and why it shows nobody what he may not see.
ALLOWED = {
    "reviews/admin/case.py": (1, "the revision of the review that is shown: same gate, same key"),
    "reviews/views/shown.py": (1, "one review by its id, which `sees` has judged just before"),
    "reviews/engine.py": (1, "what a run waits for; who may see the run is asked before"),
    "reviews/api/waiting.py": (1, "when one review wakes, which `find` has judged just before"),
    "reviews/api/reviews.py": (1, "the class's empty queryset, for the OpenAPI document"),
    "hitl_project/admin/search.py": (1, "rows by ids which were found among the visible ones"),
    "hitl_project/demo/history/cast.py": (1, "whether there is any, before the demo is made"),
    "hitl_project/demo/history/flows.py": (5, "the demo's own reviews"),
    "hitl_project/demo/history/past.py": (1, "the demo's own review"),
    "hitl_project/demo/history/present.py": (1, "the demo's own review"),
    "hitl_project/demo/history/stage.py": (1, "the demo's own review"),
    "hitl_project/demo/show.py": (1, "what the demo's agent has open, for its own key"),
}


def sources() -> Iterator[Path]:
    """The modules in which a list of reviews must not begin by itself."""
    root = Path(settings.BASE_DIR)
    for app in ("hitl_project", "analytics", "reviews", "gates"):
        for path in sorted((root / app).rglob("*.py")):
            name = path.relative_to(root)
            own = name.parts[0] == "reviews" and name.parts[1] in (*OWN, "migrations")
            if not own and str(name) not in OWN_FILES:
                yield name


def beginnings(text: str) -> int:
    """How often reviews are asked for without `visible_to` next."""
    tree = ast.parse(text)
    judged = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "visible_to"
    }
    return sum(
        isinstance(node, ast.Attribute)
        and node.attr in {"objects", "_default_manager", "_base_manager"}
        and isinstance(node.value, ast.Name)
        and node.value.id == "Review"
        and id(node) not in judged
        for node in ast.walk(tree)
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Review.objects.visible_to(user).filter(pk=1)", 0),
        ("Review.objects.filter(pk=1).visible_to(user)", 1),
        ("Review.objects.all()", 1),
        ("rows = Review.objects", 1),
        ("Review._default_manager.count()", 1),
        ("Condition.objects.all()", 0),
    ],
)
def test_what_counts_as_a_list_of_its_own(text: str, count: int) -> None:
    assert beginnings(text) == count


def test_no_list_of_reviews_begins_without_visible_to() -> None:
    root = Path(settings.BASE_DIR)
    found = {str(name): beginnings((root / name).read_text()) for name in sources()}
    allowed = {name: count for name, (count, _reason) in ALLOWED.items()}
    assert {name: count for name, count in found.items() if count} == allowed
