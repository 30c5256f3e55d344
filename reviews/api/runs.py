"""Workflows and runs: read, start, follow, wait, cancel, retry."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from gates.models import WorkflowVersion
from reviews import engine
from reviews.api import waiting
from reviews.api.creating import CreatingViewSet
from reviews.api.paging import BySlug, NewestFirst
from reviews.api.reviews import SECONDS, seconds_of
from reviews.api.view import ApiViewSet
from reviews.errors import Missing
from reviews.filters import PAGING, RunFilter, StrictFilterBackend, check_parameters
from reviews.models import Run
from reviews.models.run import RunQuerySet
from reviews.queries.runs import for_reading, steps_of
from reviews.queries.scope import workflows_for
from reviews.serializers import bodies
from reviews.serializers.run_answers import RunSerializer, WorkflowSerializer
from reviews.serializers.run_portraits import run_json, workflow_json
from reviews.transitions.runs import people, starting
from reviews.transitions.runs.starting import Start


class WorkflowViewSet(CreatingViewSet):
    """Published workflows in the caller's scope."""

    made_at = "run-api-detail"
    queryset = WorkflowVersion.objects.none()
    serializer_class = WorkflowSerializer
    lookup_field = "slug"
    lookup_value_converter = "slug"
    filter_backends = ()
    pagination_class = BySlug

    def get_queryset(self) -> QuerySet[WorkflowVersion]:
        """What the caller may see."""
        return workflows_for(self.caller.principal)

    @extend_schema(responses=WorkflowSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Workflows by name."""
        check_parameters(request.query_params, PAGING)
        return self.paged([workflow_json(version) for version in self.page(self.get_queryset())])

    def retrieve(self, request: Request, slug: str) -> Response:
        """One workflow, with its whole graph."""
        version = self.get_queryset().filter(workflow__slug=slug).first()
        if version is None:
            raise Missing(f"There is no workflow “{slug}” for you.")
        return Response(workflow_json(version))

    @extend_schema(request=bodies.StartBody, responses={201: RunSerializer})
    @action(detail=True, methods=["post"], pagination_class=None)
    def runs(self, request: Request, slug: str) -> Response:
        """Start a run. Integrators' keys only."""
        key = self.caller.integrator()
        run = starting.start(Start(workflow=slug, **self.read(bodies.StartBody)), key=key)
        return Response(run_json(run, steps_of(run)), status=HTTPStatus.CREATED)


class RunViewSet(ApiViewSet):
    """Runs in the caller's scope."""

    queryset = Run.objects.none()
    serializer_class = RunSerializer
    lookup_url_kwarg = "run_id"
    lookup_value_converter = "uuid"
    filter_backends = (StrictFilterBackend,)
    filterset_class = RunFilter
    pagination_class = NewestFirst

    def get_queryset(self) -> RunQuerySet:
        """What the caller may see."""
        return Run.objects.visible_to(self.caller.principal)

    def find(self, run_id: UUID) -> Run:
        """The run. Raises Missing."""
        run = for_reading(self.get_queryset()).filter(pk=run_id).first()
        if run is None:
            raise Missing(people.GONE)
        return run

    def list(self, request: Request) -> Response:
        """Runs, newest first, without their steps."""
        rows = self.page(self.filter_queryset(for_reading(self.get_queryset())))
        return self.paged([run_json(run, ()) for run in rows])

    def retrieve(self, request: Request, run_id: UUID) -> Response:
        """The run now: what has fallen due is applied first."""
        self.find(run_id)
        engine.up_to_date(run_id)
        return self._portrayed(run_id)

    @extend_schema(parameters=[SECONDS], responses=RunSerializer, filters=False)
    @action(detail=True)
    def wait(self, request: Request, run_id: UUID) -> Response:
        """The run as soon as it has ended, or as it is when the time is up."""
        seconds = seconds_of(request)
        self.find(run_id)
        waiting.until_ended(run_id, seconds)
        return self._portrayed(run_id)

    @extend_schema(request=bodies.CancelRunBody, responses=RunSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, run_id: UUID) -> Response:
        """End the run where it is; with `undo`, a run of its own undoes what it did."""
        self.find(run_id)
        people.cancel(run_id, actor=self.caller.actor, **self.read(bodies.CancelRunBody))
        return self._portrayed(run_id)

    @extend_schema(request=bodies.Nothing, responses=RunSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, run_id: UUID) -> Response:
        """Try the failed step of a stuck run again."""
        self.find(run_id)
        self.read(bodies.Nothing)
        people.retry(run_id, actor=self.caller.actor)
        return self._portrayed(run_id)

    def _portrayed(self, run_id: UUID) -> Response:
        run = self.find(run_id)
        return Response(run_json(run, steps_of(run)))
