"""How values are shown. What agents send is not trusted: escaped, cut to size, nothing unseen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from gates.routing import in_words

LONGEST = 20_000
SHORT = 120
EMPTY = "-"

# They turn the reading direction or do not show: one text could be made to look like another.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]"
)


def pretty(value: Any, *, longest: int = LONGEST) -> SafeString | str:
    """JSON with one member per line, or text as it is; at most `longest` characters of it."""
    if value in (None, "", {}, []):
        return EMPTY
    text = visible(
        value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    )
    left = len(text) - longest
    if left <= 0:
        return format_html('<pre class="gh-json">{}</pre>', text)
    note = _("… and %(left)s more characters; the API has the whole.") % {"left": left}
    return format_html('<pre class="gh-json">{}</pre><p>{}</p>', text[:longest], note)


def short(value: Any) -> SafeString:
    """JSON on one line, cut."""
    text = visible(json.dumps(value, ensure_ascii=False))
    cut = text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"
    return format_html('<span class="gh-short">{}</span>', cut)


def visible(text: str) -> str:
    """The text with every invisible sign spelt out."""
    return _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text.replace("\r\n", "\n"))


def linked(*links: tuple[str, str]) -> SafeString:
    """Links on one line, each with its address and its words."""
    return format_html_join(" · ", '<a href="{}">{}</a>', links)


def instant(moment: datetime | None) -> str:
    """A moment as the lists show it."""
    return EMPTY if moment is None else str(localize(moment.astimezone(get_current_timezone())))


def json_field(name: str, label: Any) -> Callable[[Any, Model], SafeString | str]:
    """A read-only field of an admin page that shows the model's field `name` by `pretty`."""

    @admin.display(description=label)
    def show(self: Any, row: Model) -> SafeString | str:
        return pretty(getattr(row, name))

    return show


def seconds_field(name: str, label: Any) -> Callable[[Any, Model], str]:
    """A read-only field of an admin page that shows the model's field `name` in words."""

    @admin.display(description=label)
    def show(self: Any, row: Model) -> str:
        return in_words(getattr(row, name))

    return show
