"""Workflows and their versions, to read: `policy apply` publishes."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates.admin.base import events_url, page_of
from gates.admin.display import EMPTY, linked, visible
from gates.admin.versions import AskedFilter, PublishedAdmin, VersionAdmin
from gates.models import Gate, Workflow, WorkflowVersion
from gates.queries.policies import graph_of


class OfWorkflowFilter(AskedFilter):
    """One workflow's versions."""

    title = _("workflow")
    parameter_name = "workflow"


@admin.register(Workflow)
class WorkflowAdmin(PublishedAdmin):
    """A workflow, what its published version says, and its older versions."""

    list_display = ("slug", "about", "version", "published")
    list_select_related = ("version__workflow",)
    fieldsets = (
        (None, {"fields": ("links", "slug", "version", "about", "passed")}),
        (_("Versions"), {"fields": ("versions",)}),
        (_("File"), {"fields": ("file",)}),
        (_("Trail"), {"fields": ("event_count", "event_head")}),
    )
    readonly_fields = ("links", "about", "passed", "versions", "file")

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


@admin.register(WorkflowVersion)
class WorkflowVersionAdmin(VersionAdmin):
    """One revision: its graph as the file that would publish it, and what it changed."""

    owner = "workflow"
    list_display = ("__str__", "published_at", "published_by")
    list_select_related = ("workflow",)
    list_filter = (OfWorkflowFilter,)
    fieldsets = (
        (None, {"fields": (("workflow", "number"), ("published_at", "published_by"), "passed")}),
        (_("What it changed"), {"fields": ("change",)}),
        (_("File"), {"fields": ("file", "digest")}),
    )
    readonly_fields = ("passed", "change", "file")

    @admin.display(description=_("gates on the way"))
    def passed(self, version: WorkflowVersion) -> SafeString | str:
        """The gates that its runs pass."""
        return gates_of(version)


def gates_of(version: WorkflowVersion) -> SafeString | str:
    """The gates on the way, each with its page."""
    rows = Gate.objects.filter(workflows=version).order_by("slug")
    return linked(*((page_of(gate), gate.slug) for gate in rows)) or EMPTY
