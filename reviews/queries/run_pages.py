"""What the pages of runs and workflows show. Every count stops, and every list has an end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import OuterRef

from gates.graph import Graph
from gates.models import Workflow
from reviews.models import Review, Run, Step
from reviews.models.run import RunQuerySet
from reviews.queries.desks import MOST, counted
from reviews.queries.lists import PAYLOADS
from reviews.queries.named import uuid_of
from reviews.queries.runs import begun_actions
from reviews.states import OPEN_STEPS, RunStatus, StepStatus

MOST_STEPS = 200
SIZE, FEW = 20, 5
SENT = ("input", "output", "requester")
STANDING: dict[str, tuple[str, ...]] = {
    "running": (StepStatus.READY, StepStatus.RUNNING),
    "waiting": (StepStatus.WAITING,),
    "failed": (StepStatus.FAILED,),
}
"""The ways in which a run stands at a node, as the page of a workflow tells them apart."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some runs, newest first; `after` is the last of them if there are older ones."""

    rows: Sequence[Run]
    after: UUID | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How many runs stand at a node; each count is one more than MOST where there are more."""

    node: str
    running: int
    waiting: int
    failed: int

    @property
    def counts(self) -> list[tuple[str, int]]:
        """Each way with its number, in one order."""
        return [(way, getattr(self, way)) for way in STANDING]

    @property
    def any(self) -> bool:
        """True if some run stands there."""
        return bool(self.running or self.waiting or self.failed)


@dataclass(frozen=True, slots=True)
class WorkflowPage:
    """Some workflows by name, each with a count by way of STANDING; `after` is the last of them if
    there are more.
    """

    rows: Sequence[Workflow]
    after: str


def page_of_workflows(after: str = "", *, size: int = SIZE) -> WorkflowPage:
    """The first, or those that come after a name, in one statement. Runs that undo count too."""
    counts = {way: counted(_steps_of_the_row(statuses)) for way, statuses in STANDING.items()}
    rows = Workflow.objects.select_related("version").defer("version__document")
    named_so = rows.filter(slug__gt=after).annotate(**counts).order_by("slug")
    found = list(named_so[: size + 1])
    return WorkflowPage(found[:size], found[size - 1].slug if len(found) > size else "")


def _steps_of_the_row(statuses: Sequence[str]) -> Any:
    """A run on its way has one open step."""
    return Step.objects.filter(workflow=OuterRef("pk"), status__in=statuses)


def page_of_runs(rows: RunQuerySet, before: UUID | None = None, *, size: int = SIZE) -> Page:
    """The newest, or those that are older than one. A deep page costs what the first one does."""
    light = rows.select_related("workflow", "version").defer(*SENT, "version__document")
    older = light.filter(pk__lt=before) if before is not None else light
    found = list(older.order_by("-id")[: size + 1])
    return Page(found[:size], found[size - 1].pk if len(found) > size else None)


def places(runs: Iterable[Run]) -> dict[UUID, Step]:
    """Where each of these runs is now, in one statement; one that has ended is nowhere."""
    going = [run.pk for run in runs if run.status != RunStatus.ENDED]
    if not going:
        return {}
    open_steps = Step.objects.filter(run__in=going, status__in=OPEN_STEPS)
    return {step.run_id: step for step in open_steps.defer("data", "output")}


def standing(workflow: Workflow, graph: Graph) -> list[Standing]:
    """How many runs stand at each node of a graph, in one statement whatever its size."""
    wanted = {
        f"n{at}_{way}": counted(_standing_at(workflow, name).filter(status__in=statuses))
        for at, name in enumerate(graph.nodes)
        for way, statuses in STANDING.items()
    }
    found: Mapping[str, Any] = Workflow.objects.filter(pk=workflow.pk).values(**wanted).get()
    return [
        Standing(name, *(found[f"n{at}_{way}"] for way in STANDING))
        for at, name in enumerate(graph.nodes)
    ]


def _standing_at(workflow: Workflow, node: str) -> Any:
    """Undoing goes the other way: it stands at no node."""
    return Step.objects.filter(workflow=workflow.pk, node=node, undoes__isnull=True)


def last_steps(run: Run) -> tuple[list[Step], bool]:
    """Where the run has been, in order, the last MOST_STEPS; whether there are earlier ones."""
    rows = Step.objects.filter(run=run).select_related("review", "condition", "undoes")
    heavy = [f"review__{name}" for name in PAYLOADS] + ["undoes__data", "undoes__output"]
    found = list(rows.defer(*heavy).order_by("-id")[: MOST_STEPS + 1])
    return found[:MOST_STEPS][::-1], len(found) > MOST_STEPS


def readable(run: Run, reader: AbstractBaseUser) -> set[UUID]:
    """The reviews of the run that the person may see."""
    return set(
        Review.objects.visible_to(reader).filter(step__run=run.pk).values_list("pk", flat=True)
    )


def compensation_of(run: Run) -> Run | None:
    """The run that undoes this one."""
    return Run.objects.filter(compensates=run.pk).only("pk", "status", "compensates").first()


@dataclass(frozen=True, slots=True)
class Deeds:
    """What a run did, or may have done, newest first: what can be undone, each with the action that
    undoes it, and what cannot.
    """

    undone: Sequence[tuple[Step, str]] = ()
    kept: Sequence[Step] = ()


def deeds_of(run: Run, graph: Graph) -> Deeds:
    """What a cancellation may undo, told before it is."""
    rows = begun_actions(run).defer("data", "output")
    steps = [(step, graph.undoer(step.node)) for step in rows]
    return Deeds(
        [(step, action) for step, action in steps if action],
        [step for step, action in steps if not action],
    )


def named(rows: RunQuerySet, term: str, most: int) -> set[UUID]:
    """The ids of those with that id or external id; each is one look-up in one index."""
    ids = rows.order_by().values_list("pk", flat=True)
    found = set(ids.exclude(external_id="").filter(external_id=term)[:most])
    pk = uuid_of(term)
    return found if pk is None else {*found, *ids.filter(pk=pk)}


def stuck(reader: AbstractBaseUser) -> tuple[int, list[tuple[Run, Step | None]]]:
    """How many runs wait for somebody to retry, skip or cancel them, up to one more than MOST; the
    newest few, each with the step that failed.
    """
    rows = Run.objects.visible_to(reader).filter(status=RunStatus.STUCK)
    count = rows.order_by()[: MOST + 1].count()
    light = rows.select_related("workflow").defer(*SENT)
    newest = list(light.order_by("-id")[:FEW]) if count else []
    failed = places(newest)
    return count, [(run, failed.get(run.pk)) for run in newest]
