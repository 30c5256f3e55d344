"""Gates and their versions, to read: `policy apply` publishes."""

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
from gates.admin.base import AuditedAdmin, ReadOnlyAdmin, ReadOnlyInline, events_url, page_of
from gates.admin.display import EMPTY, instant, linked, pretty, seconds_field
from gates.admin.words import course_in_words, diffed, listed, rules_in_words
from gates.models import EscalationStep, Gate, GateVersion, ReasonCode, Team, Workflow
from gates.queries.policies import policy_of
from gates.routing import in_words

LAST_VERSIONS = 20
LONGEST_NUMBER = 18  # digits


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


class OfGateFilter(SimpleListFilter):
    """One gate's versions; there only when a link asked for it."""

    title = _("gate")
    parameter_name = "gate"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        """The one that was asked for."""
        value = self.value()
        return ((value, value),) if value else ()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Versions of that gate; of none, if it is no gate's number."""
        value = self.value()
        if not value:
            return queryset
        known = value.isdecimal() and len(value) <= LONGEST_NUMBER
        return queryset.filter(gate=value) if known else queryset.none()


@admin.register(Gate)
class GateAdmin(AuditedAdmin, ReadOnlyAdmin):
    """A gate, what its published version says, and its older versions."""

    list_display = ("slug", "version", "owner", "published")
    list_select_related = ("version__gate", "owner")
    ordering = ("slug",)
    search_fields = ("slug",)
    search_help_text = _("A slug, whole.")
    fieldsets = (
        (None, {"fields": ("links", ("slug", "owner"), "version", "passed")}),
        (_("What it does"), {"fields": ("asks", "course", "chain")}),
        (_("Versions"), {"fields": ("versions",)}),
        (_("Policy"), {"fields": ("policy",)}),
        (_("Trail"), {"fields": ("event_count", "event_head")}),
    )
    readonly_fields = ("links", "passed", "asks", "course", "chain", "versions", "policy")

    @admin.display(description=_("workflows that pass it"))
    def passed(self, gate: Gate) -> SafeString | str:
        """The published ones."""
        rows = Workflow.objects.filter(version__gates=gate).order_by("slug")
        return linked(*((page_of(row), row.slug) for row in rows)) or EMPTY

    @admin.display(description=_("published"))
    def published(self, gate: Gate) -> Any:
        """When the version that counts was published."""
        return gate.version.published_at if gate.version else None

    @admin.display(description=_("see also"))
    def links(self, gate: Gate) -> SafeString:
        """On to its reviews and its events."""
        reviews = f"{reverse('admin:reviews_review_changelist')}?gate={gate.pk}"
        return linked(
            (reviews, gettext("Reviews that wait")),
            (f"{reviews}&status=all", gettext("All its reviews")),
            (events_url(gate), gettext("Events")),
        )

    @admin.display(description=_("a person is asked about"))
    def asks(self, gate: Gate) -> SafeString | str:
        """Its rules, in words."""
        return listed(rules_in_words(policy_of(gate.version))) if gate.version else EMPTY

    @admin.display(description=_("then"))
    def course(self, gate: Gate) -> SafeString | str:
        """Who is asked in which order, and what happens if nobody answers."""
        return listed(course_in_words(policy_of(gate.version))) if gate.version else EMPTY

    @admin.display(description=_("chain"))
    def chain(self, gate: Gate) -> SafeString | str:
        """The teams level by level, with their pages and queues."""
        if gate.version is None:
            return EMPTY
        steps = gate.version.steps.select_related("team").order_by("level")
        rows = ((step.level, _team(step.team), in_words(step.timeout)) for step in steps)
        return format_html(
            '<ul class="gh-why">{}</ul>', format_html_join("", "<li>{}: {}, {}</li>", rows)
        )

    @admin.display(description=_("versions"))
    def versions(self, gate: Gate) -> SafeString:
        """The last ones, newest first; older ones are in the list."""
        rows = gate.versions.order_by("-number").defer("document")[:LAST_VERSIONS]
        line = '<li><a href="{}">{} v{}</a> · {} · {}</li>'
        told = (
            (page_of(row), gate.slug, row.number, instant(row.published_at), row.published_by)
            for row in rows
        )
        every = f"{reverse('admin:gates_gateversion_changelist')}?gate={gate.pk}"
        return format_html(
            '<ul class="gh-why">{}</ul>{}',
            format_html_join("", line, told),
            linked((every, gettext("All versions"))),
        )

    @admin.display(description=_("policy"))
    def policy(self, gate: Gate) -> SafeString | str:
        """The settings that new reviews run under."""
        return policy_text(gate.version) if gate.version else EMPTY


@admin.register(GateVersion)
class GateVersionAdmin(AuditedAdmin, ReadOnlyAdmin):
    """One revision: its policy, its chain and its reasons."""

    list_display = ("__str__", "timeout_shown", "timeout_action", "final_action", "published_at")
    list_select_related = ("gate",)
    list_filter = (OfGateFilter,)
    fieldsets = (
        (None, {"fields": (("gate", "number"), ("published_at", "published_by"))}),
        (
            _("What it does"),
            {
                "fields": (
                    "asks",
                    "course",
                    ("timeout_shown", "timeout_action"),
                    ("levels", "final_action"),
                )
            },
        ),
        (_("What it changed"), {"fields": ("change",)}),
        (_("Policy"), {"fields": ("policy", "digest")}),
    )
    readonly_fields = ("asks", "course", "change", "policy", "timeout_shown")
    inlines = (StepInline, ReasonInline)
    timeout_shown = seconds_field("timeout", _("timeout"))

    def subject_of(self, row: GateVersion) -> Gate:
        """The gate's events tell of publishing."""
        return row.gate

    def get_queryset(self, request: HttpRequest) -> QuerySet[GateVersion]:
        """With the gate, whose name every version bears; a policy is read on its page only."""
        return super().get_queryset(request).select_related("gate").defer("document")

    @admin.display(description=_("a person is asked about"))
    def asks(self, version: GateVersion) -> SafeString:
        """Its rules, in words."""
        return listed(rules_in_words(policy_of(version)))

    @admin.display(description=_("then"))
    def course(self, version: GateVersion) -> SafeString:
        """Who is asked in which order, and what happens if nobody answers."""
        return listed(course_in_words(policy_of(version)))

    @admin.display(description=_("since the version before"))
    def change(self, version: GateVersion) -> SafeString | str:
        """The difference of the two policy files."""
        before = GateVersion.objects.filter(gate=version.gate_id, number__lt=version.number)
        last = before.order_by("-number").first()
        if last is None:
            return gettext("It is the first.")
        names = (f"v{last.number}", f"v{version.number}")
        return diffed(policyfile.diff(policy_of(last), policy_of(version), names))

    @admin.display(description=_("policy"))
    def policy(self, version: GateVersion) -> SafeString | str:
        """The settings that its reviews run under."""
        return policy_text(version)


def _team(team: Team) -> SafeString:
    return linked(
        (page_of(team), team.name),
        (reverse("queue", args=[team.slug]), gettext("its queue")),
    )


def policy_text(version: GateVersion) -> SafeString | str:
    """The policy as the file that would publish it."""
    return pretty(policyfile.write([policy_of(version)]))
