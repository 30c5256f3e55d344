"""Forms as the tests fill them in."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.template.loader import render_to_string

from gates.policy import Reason
from reviews.forms import VerdictForm, verdict_form
from reviews.models import Review

ALL = ("approve", "modify", "partial", "approve_if", "reject", "respond")
REASONS = (
    Reason("fraud", "Looks like fraud", text="This looks like fraud."),
    Reason("too_much", "Too much", verdicts=("reject", "modify")),
    Reason("other", "Something else", verdicts=("reject", "respond"), needs_note=True),
    Reason("kind", "Out of kindness", verdicts=("approve", "approve_if")),
)


def sent(fields: Mapping[str, Any]) -> QueryDict:
    """A post with these fields; a list is a field that is there several times."""
    post = QueryDict(mutable=True)
    for name, value in fields.items():
        post.setlist(name, value if isinstance(value, list) else [value])
    return post


def opened(review: Review, verdict: str, kept: Mapping[str, list[str]] | None = None) -> Any:
    """The form as somebody finds it."""
    return verdict_form(review, verdict, kept=kept)


def posted(review: Review, verdict: str, **fields: Any) -> Any:
    """The form as somebody sent it, with the digest of what he looked at."""
    return verdict_form(review, verdict, sent({"digest": review.digest, **fields}))


def wrong(form: VerdictForm) -> dict[str, list[str]]:
    """What the form says is wrong, by field; `__all__` is the form itself."""
    return {name: [str(item) for item in messages] for name, messages in form.errors.items()}


def rendered(form: VerdictForm, part: str = "") -> str:
    """The form's template, or a part of it, as markup with single blanks."""
    return " ".join(render_to_string(form.template + part, {"panel": form}).split())
