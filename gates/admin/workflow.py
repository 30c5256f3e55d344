"""Workflows and their versions, to read: `policy apply` publishes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.filters import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates import policyfile
from gates.admin.base import AuditedAdmin, ReadOnlyAdmin, events_url, page_of
from gates.admin.display import EMPTY, instant, linked, pretty, visible
from gates.admin.words import diffed
from gates.models import Gate, Workflow, WorkflowVersion
from gates.queries.policies import graph_of

LAST_VERSIONS = 20
LONGEST_NUMBER = 18  # digits


class OfWorkflowFilter(SimpleListFilter):
    """One workflow's versions; there only when a link asked for it."""

    title = _("workflow")
    parameter_name = "workflow"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        """The one that was asked for."""
        value = self.value()
        return ((value, value),) if value else ()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Versions of that workflow; of none, if it is no workflow's number."""
        value = self.value()
        if not value:
            return queryset
        known = value.isdecimal() and len(value) <= LONGEST_NUMBER
        return queryset.filter(workflow=value) if known else queryset.none()


@admin.register(Workflow)
class WorkflowAdmin(AuditedAdmin, ReadOnlyAdmin):
    """A workflow, what its published version says, and its older versions."""

    list_display = ("slug", "about", "version", "published")
    list_select_related = ("version__workflow",)
    ordering = ("slug",)
    search_fields = ("slug",)
    search_help_text = _("A slug, whole.")
    fieldsets = (
        (None, {"fields": ("links", "slug", "version", "about", "passed")}),
        (_("Versions"), {"fields": ("versions",)}),
        (_("File"), {"fields": ("file",)}),
        (_("Trail"), {"fields": ("event_count", "event_head")}),
    )
    readonly_fields = ("links", "about", "passed", "versions", "file")

    @admin.display(description=_("published"))
    def published(self, workflow: Workflow) -> Any:
        """When the version that counts was published."""
        return workflow.version.published_at if workflow.version else None

    @admin.display(description=_("description"))
    def about(self, workflow: Workflow) -> str:
        """In the words of its author."""
        said = graph_of(workflow.version).description if workflow.version else ""
        return visible(said) or EMPTY

    @admin.display(description=_("see also"))
    def links(self, workflow: Workflow) -> SafeString:
        """On to its graph, its runs and its events."""
        runs = f"{reverse('admin:reviews_run_changelist')}?workflow={workflow.pk}"
        return linked(
            (reverse("workflow", args=[workflow.slug]), gettext("Its graph, in the workspace")),
            (runs, gettext("Its runs")),
            (f"{runs}&status=stuck", gettext("Those that are stuck")),
            (events_url(workflow), gettext("Events")),
        )

    @admin.display(description=_("gates on the way"))
    def passed(self, workflow: Workflow) -> SafeString | str:
        """The gates of its published version."""
        return gates_of(workflow.version) if workflow.version else EMPTY

    @admin.display(description=_("versions"))
    def versions(self, workflow: Workflow) -> SafeString:
        """The last ones, newest first; older ones are in the list."""
        rows = workflow.versions.order_by("-number").defer("document")[:LAST_VERSIONS]
        line = '<li><a href="{}">{} v{}</a> · {} · {}</li>'
        told = (
            (page_of(row), workflow.slug, row.number, instant(row.published_at), row.published_by)
            for row in rows
        )
        every = f"{reverse('admin:gates_workflowversion_changelist')}?workflow={workflow.pk}"
        return format_html(
            '<ul class="gh-why">{}</ul>{}',
            format_html_join("", line, told),
            linked((every, gettext("All versions"))),
        )

    @admin.display(description=_("file"))
    def file(self, workflow: Workflow) -> SafeString | str:
        """What new runs follow."""
        return file_of(workflow.version) if workflow.version else EMPTY


@admin.register(WorkflowVersion)
class WorkflowVersionAdmin(AuditedAdmin, ReadOnlyAdmin):
    """One revision: its graph as the file that would publish it, and what it changed."""

    list_display = ("__str__", "published_at", "published_by")
    list_select_related = ("workflow",)
    list_filter = (OfWorkflowFilter,)
    fieldsets = (
        (None, {"fields": (("workflow", "number"), ("published_at", "published_by"), "passed")}),
        (_("What it changed"), {"fields": ("change",)}),
        (_("File"), {"fields": ("file", "digest")}),
    )
    readonly_fields = ("passed", "change", "file")

    def subject_of(self, row: WorkflowVersion) -> Workflow:
        """The workflow's events tell of publishing."""
        return row.workflow

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkflowVersion]:
        """With the workflow, whose name every version bears; a graph is read on its page only."""
        return super().get_queryset(request).select_related("workflow").defer("document")

    @admin.display(description=_("gates on the way"))
    def passed(self, version: WorkflowVersion) -> SafeString | str:
        """The gates that its runs pass."""
        return gates_of(version)

    @admin.display(description=_("since the version before"))
    def change(self, version: WorkflowVersion) -> SafeString | str:
        """The difference of the two files."""
        before = WorkflowVersion.objects.filter(
            workflow=version.workflow_id, number__lt=version.number
        )
        last = before.order_by("-number").first()
        if last is None:
            return gettext("It is the first.")
        names = (f"v{last.number}", f"v{version.number}")
        return diffed(policyfile.diff(graph_of(last), graph_of(version), names))

    @admin.display(description=_("file"))
    def file(self, version: WorkflowVersion) -> SafeString | str:
        """What its runs follow."""
        return file_of(version)


def gates_of(version: WorkflowVersion) -> SafeString | str:
    """The gates on the way, each with its page."""
    rows = Gate.objects.filter(workflows=version).order_by("slug")
    return linked(*((page_of(gate), gate.slug) for gate in rows)) or EMPTY


def file_of(version: WorkflowVersion) -> SafeString | str:
    """The graph as the file that would publish it."""
    return pretty(policyfile.write([], [graph_of(version)]))
