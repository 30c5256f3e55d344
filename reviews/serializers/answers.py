"""What callers are told, as the OpenAPI document says it. `portraits` writes it."""

from __future__ import annotations

from rest_framework import serializers

from reviews.models.condition import CONFIRMS
from reviews.models.decision import VERDICTS
from reviews.models.review import Priority
from reviews.serializers.strict import Word
from reviews.states import ConditionStatus, Outcome, Source, Status


class WhySerializer(serializers.Serializer):
    """A trigger that fired."""

    code = serializers.CharField()
    text = serializers.CharField()
    name = serializers.CharField(required=False, help_text="Tells triggers of one kind apart.")
    value = serializers.JSONField(required=False, allow_null=True, help_text="What the rule saw.")


class DecisionSerializer(serializers.Serializer):
    """A verdict, and where it came from."""

    verdict = Word([code for code, _ in VERDICTS], allow_null=True)
    source = Word([item.value for item in Source])  # type: ignore[assignment]
    reviewer = serializers.CharField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField(allow_blank=True)
    patch = serializers.ListField(
        child=serializers.DictField(), allow_null=True, help_text="RFC 6902, of a `modify`."
    )
    decided_at = serializers.DateTimeField()


class ConditionSerializer(serializers.Serializer):
    """What an approval is bound to."""

    id = serializers.UUIDField()
    code = serializers.CharField(allow_blank=True)
    text = serializers.CharField()
    confirms = Word([code for code, _ in CONFIRMS])
    status = Word([item.value for item in ConditionStatus])
    due_at = serializers.DateTimeField(allow_null=True)


class AssignmentSerializer(serializers.Serializer):
    """Who holds the review at its level."""

    team = serializers.CharField()
    reviewer = serializers.CharField(allow_null=True)
    lease_until = serializers.DateTimeField(allow_null=True)
    level = serializers.IntegerField()
    question = serializers.CharField(allow_blank=True)


class VotesSerializer(serializers.Serializer):
    """How many people agree, and how many must."""

    given = serializers.IntegerField()
    needed = serializers.IntegerField()


class ReviewSerializer(serializers.Serializer):
    """A review. `assignment`, `edit` and `votes` are there for people only.

    While a verdict is held, an integrator sees `held` and `held_until`, and nothing of the verdict.
    """

    id = serializers.UUIDField()
    gate = serializers.CharField()
    gate_version = serializers.IntegerField()
    status = Word([item.value for item in Status])
    outcome = Word([item.value for item in Outcome], allow_null=True)
    title = serializers.CharField(allow_blank=True)
    proposal = serializers.JSONField()
    context = serializers.DictField()  # type: ignore[assignment]
    recommendation = Word(["approve", "reject"], allow_null=True)
    confidence = serializers.FloatField(allow_null=True)
    rationale = serializers.CharField(allow_blank=True)
    why = WhySerializer(many=True)
    result = serializers.JSONField(allow_null=True)
    priority = Word([item.name.lower() for item in Priority])
    team = serializers.CharField(allow_null=True)
    level = serializers.IntegerField()
    due_at = serializers.DateTimeField(allow_null=True)
    held_until = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    external_id = serializers.CharField(allow_blank=True)
    revises = serializers.UUIDField(allow_null=True)
    requester = serializers.DictField(allow_null=True)
    digest = serializers.CharField()
    decision = DecisionSerializer(allow_null=True)
    conditions = ConditionSerializer(many=True)
    url = serializers.URLField()
    assignment = AssignmentSerializer(allow_null=True, required=False)
    edit = serializers.JSONField(allow_null=True, required=False)
    votes = VotesSerializer(required=False)


class LinkSerializer(serializers.Serializer):
    """The way for an outside person to answer a condition."""

    condition = serializers.UUIDField()
    url = serializers.URLField()


class DecidedSerializer(ReviewSerializer):
    """The review after a verdict. `links` are shown this once: the decider passes them on."""

    links = LinkSerializer(many=True, required=False)


class CommentSerializer(serializers.Serializer):
    """An internal remark."""

    id = serializers.UUIDField()
    author = serializers.CharField()
    text = serializers.CharField()
    at = serializers.DateTimeField()


class ItemResultSerializer(serializers.Serializer):
    """What became of one review of a batch; refusals may carry more members, such as `why`."""

    id = serializers.UUIDField()
    ok = serializers.BooleanField()
    code = serializers.CharField()
    message = serializers.CharField(allow_blank=True)
    why = serializers.ListField(child=serializers.CharField(), required=False)


class BatchSerializer(serializers.Serializer):
    """One result for each id, in their order."""

    results = ItemResultSerializer(many=True)


class GateSerializer(serializers.Serializer):
    """A gate as it is published; `teams` are asked in this order."""

    slug = serializers.CharField()
    version = serializers.IntegerField()
    teams = serializers.ListField(child=serializers.CharField())
    policy = serializers.DictField()


class ForecastSerializer(serializers.Serializer):
    """What would happen to a proposal, and why. The coin of a gate is not tossed for it."""

    gate = serializers.CharField()
    version = serializers.IntegerField()
    asks_person = serializers.BooleanField()
    why = WhySerializer(many=True)
    rules = serializers.ListField(child=serializers.CharField())
    team = serializers.CharField(allow_blank=True)
    timeout = serializers.IntegerField(allow_null=True, help_text="Seconds.")
    working_time = serializers.BooleanField()
    if_nobody_answers = serializers.CharField(allow_blank=True)
    calibration = serializers.FloatField(
        allow_null=True, help_text="The share of proposals that go to a person by chance."
    )
    text = serializers.CharField()


class FieldErrorSerializer(serializers.Serializer):
    """One thing wrong: a JSON Pointer into the body, or `?name` for a query parameter."""

    pointer = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """A refusal (RFC 9457). `code` is stable; some codes bring members of their own."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = FieldErrorSerializer(many=True)  # type: ignore[assignment]
