"""What is published version by version, gates and workflows alike, to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

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
from gates.admin.base import AuditedAdmin, ReadOnlyAdmin, page_of
from gates.admin.display import EMPTY, instant, linked, pretty
from gates.admin.words import diffed
from gates.graph import Graph
from gates.models import Gate, GateVersion, Workflow, WorkflowVersion
from gates.policy import GatePolicy
from gates.queries.policies import graph_of, policy_of

LAST_VERSIONS = 20
LONGEST_NUMBER = 18  # digits


class AskedFilter(SimpleListFilter):
    """Of one subject; there only when a link asked for it."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        """The one that was asked for."""
        value = self.value()
        return ((value, value),) if value else ()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """What belongs to it."""
        value = self.value()
        return self.narrowed(queryset, value) if value else queryset

    def narrowed(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Rows with that number in the column the filter is named after; none if it is none."""
        known = value.isdecimal() and len(value) <= LONGEST_NUMBER
        return queryset.filter(**{str(self.parameter_name): value}) if known else queryset.none()


class PublishedAdmin(AuditedAdmin, ReadOnlyAdmin):
    """Something with a name, what its published version says, and its older versions."""

    ordering = ("slug",)
    search_fields = ("slug",)
    search_help_text = _("A slug, whole.")

    @admin.display(description=_("published"))
    def published(self, row: Gate | Workflow) -> Any:
        """When the version that counts was published."""
        return row.version.published_at if row.version else None

    @admin.display(description=_("versions"))
    def versions(self, row: Gate | Workflow) -> SafeString:
        """The last ones, newest first; older ones are in the list."""
        rows: QuerySet[Any] = row.versions.order_by("-number").defer("document")
        line = '<li><a href="{}">{} v{}</a> · {} · {}</li>'
        told = (
            (page_of(made), row.slug, made.number, instant(made.published_at), made.published_by)
            for made in rows[:LAST_VERSIONS]
        )
        name = row._meta.model_name
        every = f"{reverse(f'admin:gates_{name}version_changelist')}?{name}={row.pk}"
        return format_html(
            '<ul class="gh-why">{}</ul>{}',
            format_html_join("", line, told),
            linked((every, gettext("All versions"))),
        )

    @admin.display(description=_("file"))
    def file(self, row: Gate | Workflow) -> SafeString | str:
        """What counts for all that is new."""
        return file_of(row.version) if row.version else EMPTY


class VersionAdmin(AuditedAdmin, ReadOnlyAdmin):
    """One revision, and what it changed. `owner` names what it is a revision of."""

    owner: ClassVar[str]

    def subject_of(self, row: GateVersion | WorkflowVersion) -> Gate | Workflow:
        """The events of what it belongs to tell of publishing."""
        subject: Gate | Workflow = getattr(row, self.owner)
        return subject

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the name that every version bears; a document is read on its page only."""
        return super().get_queryset(request).select_related(self.owner).defer("document")

    @admin.display(description=_("since the version before"))
    def change(self, version: GateVersion | WorkflowVersion) -> SafeString | str:
        """The difference of the two files."""
        older = self.subject_of(version).versions.filter(number__lt=version.number)
        last = older.order_by("-number").first()
        if last is None:
            return gettext("It is the first.")
        names = (f"v{last.number}", f"v{version.number}")
        return diffed(policyfile.diff(_content(last), _content(version), names))

    @admin.display(description=_("file"))
    def file(self, version: GateVersion | WorkflowVersion) -> SafeString | str:
        """What is true of all that began under it."""
        return file_of(version)


def file_of(version: GateVersion | WorkflowVersion) -> SafeString | str:
    """The file that would publish it."""
    found = _content(version)
    alone = ([], [found]) if isinstance(found, Graph) else ([found], [])
    return pretty(policyfile.write(*alone))


def _content(version: GateVersion | WorkflowVersion) -> GatePolicy | Graph:
    return policy_of(version) if isinstance(version, GateVersion) else graph_of(version)
