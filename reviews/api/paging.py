"""Pages by cursor: no counts, and no row twice while others come in."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from reviews.errors import invalid


class NewestFirst(CursorPagination):
    """Ids sort by time."""

    ordering = "-id"
    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of the page. Raises Invalid for a cursor that we did not give."""
        try:
            return list(super().paginate_queryset(queryset, request, view) or ())
        except ValidationError as error:
            raise _bad_cursor() from error

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Where the page starts. Raises Invalid."""
        try:
            cursor = super().decode_cursor(request)
        except NotFound as error:
            raise _bad_cursor() from error
        if cursor is not None and "\0" in str(cursor.position):
            raise _bad_cursor()
        return cursor

    def get_page_size(self, request: Request) -> int:
        """1 to 200. Raises Invalid."""
        asked = request.query_params.get("page_size")
        if asked is None:
            return self.page_size
        return whole_number("page_size", asked, self.max_page_size)


class OldestFirst(NewestFirst):
    """For what reads from top to bottom."""

    ordering = "id"


class BySlug(NewestFirst):
    """For what has a name."""

    ordering = "slug"


def whole_number(name: str, text: str, largest: int) -> int:
    """A query parameter from 1 to `largest`. Raises Invalid."""
    plain = text.isascii() and text.isdecimal() and len(text) <= len(str(largest))
    if plain and 1 <= int(text) <= largest:
        return int(text)
    raise invalid(f"?{name}", "invalid", f"Enter a whole number from 1 to {largest}.")


def _bad_cursor() -> Exception:
    return invalid("?cursor", "invalid", "This is no cursor of ours: start again without.")
