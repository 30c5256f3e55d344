"""How the admin's tables show their cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from gates.admin.display import short

register = template.Library()
_NAMELESS = re.compile(r"(<th[^>]*>)\s*</th>")


@register.filter
def labelled(row: Sequence[SafeString], headers: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The cells of a row, each `<td>` with its column's name: on a phone a row is a card."""
    for cell, header in zip(row, headers, strict=False):
        label = format_html('<td data-label="{}"', capfirst(header["text"]))
        plain = "action-checkbox" in header.get("class_attrib", "")
        yield cell if plain else SafeString(cell.replace("<td", label, 1))


@register.filter
def headed(table: str) -> SafeString:
    """A table of which every column has a head, seen or not."""
    name = format_html('<span class="visually-hidden">{}</span>', _("Row"))
    return SafeString(_NAMELESS.sub(rf"\1{name}</th>", table))


@register.filter
def onelined(value: Any) -> SafeString:
    """JSON on one line, cut."""
    return short(value)
