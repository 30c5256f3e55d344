"""How the pages show things: icons, clocks, numbers, moments. What agents send is escaped, and what
does not show in it is spelt out.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django import template
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.formats import date_format, number_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from gates.admin.display import visible as spelt_out
from reviews.queries.desks import MOST, Desk, desks_of

register = template.Library()

SOON, LATE = 0.25, 0.1  # of the time that was given
_SIZES = (86_400, 3_600, 60)


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """A sign of the sprite; decoration, unless it has a label."""
    said = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    href = f"{static('reviews/icons.svg')}#i-{name}"
    markup = '<svg class="i {}" {}><use href="{}"></use></svg>'
    return format_html(markup, css, SafeString(said), href)


@register.simple_tag(takes_context=True)
def desks(context: dict[str, Any]) -> list[Desk]:
    """The queues of who looks at the page, with what waits in each."""
    request: HttpRequest = context["request"]
    return list(desks_of(request.user)) if request.user.is_authenticated else []


@register.filter
def capped(count: int) -> str:
    """A count, which stops at what was counted."""
    return f"{number_format(MOST, force_grouping=True)}+" if count > MOST else str(count)


@register.filter
def visible(text: object) -> str:
    """Text with every invisible sign spelt out."""
    return spelt_out(str(text))


@register.filter
def money(value: Any) -> str:
    """An amount, always with two decimals, so that a column of them can be read."""
    return number_format(value, decimal_pos=2, force_grouping=True)


@register.filter
def moment(at: datetime | None) -> str:
    """A moment in the reader's zone."""
    return date_format(at.astimezone(get_current_timezone()), "DATETIME_FORMAT") if at else ""


@register.filter
def left(until: datetime, now: datetime) -> str:
    """How long until then: `38 s`, `4 min`, `2 h 5 min`, `3 d`."""
    return in_short(until - now)


@register.simple_tag
def until(what: str, at: datetime, now: datetime) -> SafeString:
    """Something that happens at a moment: `Rejects itself in 4:32`, counted down in a browser."""
    text = conditional_escape(_("{what} in {left}"))
    return format_html(text, what=what, left=_clock(at, now, "data-exact"))


@register.simple_tag
def lease_left(at: datetime, now: datetime) -> SafeString:
    """How long the reader's lease still runs."""
    text = conditional_escape(_("Yours for {left}"))
    return format_html(text, left=_clock(at, now, "data-lease"))


def _clock(at: datetime, now: datetime, kind: str) -> SafeString:
    markup = '<time datetime="{}" data-until {}>{}</time>'
    return format_html(markup, at.isoformat(), kind, in_short(at - now))


@register.simple_tag
def ring(since: datetime, until: datetime, now: datetime) -> SafeString:
    """A circle that shows the share of the time that is left."""
    share = round(100 * share_left(since, until, now))
    circle = '<circle class="{}" cx="8" cy="8" r="6" {}></circle>'
    arc = f'pathLength="100" stroke-dasharray="{share} 100" transform="rotate(-90 8 8)"'
    return format_html(
        '<svg class="ring" viewBox="0 0 16 16" aria-hidden="true">{}{}</svg>',
        format_html(circle, "track", ""),
        format_html(circle, "left", SafeString(arc)),
    )


@register.simple_tag
def scale(confidence: float, floor: float | None) -> SafeString:
    """Where a confidence lies between 0 and 1, and the gate's floor, as a drawing."""
    label = _("Confidence %(value).2f on a scale from 0 to 1") % {"value": confidence}
    if floor is not None:
        label = _("%(label)s; the gate's floor is %(floor).2f") % {"label": label, "floor": floor}
    return format_html(
        '<svg class="scale" viewBox="0 0 256 26" role="img" aria-label="{}">'
        '<line class="track" x1="4" x2="252" y1="7" y2="7"></line>{}'
        '<circle class="dot" cx="{}" cy="7" r="4.5"></circle><text x="4" y="24">0</text>'
        '<text x="252" y="24" text-anchor="end">1</text></svg>',
        label,
        "" if floor is None else _floor(floor),
        _along(confidence),
    )


def _floor(floor: float) -> SafeString:
    return format_html(
        '<line class="pass" x1="{x}" x2="252" y1="7" y2="7"></line>'
        '<line class="floor" x1="{x}" x2="{x}" y1="1" y2="13"></line>'
        '<text x="{at}" y="24" text-anchor="middle">{text}</text>',
        x=_along(floor),
        at=min(max(_along(floor), 40), 204),
        text=_("floor %(floor)s") % {"floor": number_format(floor, decimal_pos=2)},
    )


def _along(share: float) -> float:
    """Where a share lies on the drawing's line."""
    return round(4 + 248 * share, 1)


@register.simple_tag
def urgency(since: datetime, until: datetime, now: datetime) -> str:
    """`late` in the last tenth, `soon` in the last quarter."""
    share = share_left(since, until, now)
    return "late" if share <= LATE else "soon" if share <= SOON else ""


def share_left(since: datetime, until: datetime, now: datetime) -> float:
    """The part of the time that is left, 0 to 1."""
    given = (until - since).total_seconds()
    return min(max((until - now).total_seconds() / given, 0), 1) if given > 0 else 0


def in_short(span: timedelta) -> str:
    """A length of time in at most two units; `0 s` for what is over."""
    seconds = max(int(span.total_seconds()), 0)
    days, hours, minutes = (seconds // size for size in _SIZES)
    if days:
        return _("%(count)s d") % {"count": days}
    if hours:
        rest = minutes % 60
        whole = _("%(count)s h") % {"count": hours}
        return f"{whole} {_minutes(rest)}" if rest and hours < 10 else whole  # noqa: PLR2004
    return _minutes(minutes) if minutes else _("%(count)s s") % {"count": seconds}


def _minutes(count: int) -> str:
    return _("%(count)s min") % {"count": count}


@register.simple_tag
def address(base: str, **params: Any) -> str:
    """`base` with these parameters set, or taken out where they are None."""
    parts = urlsplit(base)
    query = dict(parse_qsl(parts.query)) | params
    left = urlencode({name: value for name, value in query.items() if value is not None})
    return parts._replace(query=left, fragment="").geturl()
