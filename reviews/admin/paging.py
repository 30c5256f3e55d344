"""Pages of the queue: first the keys, in the order of an index, then the rows of one page."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.utils.functional import cached_property

from gates.admin.base import CappedPaginator


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


def rows_of(shown: ChangeList) -> QuerySet[Any]:
    """The rows of the list's page: a deep page costs no more than the first."""
    first = (shown.page_num - 1) * shown.list_per_page
    keys = shown.paginator.keys[first : first + shown.list_per_page]
    rows: QuerySet[Any] = shown.queryset.filter(pk__in=keys)
    return rows
