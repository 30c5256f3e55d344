"""What a gate does, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gates import routing
from gates.admin.display import visible
from gates.policy import GatePolicy
from gates.routing import Routing, Why, in_words

VERDICTS = {
    "approve": gettext_lazy("approve"),
    "modify": gettext_lazy("modify"),
    "partial": gettext_lazy("partly approve"),
    "approve_if": gettext_lazy("approve on a condition"),
    "reject": gettext_lazy("reject"),
    "respond": gettext_lazy("answer in its place"),
}
_DIFF_TAGS = {"+": "ins", "-": "del"}


def rules_in_words(policy: GatePolicy) -> Iterator[str]:
    """Which proposals go to a person, rule by rule."""
    triggers = policy.triggers
    if triggers.always_because:
        yield _("Every proposal: %(because)s") % {"because": triggers.always_because}
    if triggers.irreversible is True:
        yield _("Every proposal: the action cannot be undone.")
    for rule in routing.rules_of(policy):
        yield _("Where %(rule)s: %(text)s") % {"rule": rule.when, "text": rule.text}
    if triggers.confidence_below is not None:
        floor = {"floor": triggers.confidence_below}
        yield _("Where the AI's confidence is below %(floor)s, or missing.") % floor
    if triggers.calibration is not None:
        share = {"share": f"{triggers.calibration * 100:g}"}
        yield _("%(share)s %% of all proposals, chosen at random.") % share
    if policy.limits:
        yield _("Whatever breaks %(limits)s; it cannot be approved as it is.") % {
            "limits": policy.limits
        }


def course_in_words(policy: GatePolicy) -> Iterator[str]:
    """Who is asked in which order, what they may answer, and what happens if nobody does."""
    asked = routing.explain(policy, Routing((Why("always", ""),)))
    yield asked.asked
    yield asked.if_nobody_answers
    verdicts = ", ".join(str(VERDICTS[option]) for option in policy.options)
    yield _("Who is asked may: %(verdicts)s.") % {"verdicts": verdicts}
    if policy.approvals > 1:
        yield _("It takes %(count)s approvals; one rejection ends it.") % {
            "count": policy.approvals
        }
    if policy.undo_window:
        yield _("A verdict can be undone for %(time)s.") % {"time": in_words(policy.undo_window)}


def listed(lines: Iterable[str]) -> SafeString:
    """Sentences, one below the other."""
    rows = format_html_join("", "<li>{}</li>", ((visible(line),) for line in lines if line))
    return format_html('<ul class="gh-why">{}</ul>', rows)


def diffed(lines: Iterable[str]) -> SafeString:
    """A unified diff with what came and what went marked."""
    return format_html('<pre class="gh-diff">{}</pre>', format_html_join("", "{}", _marked(lines)))


def _marked(lines: Iterable[str]) -> Iterator[tuple[SafeString]]:
    for line in lines:
        tag = None if line.startswith(("+++", "---")) else _DIFF_TAGS.get(line[:1])
        text = visible(line)
        row = format_html(f"<{tag}>{{}}</{tag}>\n", text) if tag else format_html("{}\n", text)
        yield (row,)
