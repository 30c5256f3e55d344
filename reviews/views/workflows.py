"""The list of workflows, and the page of one: its graph, where its runs stand, its newest runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from gates import clock
from gates.drawing import Box, drawing_of
from gates.models import Gate, Workflow, WorkflowVersion
from gates.queries.policies import graph_of
from reviews.models import Run
from reviews.models.run import SEE_RUNS
from reviews.queries import run_pages
from reviews.queries.run_pages import Standing
from reviews.states import RunStatus
from reviews.templatetags.gatehouse import capped
from reviews.views.answers import person, varies

SEE_WORKFLOWS = "gates.view_workflow"
NAV = "workflows"
LAST_VERSIONS = 10
SIGNS = {"running": "live", "waiting": "held", "failed": "warn"}
INSIDE, LETTER, SIGN = 8, 7, 27  # of a badge, in pixels


@dataclass(frozen=True, slots=True)
class Badge:
    """A count on the edge of a box: `x` and `y` are its left and upper side."""

    way: str
    sign: str
    text: str
    x: int
    y: int
    w: int


@require_safe
@login_required
def workflows(request: HttpRequest) -> HttpResponse:
    """All workflows by name, for who may see workflows or runs."""
    _reader(request)
    after = request.GET.get("after", "")
    page = run_pages.page_of_workflows(after.replace("\0", ""))
    context = {"nav": NAV, "now": clock.now(), "page": page, "later": bool(after)}
    return varies(render(request, "workflows.html", context))


@require_safe
@login_required
def workflow(request: HttpRequest, slug: str) -> HttpResponse:
    """A workflow, for who may see workflows or runs."""
    reader = _reader(request)
    rows = Workflow.objects.select_related("version").defer("version__document")
    found = get_object_or_404(rows, slug=slug)
    context = {"nav": NAV, "workflow": found, "now": clock.now()}
    context |= _published(found) | _versions(found) | _runs(request, found, reader)
    return varies(render(request, "workflow.html", context))


def _reader(request: HttpRequest) -> User:
    """Who looks. Raises Http404 for who may see neither workflows nor runs."""
    reader = person(request)
    if not (reader.has_perm(SEE_WORKFLOWS) or reader.has_perm(SEE_RUNS)):
        raise Http404
    return reader


def _published(found: Workflow) -> dict[str, Any]:
    """The graph, what stands where, and the gates on the way."""
    if found.version is None:
        return {"graph": None, "standing": []}
    graph = graph_of(found.version)
    drawing, standing = drawing_of(graph), run_pages.standing(found, graph)
    by_node = {row.node: row for row in standing}
    badges = [badge for box in drawing.boxes for badge in badges_on(box, by_node[box.node])]
    return {
        "graph": graph,
        "drawing": drawing,
        "standing": [row for row in standing if row.any],
        "badges": badges,
        "gates": Gate.objects.filter(slug__in=graph.gates).order_by("slug"),
    }


def badges_on(box: Box, standing: Standing) -> list[Badge]:
    """What stands at a node, from its right corner to the left on its lower edge."""
    found: list[Badge] = []
    right = box.x + box.w - 10
    for way, count in reversed(standing.counts):
        if count:
            text = capped(count)
            width = SIGN + LETTER * len(text)
            right -= width
            found.append(Badge(way, SIGNS[way], text, right, box.y + box.h - INSIDE, width))
            right -= 4
    return found


def _versions(found: Workflow) -> dict[str, Any]:
    rows = WorkflowVersion.objects.filter(workflow=found).defer("document").order_by("-number")
    return {"versions": rows[:LAST_VERSIONS]}


def _runs(request: HttpRequest, found: Workflow, reader: User) -> dict[str, Any]:
    stuck = "stuck" in request.GET
    rows = Run.objects.visible_to(reader).filter(workflow=found)
    rows = rows.filter(status=RunStatus.STUCK) if stuck else rows
    page = run_pages.page_of_runs(rows, _place(request.GET.get("before", "")))
    places = run_pages.places(page.rows)
    runs = [(row, places.get(row.pk)) for row in page.rows]
    return {"stuck": stuck, "runs": runs, "after": page.after, "later": "before" in request.GET}


def _place(text: str) -> UUID | None:
    """Where the page before ended; the first page for what says no place."""
    try:
        return UUID(text)
    except ValueError:
        return None
