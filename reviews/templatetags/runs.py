"""The words and signs of runs and their steps."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.models import Condition, Run, Step
from reviews.states import ConditionStatus, RunStatus, StepStatus
from reviews.templatetags.gatehouse import icon, in_short
from reviews.transitions.runs.confirming import link_of

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

register = template.Library()

STATES: dict[str, tuple[str, str, StrPromise]] = {
    "ready": ("open", "infoc", gettext_lazy("due")),
    "running": ("live", "infoc", gettext_lazy("running")),
    "waiting": ("held", "warnc", gettext_lazy("waiting")),
    "failed": ("warn", "dangerc", gettext_lazy("failed")),
    "done": ("check", "okc", gettext_lazy("done")),
    "skipped": ("skip", "quietc", gettext_lazy("skipped")),
    "cancelled": ("cross", "quietc", gettext_lazy("cancelled")),
    "stuck": ("warn", "dangerc", gettext_lazy("stuck")),
    "ended": ("check", "quietc", gettext_lazy("ended")),
}
"""By status of a step or a run: its sign, its colour, its word."""

KINDS: dict[str, tuple[str, StrPromise]] = {
    "action": ("", gettext_lazy("action")),
    "human_gate": ("gate", gettext_lazy("gate")),
    "condition": ("if", gettext_lazy("condition")),
    "branch": ("rule", gettext_lazy("branch")),
    "end": ("", gettext_lazy("end")),
    "undo": ("undo", gettext_lazy("undoing")),
}


@register.simple_tag
def state(code: str) -> SafeString:
    """How a run or a step stands: a sign and a word."""
    sign, css, said = STATES[code]
    return format_html('<span class="state {}">{}{}</span>', css, icon(sign), said)


@register.simple_tag
def state_icon(code: str) -> str:
    """The name of the sign, for a picture."""
    return STATES[code][0]


@register.simple_tag
def state_word(code: str) -> str:
    """The word alone."""
    return str(STATES[code][2])


@register.simple_tag
def run_state(run: Run, here: str = "") -> SafeString:
    """How a run stands, or how it ended. The status of the step where it is says if it waits."""
    if run.status != RunStatus.ENDED:
        return state("waiting" if here == StepStatus.WAITING else run.status)
    if run.outcome == "cancelled":
        return state("cancelled")
    said = _("ended: %(outcome)s") % {"outcome": in_words(run.outcome)}
    return format_html('<span class="state">{}{}</span>', icon("check"), said)


@register.simple_tag
def kind_sign(code: str) -> SafeString:
    """The sign of a node's kind, as the graph has it."""
    sign = KINDS[code][0]
    return icon(sign) if sign else SafeString()


@register.simple_tag
def kind_icon(code: str) -> str:
    """The name of that sign, for a picture; "" if the kind has none."""
    return KINDS[code][0]


@register.simple_tag
def kind_word(code: str) -> str:
    """What a node's kind is called."""
    return str(KINDS[code][1])


@register.filter
def in_words(code: str) -> str:
    """An outcome to read; what a branch asked stays as it is."""
    return code.replace("_", " ") if code.isidentifier() else code


@register.filter
def lasted(row: Step | Run) -> str:
    """How long it took; empty until it is over."""
    if row.ended_at is None:
        return ""
    span = row.ended_at - row.started_at
    return _("under 1 s") if span < timedelta(seconds=1) else in_short(span)


@register.filter
def link_to_pass_on(condition: Condition) -> str:
    """Where the person outside answers; empty if nobody is asked by a link, or not any more. Only
    for who manages runs.
    """
    return link_of(condition) if condition.status == ConditionStatus.OPEN else ""
