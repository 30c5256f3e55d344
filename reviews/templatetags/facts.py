"""What agents send, made readable: each kind of fact in its own shape, escaped and cut to size."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import jsonpointer
from django import template
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone, is_aware
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from gates.admin.display import visible
from gates.policy import GatePolicy
from reviews.templatetags.gatehouse import icon

register = template.Library()

MOST_ROWS, MOST_COLUMNS, LONGEST = 50, 8, 20_000
LONG = 90  # characters that still fit beside a label
ORIGINS = {"ai": "wand", "customer": "person", "system": "log"}
Fact = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Amount:
    """A number which the gate says is one of money."""

    value: Any


@register.simple_tag
def facts(policy: GatePolicy, context: Mapping[str, Any]) -> dict[str, list[Fact]]:
    """The context as the gate orders it: what fits on a line, what needs room of its own, and what
    the gate does not know.
    """
    known = [
        {"label": item.label, "kind": item.kind, "origin": item.origin, "value": context[item.key]}
        for item in policy.context
        if context.get(item.key) is not None
    ]
    names = {item.key for item in policy.context}
    extra = {name: value for name, value in context.items() if name not in names}
    return {
        "lines": [fact for fact in known if _fits(fact)],
        "blocks": [fact for fact in known if not _fits(fact)],
        "extra": [{"label": _("More"), "kind": "json", "origin": "ai", "value": extra}]
        if extra
        else [],
    }


@register.simple_tag
def origin(code: str) -> SafeString:
    """Who said it, as a sign with a name."""
    said = {"ai": _("From the AI:"), "customer": _("From the customer:")}
    label = said.get(code, _("From a system:"))
    return icon(ORIGINS.get(code, "log"), label, "ai" if code == "ai" else "")


@register.simple_tag
def fact(value: Any, kind: str = "json") -> SafeString | str:
    """One value, as its kind is read best."""
    return _SHAPES.get(kind, _data)(value)


@register.simple_tag
def members(value: Any, before: Any = None, amount: str = "") -> list[Fact]:
    """The members of a proposal, those that changed first, each with what it was. `amount` is the
    JSON Pointer to what the gate calls its amount.
    """
    value, before = _with_amount(value, amount), _with_amount(before, amount)
    if not isinstance(value, Mapping):
        return [{"label": _("proposal"), "value": value, "changed": False}]
    before = before or {}
    rows = [
        {
            "label": name,
            "value": item,
            "was": before.get(name),
            "changed": _changed(before, name, item),
        }
        for name, item in value.items()
    ]
    gone = [
        {"label": name, "value": None, "was": item, "changed": True}
        for name, item in before.items()
        if name not in value
    ]
    return sorted([*rows, *gone], key=lambda row: not row["changed"])


@register.filter
def words(name: str) -> str:
    """The name of a member as words."""
    return visible(str(name)).replace("_", " ").strip().capitalize()


@register.filter
def as_json(value: Any) -> str:
    """JSON for people who read it, cut to size."""
    return _plain(json.dumps(value, indent=2, ensure_ascii=False))


def _with_amount(document: Any, pointer: str) -> Any:
    """The document with its amount marked as one; what is no number there is left as it is."""
    found = jsonpointer.resolve_pointer(document, pointer, None) if pointer else None
    if not _numeric(found):
        return document
    return jsonpointer.set_pointer(document, pointer, Amount(found), inplace=False)


def _changed(before: Mapping[str, Any], name: str, item: Any) -> bool:
    return bool(before) and before.get(name) != item


def _fits(found: Fact) -> bool:
    value = found["value"]
    short = isinstance(value, (bool, int, float)) or (isinstance(value, str) and len(value) <= LONG)
    return short and found["kind"] != "markdown" and found["origin"] != "customer"


def _plain(value: Any) -> str:
    """Text as it is, cut to size."""
    text = str(value)
    return visible(text if len(text) <= LONGEST else f"{text[:LONGEST]} …")


def _text(value: Any) -> SafeString | str:
    if isinstance(value, str):
        lines = _plain(value).splitlines()
        return format_html_join(SafeString("<br>"), "{}", ((line,) for line in lines))
    return _data(value)


def _quote(value: Any) -> SafeString:
    """What somebody said, in his words."""
    return format_html("<blockquote><p>{}</p></blockquote>", _text(value))


def _number(value: Any) -> str:
    if isinstance(value, Amount):
        return _money(value.value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return _plain(value)
    whole = isinstance(value, int) or value.is_integer()
    places = 0 if whole else max(2, min(len(repr(value).partition(".")[2]), 6))
    return number_format(value, decimal_pos=places, force_grouping=True)


def _money(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return _plain(value)
    return number_format(value, decimal_pos=2, force_grouping=True)


def _date(value: Any) -> str:
    text = _plain(value)
    try:
        at, day = parse_datetime(text), parse_date(text)
        here = at.astimezone(get_current_timezone()) if at is not None and is_aware(at) else at
    except (ValueError, OverflowError):
        return text
    if day is not None:
        return date_format(day, "DATE_FORMAT")
    return text if here is None else date_format(here, "DATETIME_FORMAT")


def _link(value: Any) -> SafeString | str:
    """Only to the web, and the host shows."""
    text = _plain(value)
    host = _host(text)
    if not host:
        return text
    markup = '<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>'
    return format_html(markup + " <span>({})</span>", text, text, host)


def _host(address: str) -> str:
    """Where a browser would go; empty where that is not sure. A browser takes `\\` for `/`."""
    if not address.startswith(("http://", "https://")) or "\\" in address:
        return ""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _markdown(value: Any) -> SafeString | str:
    if not isinstance(value, str):
        return _data(value)
    shown = _renderer().render(_plain(value))
    return format_html('<div class="prose">{}</div>', SafeString(shown))


@cache
def _renderer() -> MarkdownIt:
    """No HTML, no pictures, no links that hide where they lead."""
    return (
        MarkdownIt("commonmark", {"html": False})
        .enable("table")
        .disable(["image", "link", "autolink"])
    )


def _data(value: Any) -> SafeString | str:
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return (
            _table(value)
            if value and all(isinstance(row, Mapping) for row in value)
            else _list(value)
        )
    if value is None:
        return "-"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _text(value) if isinstance(value, str) else _number(value)


def _mapping(value: Mapping[str, Any]) -> SafeString:
    rows = ((words(name), _data(item)) for name, item in list(value.items())[:MOST_ROWS])
    body = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", rows)
    return format_html('<dl class="facts">{}</dl>{}', body, _more(len(value)))


def _list(value: Sequence[Any]) -> SafeString:
    rows = ((_data(item),) for item in value[:MOST_ROWS])
    return format_html(
        "<ul>{}</ul>{}", format_html_join("", "<li>{}</li>", rows), _more(len(value))
    )


def _more(count: int) -> SafeString | str:
    return _unseen(_("… and %(left)s more"), count - MOST_ROWS)


def _unseen(text: str, left: int) -> SafeString | str:
    """How much is not shown, lest the rest be taken for all."""
    return format_html('<p class="hint">{}</p>', text % {"left": left}) if left > 0 else ""


def _table(value: Any) -> SafeString | str:
    """Rows of named members; another shape is shown as it is."""
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        return _data(value) if not isinstance(value, list) else _list(value)
    names = list(dict.fromkeys(name for row in value[:MOST_ROWS] for name in row))
    columns = names[:MOST_COLUMNS]
    heads = ((_align(value, name), words(name)) for name in columns)
    head = format_html_join("", '<th scope="col" class="{}">{}</th>', heads)
    rows = ((_cells(row, columns),) for row in value[:MOST_ROWS])
    body = format_html_join("", "<tr>{}</tr>", rows)
    markup = (
        '<div class="scroll" tabindex="0"><table class="plain"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>{}{}"
    )
    wide = _unseen(_("… and %(left)s more columns"), len(names) - MOST_COLUMNS)
    return format_html(markup, head, body, _more(len(value)), wide)


def _cells(row: Mapping[str, Any], columns: Sequence[str]) -> SafeString:
    cells = (("num" if _numeric(row.get(name)) else "", _data(row.get(name))) for name in columns)
    return format_html_join("", '<td class="{}">{}</td>', cells)


def _align(rows: Sequence[Mapping[str, Any]], name: str) -> str:
    return "num" if all(_numeric(row.get(name)) for row in rows[:MOST_ROWS]) else ""


def _numeric(value: Any) -> bool:
    return isinstance(value, (int, float, Amount)) and not isinstance(value, bool)


_SHAPES = {
    "text": _text,
    "quote": _quote,
    "money": _money,
    "date": _date,
    "table": _table,
    "markdown": _markdown,
    "link": _link,
    "json": _data,
}
