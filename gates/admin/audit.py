"""The audit trail, to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.filters import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from gates.admin.base import ReadOnlyAdmin
from gates.admin.display import json_field
from gates.admin.versions import AskedFilter
from gates.models import Event

SUBJECTS = (
    ("review", _("review")),
    ("run", _("run")),
    ("gate", _("gate")),
    ("workflow", _("workflow")),
    ("team", _("team")),
    ("apikey", _("API key")),
)

BUSIEST = ("review", "run")
_APPS = dict.fromkeys(BUSIEST, "reviews")


class SubjectFilter(SimpleListFilter):
    """The kind of thing that the events are about."""

    title = _("subject")
    parameter_name = "subject_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, Any]]:
        """Fixed, so that no list of what there is has to be gathered."""
        return SUBJECTS

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        """Events of that kind of subject."""
        value = self.value()
        return queryset.filter(subject_type=value) if value in dict(SUBJECTS) else queryset


class SubjectIdFilter(AskedFilter):
    """One subject, of whatever kind."""

    title = _("subject id")
    parameter_name = "subject_id"

    def narrowed(self, queryset: QuerySet[Event], value: str) -> QuerySet[Event]:
        """Events of that subject."""
        return queryset.filter(of_subject(value))


class Trail(ChangeList):
    """Events in an order that an index gives, whatever they are narrowed to."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """Newest first. What happens rarely is found by its kind and sorted by time: among the
        newest ids there may be none of it.
        """
        kind = self.params.get(SubjectFilter.parameter_name)
        if self.query or self.params.get(SubjectIdFilter.parameter_name):
            return ["subject_type", "-seq"]
        return ["-at", "-pk"] if kind and kind not in BUSIEST else ["-pk"]


def of_subject(subject_id: str) -> Q:
    """Events of the subject with that id; kinds are named, as the index begins with them."""
    kinds = [kind for kind, _label in SUBJECTS]
    return Q(subject_type__in=kinds, subject_id=subject_id.replace("\0", ""))


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Whoever may see events sees those of everything: they hold ids, codes and digests only."""

    list_display = ("at", "verb", "actor", "subject", "seq", "data_short")
    list_display_links = ("at",)
    list_filter = (SubjectFilter, SubjectIdFilter)
    search_fields = ("subject_id",)
    search_help_text = _("A subject's id, whole.")
    fields = (
        ("subject", "seq"),
        "at",
        "verb",
        ("actor", "actor_id"),
        "data_shown",
        "prev",
        "hash",
    )
    readonly_fields = ("subject", "data_shown")
    data_shown = json_field("data", _("data"))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The trail."""
        return Trail

    def matching(self, term: str) -> Q:
        """Events of the subject with that id."""
        return of_subject(term)

    @admin.display(description=_("data"))
    def data_short(self, event: Event) -> SafeString:
        """The data in short; what says it in words may be an app above this one."""
        return render_to_string("admin/gates/event_data.html", {"event": event})

    @admin.display(description=_("subject"))
    def subject(self, event: Event) -> SafeString:
        """On to what the event is about; an app above this one is known by its address only."""
        app = _APPS.get(event.subject_type, "gates")
        url = reverse(f"admin:{app}_{event.subject_type}_change", args=[event.subject_id])
        return format_html('<a href="{}">{} {}</a>', url, event.subject_type, event.subject_id)
