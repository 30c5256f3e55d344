"""Which form asks for which verdict."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import QueryDict

from reviews.forms.approve import ApproveForm
from reviews.forms.approve_if import ApproveIfForm
from reviews.forms.modify import ModifyForm
from reviews.forms.partial import PartialForm
from reviews.forms.reject import RejectForm
from reviews.forms.respond import RespondForm
from reviews.forms.verdict import VerdictForm
from reviews.models import Review

_FORMS: dict[str, type[VerdictForm]] = {
    "approve": ApproveForm,
    "modify": ModifyForm,
    "partial": PartialForm,
    "approve_if": ApproveIfForm,
    "reject": RejectForm,
    "respond": RespondForm,
}


def verdict_form(
    review: Review,
    verdict: str,
    data: QueryDict | None = None,
    kept: Mapping[str, list[str]] | None = None,
) -> VerdictForm:
    """The form for a verdict that the gate offers. `data` is what was sent; `kept` are texts typed
    earlier, which are shown and not judged.
    """
    return _FORMS[verdict](review, data, kept)
