"""Gates and their versions, to read: `policy apply` publishes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from gates import policyfile
from gates.admin.base import AuditedAdmin, ReadOnlyAdmin, ReadOnlyInline
from gates.admin.display import EMPTY, pretty, seconds_field
from gates.models import EscalationStep, Gate, GateVersion, ReasonCode
from gates.queries.policies import policy_of


class StepInline(ReadOnlyInline):
    """Who is asked, level by level."""

    model = EscalationStep
    fields = ("level", "team", "timeout_shown")
    readonly_fields = ("timeout_shown",)
    timeout_shown = seconds_field("timeout", _("timeout"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[EscalationStep]:
        """With what each row prints."""
        return super().get_queryset(request).select_related("team", "version__gate")


class ReasonInline(ReadOnlyInline):
    """The reasons that a decider may give."""

    model = ReasonCode
    fields = ("code", "label")


class VersionInline(ReadOnlyInline):
    """Every version that was published."""

    model = GateVersion
    fields = ("number", "timeout_shown", "timeout_action", "final_action", "levels", "published_at")
    readonly_fields = ("timeout_shown",)
    ordering = ("-number",)
    show_change_link = True
    timeout_shown = seconds_field("timeout", _("timeout"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[GateVersion]:
        """Without the policies, which each version's own page shows."""
        return super().get_queryset(request).select_related("gate").defer("document")


@admin.register(Gate)
class GateAdmin(AuditedAdmin, ReadOnlyAdmin):
    """A gate, what its published version says, and its older versions."""

    list_display = ("slug", "version", "owner", "published")
    list_select_related = ("version__gate", "owner")
    ordering = ("slug",)
    search_fields = ("slug",)
    search_help_text = _("A slug, whole.")
    fields = ("slug", "version", "owner", "policy", ("event_count", "event_head"))
    readonly_fields = ("policy",)
    inlines = (VersionInline,)

    @admin.display(description=_("published"))
    def published(self, gate: Gate) -> Any:
        """When the version that counts was published."""
        return gate.version.published_at if gate.version else None

    @admin.display(description=_("policy"))
    def policy(self, gate: Gate) -> SafeString | str:
        """The settings that new reviews run under."""
        return policy_text(gate.version) if gate.version else EMPTY


@admin.register(GateVersion)
class GateVersionAdmin(AuditedAdmin, ReadOnlyAdmin):
    """One revision: its policy, its chain and its reasons."""

    list_display = ("__str__", "timeout_shown", "timeout_action", "final_action", "published_at")
    list_select_related = ("gate",)
    fields = (
        ("gate", "number"),
        ("timeout_shown", "timeout_action"),
        ("levels", "final_action"),
        ("published_at", "published_by"),
        "policy",
        "digest",
    )
    readonly_fields = ("policy", "timeout_shown")
    inlines = (StepInline, ReasonInline)
    timeout_shown = seconds_field("timeout", _("timeout"))

    def subject_of(self, row: GateVersion) -> Gate:
        """The gate's events tell of publishing."""
        return row.gate

    def get_queryset(self, request: HttpRequest) -> QuerySet[GateVersion]:
        """With the gate, whose name every version bears; a policy is read on its page only."""
        return super().get_queryset(request).select_related("gate").defer("document")

    @admin.display(description=_("policy"))
    def policy(self, version: GateVersion) -> SafeString | str:
        """The settings that its reviews run under."""
        return policy_text(version)


def policy_text(version: GateVersion) -> SafeString | str:
    """The policy as the file that would publish it."""
    return pretty(policyfile.write([policy_of(version)]))
