"""What our admin pages share: lists that scan no whole table, and pages that only show."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.filters import SimpleListFilter
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property

from gates import actors

PER_PAGE = 50


class CappedPaginator(Paginator):
    """Counts to one more than CAP, however many rows there are."""

    CAP = 1000

    @cached_property
    def count(self) -> int:
        """The number of rows, or CAP + 1 for more than CAP."""
        rows: Any = self.object_list
        found: int = rows.order_by()[: self.CAP + 1].count()
        return found


class ListAdmin(admin.ModelAdmin):
    """A list that stays quick on a large table: newest first, no sorting by click, exact search."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = PER_PAGE
    list_max_show_all = PER_PAGE
    sortable_by = ()
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only the page's filters: any other lookup could scan, or guess at what is hidden."""
        return lookup in {
            item.parameter_name
            for item in self.list_filter
            if isinstance(item, type) and issubclass(item, SimpleListFilter)
        }

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows of which one of `search_fields` equals the term."""
        term = search_term.strip()
        return (queryset.filter(self.matching(term)) if term else queryset), False

    def matching(self, term: str) -> Q:
        """The rows that a search for `term` finds."""
        found = Q(pk__in=())
        for name in self.search_fields:
            try:
                field: Any = self.opts.get_field(name)
                found |= Q(**{name: field.to_python(term)})
            except ValidationError:
                continue
        return found


class ReadOnlyAdmin(ListAdmin):
    """Shows what only transitions write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: a transition adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: a transition changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: nothing is forgotten here."""
        return False


class AuditedAdmin(admin.ModelAdmin):
    """The history of a subject of events is its events; Django's log knows only the admin."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """On to the events."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return redirect(events_url(self.subject_of(row)))

    def subject_of(self, row: Any) -> Model:
        """Whose events tell what happened to the row; a part of something has none of its own."""
        subject: Model = row
        return subject


TABLE = "admin/gates/tabular.html"


class ReadOnlyInline(admin.TabularInline):
    """Parts of a whole; who may see the whole sees them."""

    template = TABLE
    extra = 0
    can_delete = False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """All fields: a form field for what nobody may change would be made for nothing."""
        return flatten_fieldsets(self.get_fieldsets(request, obj))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """With the page they stand on."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: a transition adds."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: a transition changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: nothing is forgotten here."""
        return False


def signed_in(request: HttpRequest) -> User:
    """The person; the admin lets nobody else in."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user


def acting(request: HttpRequest) -> actors.Actor:
    """The actor that the person is."""
    person = signed_in(request)
    return actors.person(person.pk, person.get_username())


def events_url(subject: Model) -> str:
    """The list of a subject's events."""
    query = {"subject_type": subject._meta.model_name, "subject_id": subject.pk}
    return f"{reverse('admin:gates_event_changelist')}?{urlencode(query)}"


def page_of(row: Model) -> str:
    """The address of a row's own page."""
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return reverse(name, args=[row.pk])
