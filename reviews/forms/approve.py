"""Approving: the proposal as it is, or the edit that is being voted on."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviews.forms.diff import Diff, diff_of
from reviews.forms.places import places_of
from reviews.forms.verdict import VerdictForm
from reviews.transitions.decisions import case_of


class ApproveForm(VerdictForm):
    """A note, and reasons where the gate has any for an approval."""

    verdict = "approve"
    template = "verdicts/approve.html"
    title: Any = gettext_lazy("Approve")
    hint: Any = gettext_lazy("The workflow goes on with the proposal as it is.")

    def build(self) -> None:
        """Say what is approved, and what comes of it."""
        if self.review.edit is not None:
            self.title = _("Approve the edit")
        if self.by_vote:
            text = _("%(count)s people must agree; your vote is one of them.")
            self.hint = text % {"count": self.policy.approvals}

    @property
    def commit(self) -> str:
        """What the button says that it does."""
        return _("Vote to approve") if self.by_vote else str(self.title)

    @property
    def blocked(self) -> str:
        """A proposal outside the limits is not approved as it is."""
        return str(OVER_LIMIT) if case_of(self.review).over_limit else ""

    @property
    def preview(self) -> Diff | None:
        """What the edit that is being voted on changes."""
        if self.review.edit is None:
            return None
        places = places_of(self.policy, self.review.proposal)
        return diff_of(self.review, places, self.review.proposal, self.review.edit)


OVER_LIMIT = gettext_lazy("It breaks the gate's limits: it cannot be approved as it is.")
