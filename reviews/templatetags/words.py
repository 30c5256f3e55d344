"""The words and signs of verdicts, rules, priorities and people."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django import template
from django.contrib.auth.models import User
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from gates.admin.display import visible as spelt_out
from gates.policy import GatePolicy
from reviews.models import Review
from reviews.models.review import Priority
from reviews.states import Status
from reviews.templatetags.gatehouse import icon, in_short

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

register = template.Library()

WHY: dict[str, tuple[str, StrPromise]] = {
    "irreversible": ("noundo", gettext_lazy("irreversible")),
    "stakes": ("stakes", gettext_lazy("high stakes")),
    "boundary": ("rule", gettext_lazy("policy boundary")),
    "confidence_below": ("below", gettext_lazy("low confidence")),
    "calibration": ("coin", gettext_lazy("calibration sample")),
    "always": ("eye", gettext_lazy("always asked")),
    "rule_error": ("warn", gettext_lazy("a rule failed")),
    "over_limit": ("warn", gettext_lazy("over the limit")),
    "revision": ("undo", gettext_lazy("revised after a rejection")),
}
WORDS: dict[str, StrPromise] = {
    "approve": gettext_lazy("approve"),
    "reject": gettext_lazy("reject"),
    "modify": gettext_lazy("modify"),
    "partial": gettext_lazy("approve in part"),
    "approve_if": gettext_lazy("approve if"),
    "respond": gettext_lazy("answer"),
    "approved": gettext_lazy("approved"),
    "modified": gettext_lazy("modified"),
    "partially_approved": gettext_lazy("approved in part"),
    "answered": gettext_lazy("answered"),
    "rejected": gettext_lazy("rejected"),
    "condition_failed": gettext_lazy("condition failed"),
    "skipped": gettext_lazy("skipped"),
    "cancelled": gettext_lazy("cancelled"),
    "pending": gettext_lazy("waiting"),
    "held": gettext_lazy("held"),
    "conditional": gettext_lazy("waiting for a condition"),
    "closed": gettext_lazy("closed"),
    "human": gettext_lazy("a person"),
    "policy": gettext_lazy("the gate's rules"),
    "timeout": gettext_lazy("the deadline"),
    "cancel": gettext_lazy("a cancellation"),
    "waiting": gettext_lazy("not open yet"),
    "open": gettext_lazy("waiting for an answer"),
    "met": gettext_lazy("confirmed"),
    "denied": gettext_lazy("denied"),
    "expired": gettext_lazy("no answer in time"),
    "void": gettext_lazy("not asked any more"),
    "link": gettext_lazy("the person with the link"),
    "api": gettext_lazy("the calling system"),
    "reviewer": gettext_lazy("the team"),
}
VERBS: dict[str, StrPromise] = {
    "submitted": gettext_lazy("Submitted"),
    "routed": gettext_lazy("Sent to a person"),
    "seen": gettext_lazy("Opened"),
    "claimed": gettext_lazy("Claimed"),
    "renewed": gettext_lazy("Lease extended"),
    "released": gettext_lazy("Given back"),
    "assigned": gettext_lazy("Assigned"),
    "passed": gettext_lazy("Passed on"),
    "asked": gettext_lazy("Question asked"),
    "commented": gettext_lazy("Commented"),
    "voted": gettext_lazy("Voted"),
    "decided": gettext_lazy("Decided"),
    "undone": gettext_lazy("Verdict taken back"),
    "settled": gettext_lazy("Verdict released"),
    "escalated": gettext_lazy("Escalated"),
    "expired": gettext_lazy("Time ran out"),
    "deadline_renewed": gettext_lazy("Got a fresh deadline"),
    "cancelled": gettext_lazy("Cancelled"),
    "overturned": gettext_lazy("Overturned"),
    "condition_met": gettext_lazy("Condition confirmed"),
    "condition_denied": gettext_lazy("Condition denied"),
    "prioritised": gettext_lazy("Priority changed"),
}
VERDICT_SIGNS = {
    "approve": ("check", "a"),
    "modify": ("pencil", "m"),
    "partial": ("clip", "p"),
    "approve_if": ("if", "c"),
    "reject": ("cross", "r"),
    "respond": ("back", "y"),
}
# What refuses knows no languages: its sentences, for the catalogues.
REFUSALS = (
    gettext_noop("Time ran out before this."),
    gettext_noop("Another person is working on this."),
    gettext_noop("The review went up to the next level."),
    gettext_noop("Time ran out at this level and the review went up."),
    gettext_noop("The proposal changed after you opened it."),
    gettext_noop("This person has voted on this already."),
    gettext_noop("This was proposed for you or by your key: somebody else has to decide it."),
    gettext_noop("This has been decided already; its verdict is held for a moment."),
    gettext_noop("This has been approved on a condition already."),
    gettext_noop("This is closed already."),
    gettext_noop("You do not hold this: claim it first."),
    gettext_noop("You do not hold this."),
    gettext_noop("There is nobody above this level."),
    gettext_noop("Only who decided may undo it."),
    gettext_noop("You lack the permission for this."),
    gettext_noop("Only a person may do this: use a personal key."),
    gettext_noop("This key is no longer valid."),
    gettext_noop("Nobody is asked at the moment."),
    gettext_noop("Not routine: open it alone."),
    gettext_noop("There is no such review."),
    gettext_noop("There is no verdict to overturn."),
    gettext_noop("Only a closed review can be overturned."),
    gettext_noop("The verdict is not released yet: the condition opens in a moment."),
    gettext_noop("There is no such condition."),
    gettext_noop("This condition has been answered already."),
    gettext_noop("This link is not valid any more."),
    gettext_noop("There is no such run."),
    gettext_noop("This run has ended already."),
    gettext_noop("Nothing has failed: there is nothing to retry or skip."),
    gettext_noop("Only an action can be skipped: retry this step, or cancel the run."),
)
HEADS: dict[str, StrPromise] = {
    "expired": gettext_lazy("Time ran out before your answer."),
    "held_by_other": gettext_lazy("A colleague is working on this."),
    "already_decided": gettext_lazy("Somebody was quicker."),
    "already_voted": gettext_lazy("Your vote is there already."),
    "escalated": gettext_lazy("It went up to the next level."),
    "no_next_level": gettext_lazy("It cannot go any higher."),
    "changed": gettext_lazy("What is proposed has changed since you opened it."),
    "wrong_state": gettext_lazy("That cannot be done as things stand."),
    "not_allowed": gettext_lazy("You may not do this."),
    "own_proposal": gettext_lazy("Somebody else has to decide this."),
    "outlier": gettext_lazy("This one needs a look of its own."),
    "not_found": gettext_lazy("It is not there."),
    "endpoint_used": gettext_lazy("It is still needed."),
}
"""By code: the first sentence of a refusal, before the one that says it precisely."""
_PRIORITY_SIGNS = {
    Priority.LOW: "routine",
    Priority.NORMAL: "routine",
    Priority.HIGH: "medium",
    Priority.CRITICAL: "high",
}


@register.simple_tag
def word(code: str) -> str:
    """A code of ours in words; another stays what it is."""
    return str(WORDS.get(code, code))


@register.simple_tag
def verb(code: str) -> str:
    """What an event says, in words."""
    return str(VERBS.get(code, code))


@register.simple_tag
def why_word(code: str) -> str:
    """The rule that fired, in two words."""
    return str(WHY[code][1]) if code in WHY else code


@register.simple_tag
def why_sign(code: str) -> SafeString:
    """The sign of the rule that fired."""
    return icon(WHY[code][0] if code in WHY else "eye")


@register.simple_tag
def verdict_sign(code: str) -> SafeString:
    """The sign of a verdict."""
    return icon(VERDICT_SIGNS[code][0])


@register.filter
def verdict_key(code: str) -> str:
    """The key that opens a verdict's form."""
    return VERDICT_SIGNS[code][1]


@register.simple_tag
def priority_sign(priority: int) -> SafeString:
    """A priority as shape and word."""
    known = Priority(priority)
    return format_html("{}{}", icon(_PRIORITY_SIGNS[known]), known.label)


@register.simple_tag
def reason(policy: GatePolicy, code: str) -> str:
    """What the gate calls a reason."""
    known = policy.reason(code)
    return known.label if known else code


@register.filter
def name_of(person: User | None) -> str:
    """What a person is called here."""
    return "" if person is None else person.get_full_name() or person.get_username()


@register.filter
def refused(message: str) -> str:
    """A refusal in the reader's language, where its sentence is known."""
    return translation.gettext(message) if message in REFUSALS else message


@register.simple_tag
def refusal_head(code: str) -> str:
    """The first sentence of a refusal."""
    return str(HEADS.get(code, _("That was not possible.")))


@register.filter
def actor(label: str) -> str:
    """Who did something, as the trail names him, in words."""
    kind, _colon, name = label.partition(":")
    said = {
        "user": name,
        "key": _("agent %(name)s") % {"name": name},
        "clock": _("the clock"),
        "policy": _("the gate's rules"),
        "outside": _("the person with the link"),
        "command": _("the command %(name)s") % {"name": name},
    }
    return spelt_out(said.get(kind, label))


@register.simple_tag
def holder(review: Review, now: datetime, reader: User) -> SafeString:
    """Who has the row of a list in hand, and how many of the votes are given."""
    sign, text = _in_hand(review, now, reader)
    needed, given = getattr(review, "approvals", 1), getattr(review, "votes", 0)
    if needed > 1:
        text += ", " + _("%(given)s of %(needed)s") % {"given": given, "needed": needed}
    return format_html("{}{}", icon(sign), text)


def _in_hand(review: Review, now: datetime, reader: User) -> tuple[str, str]:
    assignment = review.assignment
    if review.status == Status.HELD:
        return "held", _("decided, may be undone")
    until = assignment.lease_until if assignment is not None else None
    if assignment is None or until is None or assignment.holder_at(now) is None:
        return "open", _("free")
    mine = assignment.reviewer_id == reader.pk
    name = _("you") if mine else name_of(assignment.reviewer)
    return "person", f"{name}, {in_short(until - now)}"
