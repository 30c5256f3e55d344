"""What a person says when he confirms a move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates.models import Membership
from gates.policy import Reason
from gates.queries.policies import policy_of
from reviews.models import Review
from reviews.models.review import Priority

LONGEST_NOTE = 5_000
LONGEST_NAME = 150
MOST_MEMBERS = 200  # more than these are not listed: a name is typed
CANCELLATIONS = (
    ("not_needed", _("No longer needed")),
    ("duplicate", _("Asked twice")),
    ("mistake", _("Submitted by mistake")),
    ("decided_elsewhere", _("Decided elsewhere")),
    ("other", _("Another reason")),
)


class ConfirmForm(forms.Form):
    """Nothing to say; `rows` are those that the move is about."""

    def __init__(self, *args: Any, rows: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(list(rows))

    def offer(self, rows: list[Any]) -> None:
        """Fill in what depends on the rows."""


class ApproveForm(ConfirmForm):
    """A note, for who reads this later."""

    note = forms.CharField(
        label=_("Note (optional)"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RejectForm(ApproveForm):
    """At least one of the gates' reasons."""

    reasons = forms.MultipleChoiceField(
        label=_("Reasons"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Give at least one reason.")},
    )
    field_order = ("reasons", "note")

    def offer(self, rows: list[Review]) -> None:
        """The reasons that the gates know."""
        _choose(self, "reasons", list(reasons_of(rows).items()))


class AssignForm(ConfirmForm):
    """Who gets it: a member of a team that is asked."""

    username = forms.ChoiceField(
        label=_("Reviewer"), error_messages={"required": _("Choose who gets it.")}
    )

    def offer(self, rows: list[Review]) -> None:
        """The members of the teams by name; where there are too many, a name is typed."""
        members = members_of({review.team_id for review in rows} - {None})
        if len(members) > MOST_MEMBERS:
            self.fields["username"] = forms.CharField(
                label=_("Username of the reviewer"), max_length=LONGEST_NAME
            )
        else:
            _choose(self, "username", [("", "---------"), *members.items()])


class PriorityForm(ConfirmForm):
    """How urgent it is from now on."""

    priority = forms.ChoiceField(
        label=_("Priority"),
        choices=[(item.name.lower(), item.label) for item in reversed(Priority)],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a priority.")},
    )


class CancelForm(ConfirmForm):
    """Why the case is over; a code, for the trail keeps no texts."""

    code = forms.ChoiceField(
        label=_("Why"),
        choices=CANCELLATIONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say why.")},
    )


def members_of(team_ids: Iterable[int | None]) -> dict[str, str]:
    """Active members of the teams, as `username: label`; at most one more than MOST_MEMBERS."""
    rows = Membership.objects.filter(team__in=team_ids, user__is_active=True)
    rows = rows.select_related("user", "team").order_by("user__username", "team__name")
    teams: dict[str, list[str]] = defaultdict(list)
    names: dict[str, str] = {}
    for row in rows[: MOST_MEMBERS + 1]:
        username = row.user.get_username()
        teams[username].append(row.team.name)
        names[username] = row.user.get_full_name() or username
    return {name: f"{names[name]} ({name}, {', '.join(teams[name])})" for name in names}


def reasons_of(reviews: Iterable[Review]) -> dict[str, str]:
    """The codes that the gates of these reviews take for a rejection, with their labels."""
    versions = {review.version_id: review.version for review in reviews}
    return {
        reason.code: _labelled(reason)
        for version in versions.values()
        for reason in policy_of(version).reasons
        if "reject" in reason.verdicts
    }


def _labelled(reason: Reason) -> str:
    return f"{reason.label} ({gettext('needs a note')})" if reason.needs_note else reason.label


def _choose(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices
