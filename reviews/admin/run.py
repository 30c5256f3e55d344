"""Runs: the list, and all there is about one. Both only show; moves go through transitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates import clock
from gates.admin.base import AuditedAdmin, events_url, signed_in
from gates.admin.display import EMPTY, pretty, visible
from gates.models import Workflow
from reviews import engine
from reviews.admin.filters import ChoiceFilter
from reviews.admin.paging import KeyedAdmin
from reviews.admin.run_moves import RunMovesAdmin, offered
from reviews.models import Run, Step
from reviews.models.run import RunQuerySet
from reviews.queries import run_pages
from reviews.queries.course import Course, course_of
from reviews.queries.named import uuid_of
from reviews.queries.trails import traces_of
from reviews.states import OPEN_STEPS, RunStatus, StepStatus
from reviews.templatetags.runs import lasted, run_state
from reviews.transitions.runs import people

GOING_ON = tuple(status for status in OPEN_STEPS if status != StepStatus.FAILED)


class RunStatusFilter(ChoiceFilter):
    """Where a run stands."""

    title = _("state")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        """The states, the worst first."""
        return (
            (RunStatus.STUCK, _("stuck")),
            (RunStatus.RUNNING, _("running")),
            (RunStatus.ENDED, _("ended")),
        )

    def narrowed(self, queryset: RunQuerySet, chosen: str) -> QuerySet[Run]:
        """What goes on is found by its open step: of those there is an index."""
        rows = queryset.filter(status=chosen)
        if chosen != RunStatus.RUNNING:
            return rows
        return rows.filter(pk__in=Step.objects.filter(status__in=GOING_ON).values("run"))


class WorkflowFilter(ChoiceFilter):
    """One workflow's runs."""

    title = _("workflow")
    parameter_name = "workflow"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        """Workflows by slug; there are as many as somebody wrote."""
        rows = Workflow.objects.order_by("slug").values_list("pk", "slug")
        return [(str(pk), slug) for pk, slug in rows]


@admin.register(Run)
class RunAdmin(RunMovesAdmin, AuditedAdmin, KeyedAdmin):
    """Who may see runs sees all."""

    list_display = ("started_at", "workflow", "standing", "here", "took", "external")
    list_select_related = ("workflow",)
    list_filter = (RunStatusFilter, WorkflowFilter)
    search_fields = ("id", "external_id")
    search_help_text = _("An id or an external id, whole.")
    fields = ("workflow",)  # its page is a template of its own
    named = run_pages.named

    class Media:
        css: ClassVar = {"all": ("reviews/graph.css", "reviews/runs.css")}

    def get_queryset(self, request: HttpRequest) -> RunQuerySet:
        """Only what this person may see, in lists, pages and actions alike."""
        return Run.objects.visible_to(request.user)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list, which reads the rows of one page by their keys."""
        shown = super().get_changelist_instance(request)
        shown.title = gettext("Runs")
        open_step = Step.objects.filter(run=OuterRef("pk"), status__in=OPEN_STEPS)
        rows = shown.result_list.annotate(
            here=Subquery(open_step.values("node")[:1]),
            stands=Subquery(open_step.values("status")[:1]),
        )
        shown.result_list = rows.defer(*run_pages.SENT)
        return shown

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page. Opening it applies what is due."""
        pk = uuid_of(object_id)
        if not self.has_view_permission(request):
            raise PermissionDenied
        if pk is None or not self.get_queryset(request).filter(pk=pk).exists():
            raise Http404
        engine.up_to_date(pk)
        reader = signed_in(request)
        course = course_of(pk, reader, clock.now(), manages=reader.has_perm(people.MANAGE))
        context = {**(extra_context or {}), **_page(course)}
        return super().change_view(request, object_id, form_url, context)

    @admin.display(description=_("state"))
    def standing(self, run: Run) -> SafeString:
        """How it stands, or how it ended."""
        return run_state(run, getattr(run, "stands", None) or "")

    @admin.display(description=_("now at"))
    def here(self, run: Run) -> str:
        """The node where it is."""
        return getattr(run, "here", None) or EMPTY

    @admin.display(description=_("took"))
    def took(self, run: Run) -> str:
        """How long, once it is over."""
        return lasted(run) or EMPTY

    @admin.display(description=_("external id"))
    def external(self, run: Run) -> str:
        """As it was sent, with what does not show spelt out."""
        return visible(run.external_id) or EMPTY


def _page(course: Course) -> dict[str, Any]:
    """What the template needs beside the run."""
    here = course.here.step if course.here is not None else None
    return {
        "course": course,
        "run": course.run,
        "moves": offered(course.run, here) if course.manages else [],
        "raw": {name: pretty(getattr(course.run, name)) for name in ("input", "output")},
        "requester": pretty(course.run.requester),
        "trail": traces_of(course.run),
        "field": RunMovesAdmin.field,
        "shown": course.run.pk,
        "events_url": events_url(course.run),
    }
