"""Teams with their people, and calendars: edited here, but written by transitions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Model, Q, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates.admin.base import TABLE, AuditedAdmin, ListAdmin, acting, events_url, page_of
from gates.admin.display import linked
from gates.admin.forms import PersonField
from gates.models import Calendar, Gate, Membership, Team
from gates.transitions import teams

MOST_GATES = 20


class MembershipForm(forms.ModelForm):
    """A place in a team; whose it is does not change."""

    user = PersonField(label=_("person"))

    class Meta:
        model = Membership
        fields = ("user", "lead")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # a table's columns are no labels
            field.widget.attrs["aria-label"] = field.label
        if self.instance.pk is not None:
            self.initial["user"] = self.instance.user
            self.fields["user"].disabled = True


class MembershipFormSet(BaseInlineFormSet):
    """Places that may be given up; each box says so, since its column's head is far away."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Name the box."""
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = _("Remove from the team")


class MembershipInline(admin.TabularInline):
    """Who is in the team."""

    model = Membership
    form = MembershipForm
    formset = MembershipFormSet
    template = TABLE
    extra = 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        """With the people, by name."""
        rows = super().get_queryset(request).select_related("user", "team")
        return rows.order_by("user__username")


@admin.register(Team)
class TeamAdmin(AuditedAdmin, ListAdmin):
    """A team may be renamed and staffed, but not deleted: gates and reviews point at it."""

    list_display = ("slug", "name", "time_zone", "calendar", "people", "leads")
    list_select_related = ("calendar",)
    search_fields = ("slug", "name")
    search_help_text = _("A slug or a name, whole.")
    ordering = ("slug",)
    inlines = (MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        """With the number of people."""
        rows: QuerySet[Team] = super().get_queryset(request)
        leads = Count("memberships", filter=Q(memberships__lead=True))
        return rows.annotate(people_count=Count("memberships"), lead_count=leads)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """On the page of a team that exists, on to its queue as well."""
        said = ["slug", "name", "time_zone", "calendar"]
        return said if obj is None else ["links", *said]

    @admin.display(description=_("see also"))
    def links(self, team: Team) -> SafeString:
        """On to its queue, here and in the workspace, to the gates that ask it, to its events."""
        here = f"{reverse('admin:reviews_review_changelist')}?team={team.pk}"
        asking = Gate.objects.filter(version__steps__team=team).distinct().order_by("slug")
        return linked(
            (here, gettext("Its queue")),
            (reverse("queue", args=[team.slug]), gettext("Its queue in the workspace")),
            *(
                (page_of(gate), gettext("Gate %(slug)s") % {"slug": gate.slug})
                for gate in asking[:MOST_GATES]
            ),
            (events_url(team), gettext("Events")),
        )

    @admin.display(description=_("leads"))
    def leads(self, team: Team) -> int:
        """How many lead it."""
        count: int = getattr(team, "lead_count", 0)
        return count

    @admin.display(description=_("people"))
    def people(self, team: Team) -> int:
        """How many belong to it."""
        count: int = getattr(team, "people_count", 0)
        return count

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        """Policies name teams by slug, so it stays."""
        return () if obj is None else ("slug", "links")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: its trail would point at nothing."""
        return False

    def save_model(self, request: HttpRequest, obj: Team, form: Any, change: bool) -> None:
        """By a transition, which locks the row: its chain of events must not be written over."""
        if not change:
            teams.create(obj, actor=acting(request))
            return
        fields = {name: form.cleaned_data[name] for name in form.changed_data}
        if fields:
            teams.change(obj.pk, actor=acting(request), **fields)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """All changes of people in one transition."""
        formset.save(commit=False)
        seats = [*formset.new_objects, *(seat for seat, _changed in formset.changed_objects)]
        gone = {seat.user_id for seat in formset.deleted_objects}
        teams.change_members(
            form.instance.pk,
            actor=acting(request),
            leads={seat.user_id: seat.lead for seat in seats},
            gone=gone,
        )


@admin.register(Calendar)
class CalendarAdmin(ListAdmin):
    """Weekly working hours; one that a team uses cannot be deleted."""

    list_display = ("name",)
    search_fields = ("name",)
    search_help_text = _("A name, whole.")
    ordering = ("name",)
    fields = ("name", "hours")

    def save_model(self, request: HttpRequest, obj: Calendar, form: Any, change: bool) -> None:
        """By a transition, so that the teams' trails tell of it."""
        teams.save_calendar(obj, actor=acting(request))
