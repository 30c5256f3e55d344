"""What a person says when he makes a move that is no verdict."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from gates.queries.policies import policy_of
from reviews.errors import Invalid
from reviews.models import Review
from reviews.models.review import Priority

MOST_PEOPLE = 200
LONGEST = 5_000


class MoveForm(forms.Form):
    """A move that needs nothing but a yes."""

    template = "parts/move.html"
    verdict = ""
    title: Any = _("Go on")
    commit: Any = title
    hint: Any = ""

    def __init__(self, review: Review, data: Any = None, kept: Any = None) -> None:
        super().__init__(data, initial={name: texts[-1] for name, texts in (kept or {}).items()})
        self.review = review
        self.prepare()

    @property
    def name(self) -> str:
        """The move, as addresses name it."""
        return next(name for name, kind in FORMS.items() if kind is type(self))

    def prepare(self) -> None:
        """Fill in what depends on the review."""

    def said(self) -> dict[str, Any]:
        """What the transition takes."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def refuse(self, error: Invalid) -> None:
        """Say what was refused where it was typed."""
        for problem in error.fields:
            name = problem.pointer.strip("/").partition("/")[0]
            self.add_error(name if name in self.fields else None, problem.message)
        if not error.fields:
            self.add_error(None, error.message)


class EscalateForm(MoveForm):
    """The chain says who is next."""

    title = commit = _("Escalate")

    def prepare(self) -> None:
        """Who gets it, and that one's own lease ends."""
        policy = policy_of(self.review.version)
        above = policy.steps[self.review.level + 1 : self.review.level + 2]
        self.hint = _("It goes to %(team)s with a deadline of its own. You lose it.") % {
            "team": above[0].assignee if above else ""
        }


class AskForm(MoveForm):
    """A question stays with the review until it is decided."""

    title = commit = _("Ask")
    hint = _("Everybody who opens this review sees the question. Its deadline runs on.")
    question = forms.CharField(
        label=_("What is missing?"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )


class AssignForm(MoveForm):
    """One of those who are asked."""

    title = commit = _("Assign")
    username = forms.ChoiceField(label=_("To"))

    def prepare(self) -> None:
        """The members of the team, by name."""
        rows = User.objects.filter(memberships__team=self.review.team_id, is_active=True)
        people = rows.order_by("username")[:MOST_PEOPLE]
        choices = [(user.username, user.get_full_name() or user.username) for user in people]
        self.fields["username"] = forms.ChoiceField(label=_("To"), choices=[("", "-"), *choices])


class PriorityForm(MoveForm):
    """Where it stands in its queue."""

    title = commit = _("Change the priority")
    hint = _("Its deadline stays.")
    priority = forms.ChoiceField(
        label=_("Priority"),
        choices=[("", "-"), *((item.name.lower(), item.label) for item in reversed(Priority))],
    )


class CancelForm(MoveForm):
    """Why the case is over."""

    title = commit = _("Cancel the review")
    hint = _("The workflow goes on without this action. This cannot be undone.")
    code = forms.RegexField(
        r"\A[a-z0-9_]+\Z",
        label=_("Code for the trail"),
        max_length=50,
        required=False,
        help_text=_("Small letters, digits and _ only."),
    )


class OverturnForm(MoveForm):
    """What the verdict should have been."""

    title = commit = _("Overturn")
    hint = _("Outcome and result stay as they are. Reports take the new verdict.")
    verdict_meant = forms.ChoiceField(
        label=_("The verdict should have been"),
        choices=(
            ("", "-"),
            ("approve", _("approve")),
            ("modify", _("modify")),
            ("reject", _("reject")),
        ),
    )
    note = forms.CharField(
        label=_("Why"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )

    def said(self) -> dict[str, Any]:
        """The field has a name of its own, because every form posts a `verdict`."""
        return {"verdict": self.cleaned_data["verdict_meant"], "note": self.cleaned_data["note"]}


class CommentForm(MoveForm):
    """An internal remark."""

    title = commit = _("Comment")
    text = forms.CharField(
        label=_("Comment"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2})
    )


FORMS: dict[str, type[MoveForm]] = {
    "escalate": EscalateForm,
    "ask": AskForm,
    "assign": AssignForm,
    "prioritise": PriorityForm,
    "cancel": CancelForm,
    "overturn": OverturnForm,
    "comment": CommentForm,
}


def move_form(review: Review, name: str, data: Any = None, kept: Any = None) -> MoveForm | None:
    """The form of a move, None for one that has none."""
    kind = FORMS.get(name)
    return None if kind is None else kind(review, data, kept)
