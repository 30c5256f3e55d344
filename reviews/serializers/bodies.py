"""What callers send."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from reviews.models.condition import CONFIRMS
from reviews.models.decision import VERDICTS
from reviews.serializers.strict import Body, Count, Id, Number, Text, Word
from reviews.transitions.batches import LIMIT

TEN_YEARS = 315_360_000  # seconds
_ONLY_WITH = {
    "proposal": "modify",
    "items": "partial",
    "conditions": "approve_if",
    "message": "respond",
}
_VERDICTS = [verdict for verdict, _ in VERDICTS]


class Nothing(Body):
    """An empty object, or no body at all."""


class Requester(Body):
    """On whose behalf the action would be taken."""

    id = Text(max_length=200)
    contact = Text(max_length=200, required=False, allow_null=True)


class Content(Body):
    """What a gate judges, and what goes with it."""

    proposal = serializers.JSONField(
        help_text="The action the AI wants to take: any JSON but null."
    )
    context = serializers.DictField(  # type: ignore[assignment]
        required=False, allow_null=True, help_text="The facts a person needs, by name."
    )
    recommendation = Word(["approve", "reject"], required=False, allow_null=True)
    confidence = Number(min_value=0, max_value=1, required=False, allow_null=True)
    rationale = Text(required=False, allow_null=True, allow_blank=True)
    requester = Requester(required=False, allow_null=True)
    external_id = Text(
        max_length=200,
        required=False,
        allow_null=True,
        allow_blank=True,
        help_text="Your own name for the case; required where the gate tosses a coin.",
    )
    callback_url = serializers.URLField(max_length=500, required=False, allow_null=True)
    revises = Id(required=False, allow_null=True, help_text="The rejected review this one revises.")
    metadata = serializers.DictField(required=False, allow_null=True)

    def validate_callback_url(self, url: str | None) -> str | None:
        """Messages go out over HTTP."""
        if url and not url.lower().startswith(("http://", "https://")):
            raise ValidationError("Enter an http or https URL.", code="invalid")
        return url


class SubmitBody(Content):
    """A proposal for a gate."""

    gate = Text(max_length=50)


class ItemVerdict(Body):
    """The verdict on one item of the proposal's list."""

    id = Text()
    verdict = Word(["approve", "reject"])
    reasons = serializers.ListField(child=Text(), required=False, allow_null=True)


class ConditionBody(Body):
    """What an approval is bound to: a code of the gate's catalogue, or a text."""

    code = Text(max_length=50, required=False, allow_null=True)
    text = Text(required=False, allow_null=True)
    confirms = Word([code for code, _ in CONFIRMS], required=False, allow_null=True)
    contact = Text(max_length=200, required=False, allow_null=True, allow_blank=True)
    timeout = Count(
        min_value=1, max_value=TEN_YEARS, required=False, allow_null=True, help_text="Seconds."
    )


class DecideBody(Body):
    """A person's verdict."""

    verdict = Word(_VERDICTS)
    digest = Text(required=False, allow_null=True, help_text="What was looked at: the review's.")
    proposal = serializers.JSONField(required=False, help_text="The edited proposal (modify).")
    items = ItemVerdict(many=True, required=False, allow_null=True, help_text="(partial)")
    conditions = ConditionBody(many=True, required=False, allow_null=True, help_text="(approve_if)")
    reasons = serializers.ListField(child=Text(), required=False, allow_null=True)
    note = Text(required=False, allow_null=True, allow_blank=True)
    message = Text(required=False, allow_null=True, help_text="The answer itself (respond).")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """An edit sent with `approve` would be lost without a word."""
        stray = [name for name, verdict in _ONLY_WITH.items() if attrs["verdict"] != verdict]
        errors = {
            name: ValidationError(
                f"Only with “{_ONLY_WITH[name]}”.", code="not_with_verdict"
            ).detail
            for name in stray
            if name in attrs
        }
        if errors:
            raise ValidationError(errors)
        return attrs


class OverturnBody(Body):
    """What the verdict should have been."""

    verdict = Word(["approve", "modify", "reject"])
    note = Text()
    reasons = serializers.ListField(child=Text(), required=False, allow_null=True)


class BatchBody(Body):
    """One answer to many reviews."""

    ids = serializers.ListField(child=Id(), min_length=1, max_length=LIMIT)
    verdict = Word(["approve", "reject"])
    reasons = serializers.ListField(child=Text(), required=False, allow_null=True)
    note = Text(required=False, allow_null=True, allow_blank=True)


class AssignBody(Body):
    """Who shall decide."""

    reviewer = Text(max_length=150, help_text="The username.")


class AskBody(Body):
    """What is missing to decide."""

    question = Text()


class CommentBody(Body):
    """An internal remark."""

    text = Text()


class CancelBody(Body):
    """Why the case is over."""

    code = Text(
        max_length=50,
        validators=[RegexValidator(r"\A[a-z0-9_]+\Z", "Small letters, digits and _ only.")],
        required=False,
        allow_null=True,
        help_text="A short code of your own.",
    )


class StartBody(Body):
    """The start of a run."""

    input = serializers.JSONField(required=False, allow_null=True, help_text="Any JSON.")
    external_id = Text(max_length=200, required=False, allow_null=True, allow_blank=True)
    callback_url = serializers.URLField(max_length=500, required=False, allow_null=True)
    requester = Requester(required=False, allow_null=True)

    validate_callback_url = Content.validate_callback_url


class CancelRunBody(Body):
    """Whether what the run did is undone too, by the `compensate` of its actions."""

    undo = serializers.BooleanField(required=False, default=False)
