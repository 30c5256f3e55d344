"""What happened in a run, in words: its events hold codes and ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gates.admin.display import SHORT, short, visible
from gates.models import Event
from reviews.templatetags.runs import in_words
from reviews.transitions.compensations import START

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

register = template.Library()

VERBS: dict[str, StrPromise] = {
    "started": gettext_lazy("Started"),
    "acting": gettext_lazy("Action begun"),
    "attempt_failed": gettext_lazy("Attempt failed"),
    "asked": gettext_lazy("Put before a gate"),
    "condition_opened": gettext_lazy("Confirmation asked for"),
    "condition_met": gettext_lazy("Confirmed"),
    "condition_denied": gettext_lazy("Denied"),
    "condition_expired": gettext_lazy("No answer in time"),
    "done": gettext_lazy("Done"),
    "skipped": gettext_lazy("Skipped"),
    "cancelled": gettext_lazy("Cancelled"),
    "stuck": gettext_lazy("Stuck"),
    "retried": gettext_lazy("Retried"),
    "ended": gettext_lazy("Ended"),
}

_DETAILS: dict[str, Callable[[Any], str]] = {
    "version": lambda number: _("version %(number)s") % {"number": number},
    "compensates": lambda run: _("undoes run %(run)s") % {"run": run},
    "node": lambda name: "" if name == START else str(name),
    "round": lambda count: _("round %(round)s") % {"round": count} if count > 1 else "",
    "action": str,
    "attempt": lambda number: _("attempt %(number)s") % {"number": number},
    "attempts": lambda count: (
        ngettext("%(count)s attempt", "%(count)s attempts", count) % {"count": count}
    ),
    "outcome": lambda code: Truncator(in_words(code)).chars(SHORT),
}
"""By member of an event's data, in the order in which they are said. What else there is are ids."""


@register.filter
def run_event(event: Event) -> str:
    """An event of a run: `Attempt failed: pay, round 2, attempt 3`."""
    verb = str(VERBS.get(event.verb, event.verb))
    details = ", ".join(_details(event))
    return visible(f"{verb}: {details}" if details else verb)


@register.filter
def event_data(event: Event) -> SafeString:
    """What the data of an event says: of a run in words, of anything else as it is stored."""
    if event.subject_type != "run":
        return short(event.data)
    return format_html('<span class="gh-short">{}</span>', run_event(event))


def _details(event: Event) -> Iterator[str]:
    for name, say in _DETAILS.items():
        value = event.data.get(name)
        told = "" if value in {None, "", event.verb} else say(value)
        if told:
            yield told
