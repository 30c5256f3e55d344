"""Gates and their versions, to read: `policy apply` publishes."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates.admin.base import ReadOnlyInline, events_url, page_of
from gates.admin.display import EMPTY, linked, seconds_field
from gates.admin.versions import AskedFilter, PublishedAdmin, VersionAdmin
from gates.admin.words import course_in_words, listed, rules_in_words
from gates.models import EscalationStep, Gate, GateVersion, ReasonCode, Team, Workflow
from gates.queries.policies import policy_of
from gates.routing import in_words


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


class OfGateFilter(AskedFilter):
    """One gate's versions."""

    title = _("gate")
    parameter_name = "gate"


@admin.register(Gate)
class GateAdmin(PublishedAdmin):
    """A gate, what its published version says, and its older versions."""

    list_display = ("slug", "version", "owner", "published")
    list_select_related = ("version__gate", "owner")
    fieldsets = (
        (None, {"fields": ("links", ("slug", "owner"), "version", "passed")}),
        (_("What it does"), {"fields": ("asks", "course", "chain")}),
        (_("Versions"), {"fields": ("versions",)}),
        (_("Policy"), {"fields": ("file",)}),
        (_("Trail"), {"fields": ("event_count", "event_head")}),
    )
    readonly_fields = ("links", "passed", "asks", "course", "chain", "versions", "file")

    @admin.display(description=_("workflows that pass it"))
    def passed(self, gate: Gate) -> SafeString | str:
        """The published ones."""
        rows = Workflow.objects.filter(version__gates=gate).order_by("slug")
        return linked(*((page_of(row), row.slug) for row in rows)) or EMPTY

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


@admin.register(GateVersion)
class GateVersionAdmin(VersionAdmin):
    """One revision: its policy, its chain and its reasons."""

    owner = "gate"
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
        (_("Policy"), {"fields": ("file", "digest")}),
    )
    readonly_fields = ("asks", "course", "change", "file", "timeout_shown")
    inlines = (StepInline, ReasonInline)
    timeout_shown = seconds_field("timeout", _("timeout"))

    @admin.display(description=_("a person is asked about"))
    def asks(self, version: GateVersion) -> SafeString:
        """Its rules, in words."""
        return listed(rules_in_words(policy_of(version)))

    @admin.display(description=_("then"))
    def course(self, version: GateVersion) -> SafeString:
        """Who is asked in which order, and what happens if nobody answers."""
        return listed(course_in_words(policy_of(version)))


def _team(team: Team) -> SafeString:
    return linked(
        (page_of(team), team.name),
        (reverse("queue", args=[team.slug]), gettext("its queue")),
    )
