"""Rejecting, with reasons."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from reviews.forms.verdict import VerdictForm


class RejectForm(VerdictForm):
    """At least one reason, and a note where a reason needs one."""

    verdict = "reject"
    template = "verdicts/reject.html"
    title = _("Reject")
    hint = _("Nothing is executed. The workflow gets your reasons and the note.")
