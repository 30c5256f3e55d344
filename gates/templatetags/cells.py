"""How the admin's tables show their cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from gates.admin.display import short

register = template.Library()


@register.filter
def labelled(row: Sequence[SafeString], headers: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The cells of a row, each `<td>` with its column's name: on a phone a row is a card."""
    for cell, header in zip(row, headers, strict=False):
        label = format_html('<td data-label="{}"', capfirst(header["text"]))
        plain = "action-checkbox" in header.get("class_attrib", "")
        yield cell if plain else SafeString(cell.replace("<td", label, 1))


@register.filter
def onelined(value: Any) -> SafeString:
    """JSON on one line, cut."""
    return short(value)
