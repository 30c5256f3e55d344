"""Long lists: first the keys, in the order of an index, then the rows of one page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from gates.admin.base import CappedPaginator, ReadOnlyAdmin


class ByKeys(CappedPaginator):
    """Reads the keys of the first rows instead of counting any."""

    @cached_property
    def keys(self) -> list[Any]:
        """The keys of the list's first CAP + 1 rows, in its order."""
        rows: Any = self.object_list
        return list(rows.values_list("pk", flat=True)[: self.CAP + 1])

    @cached_property
    def count(self) -> int:
        """The number of rows, or CAP + 1 for more than CAP."""
        return len(self.keys)


class KeyedAdmin(ReadOnlyAdmin):
    """A list that reads keys first, and finds by what somebody has at hand."""

    paginator = ByKeys
    named: ClassVar[Callable[[Any, str, int], set[UUID]]]

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """A deep page costs no more than the first."""
        shown = super().get_changelist_instance(request)
        first = (shown.page_num - 1) * shown.list_per_page
        keys = shown.paginator.keys[first : first + shown.list_per_page]
        shown.result_list = shown.queryset.filter(pk__in=keys)
        return shown

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What the term names, among what the person may see."""
        term = search_term.replace("\0", "").strip()
        if not term:
            return queryset, False
        ids = type(self).named(self.get_queryset(request), term, self.paginator.CAP + 1)
        return queryset.filter(pk__in=ids), False
